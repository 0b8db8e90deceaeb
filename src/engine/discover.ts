import type {Partition} from '../ledger/records.ts';
import type {RunContext} from './context.ts';

/** Finds the partitions to begin with. One that a crash left half way finds only what is missing. */
export async function discover(context: RunContext): Promise<void> {
  const {run, work, ledger, at} = context;
  const known = new Set((await ledger.partitions.list(run)).map(({id}) => id));
  for await (const partition of work.partitions())
    if (!known.has(partition.id)) await found(context, partition);
  await ledger.runs.set(run, {discovered: 1});
  at('partitions-found');
}

/** On a retry: failed partitions are pending again, and the open items, or those of one kind, become a partition. */
export async function reopen(context: RunContext, kind: string | null): Promise<void> {
  const {run, ledger, state, random} = context;
  state.partitionsReopened(await ledger.partitions.reopen(run));
  if ((await ledger.openItems.count(run)) === 0) return;
  const id = `open-${random().toString(36).slice(2, 10)}`;
  await found(context, {id, kind: 'open', lo: '', hi: null, of: kind});
}

async function found({run, ledger, state, emit}: RunContext, partition: Partition): Promise<void> {
  await ledger.partitions.add(run, [partition]);
  state.partitionFound(1);
  emit({type: 'partition', partition: partition.id, state: 'found'});
}
