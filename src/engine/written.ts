import type {Written} from '../backfills/invariant.ts';
import {isChange} from '../core/entry.ts';
import type {Ledger} from '../ledger/ledger.ts';

/** What the live runs of a backfill wrote to a target, from their before-images; a run that was undone as a whole wrote nothing. */
export async function* writtenBy(
  ledger: Ledger,
  target: string,
  backfill: string,
): AsyncGenerator<readonly Written[]> {
  for (const run of await ledger.runs.standing(target, backfill)) {
    const {createdAt: at} = await ledger.runs.get(run);
    for await (const {entries} of ledger.pages.all(run, 'image'))
      yield entries.filter(isChange).map(({key, change}) => ({run, at, key, change}));
  }
}
