import {listedOf, type Tally} from '../core/accounting.ts';
import type {FailureKind} from '../core/failure.ts';
import {addReached, foundOf, nothingReached, type ReachedPartitions} from '../core/reached.ts';
import type {Ledger} from '../ledger/ledger.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {Holes} from './holes.ts';
import type {JobProgress} from './job.ts';

/** What the ledger says of a job's run, now that it rests. */
export interface Standing {
  readonly progress: JobProgress;
  readonly holes: Holes;
}

/** Its repositories by how they stand, and not only how many: a job tells why it has holes. */
export async function standingOf(
  {repositories, openItems}: Ledger,
  {id, tally}: Pick<RunRecord, 'id' | 'tally'>,
): Promise<Standing> {
  const {hosts} = await repositories.reached(id, address => address);
  const whole = hosts.reduce<ReachedPartitions>(addReached, nothingReached);
  const unread = await repositories.failedStreams(id);
  const records: Partial<Record<FailureKind, number>> = {};
  for (const {outcome, kind, count} of await openItems.counts(id))
    if (outcome === 'failed' && kind !== null) records[kind] = count;
  return {
    progress: {
      stage: null,
      totalRepos: foundOf(whole),
      processedRepos: whole.done,
      totalRecords: indexedOf(tally),
    },
    holes: {
      repositories: whole,
      listings: unread.map(({kind}) => kind),
      records,
      listed: listedOf(tally),
    },
  };
}

/** Records that are in the table as their repositories have them. */
export function indexedOf(tally: Tally): number {
  return listedOf(tally) - tally.failed - tally.pending;
}
