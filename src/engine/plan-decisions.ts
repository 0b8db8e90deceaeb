import type {Entry} from '../core/entry.ts';
import type {Ledger} from '../ledger/ledger.ts';

/**
 * A plan's decisions, the newest of each key: a dry run that was resumed took up again what had failed, and decided on
 * it anew, perhaps several times. One stored page at a time, in the order in which they were stored; a page of which
 * nothing holds any more is empty. Memory is a page, and the keys that were taken up again.
 */
export async function* planDecisions(ledger: Ledger, plan: string): AsyncGenerator<readonly Entry[]> {
  const newest = await takenUpAgain(ledger, plan);
  for await (const {seq, entries} of ledger.pages.all(plan, 'plan'))
    yield entries.filter(({key}) => (newest.get(key) ?? seq) === seq);
}

/** In which page the last word on an item stands. */
async function takenUpAgain(ledger: Ledger, plan: string): Promise<ReadonlyMap<string, number>> {
  const newest = new Map<string, number>();
  for (const {id, kind} of await ledger.partitions.list(plan)) {
    if (kind !== 'open') continue;
    for await (const {seq, entries} of ledger.pages.all(plan, 'plan', id))
      for (const {key} of entries) newest.set(key, Math.max(seq, newest.get(key) ?? seq));
  }
  return newest;
}
