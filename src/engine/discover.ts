import {isCounted, openPrefix} from '../ledger/counted.ts';
import type {Partition} from '../ledger/records.ts';
import type {RunContext} from './context.ts';

/** An undo has one for each repository that its run has changed. */
const savedTogether = 500;

/** Finds the partitions to begin with. One that a crash left half way finds only what is missing. */
export async function discover(context: RunContext): Promise<void> {
  const {run, work, ledger, at} = context;
  const known = new Set((await ledger.partitions.list(run)).map(({id}) => id));
  let batch: Partition[] = [];
  for await (const partition of work.partitions()) {
    if (!known.has(partition.id)) batch.push(partition);
    if (batch.length < savedTogether) continue;
    await found(context, batch);
    batch = [];
  }
  await found(context, batch);
  await ledger.runs.set(run, {discovered: 1});
  at('partitions-found');
}

/**
 * On a retry: failed partitions and streams, or those that failed with one kind, are pending again, and the open items, or
 * those of that kind, become a partition.
 */
export async function reopen(context: RunContext, kind: string | null): Promise<void> {
  const {run, ledger, state, random, work} = context;
  const isOfKind = work.repositories !== null;
  state.partitionsReopened(await ledger.partitions.reopen(run, isOfKind ? kind : null));
  await ledger.repositories.reopenStreams(run, kind);
  if ((await ledger.openItems.count(run)) === 0) return;
  const id = `${openPrefix}${random().toString(36).slice(2, 10)}`;
  await found(context, [{id, kind: 'open', lo: '', hi: null, of: kind}]);
}

async function found(
  {run, ledger, state, emit}: RunContext,
  partitions: readonly Partition[],
): Promise<void> {
  await ledger.partitions.add(run, partitions);
  state.partitionFound(partitions.filter(isCounted).length);
  for (const {id} of partitions) emit({type: 'partition', partition: id, state: 'found'});
}
