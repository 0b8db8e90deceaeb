import type {CoverageGroup} from '../../core/checks.ts';
import {hostGroup, inReadingOrder, notReadYet} from '../../core/coverage-groups.ts';
import {addReached, failedOf, foundOf, nothingReached, type ReachedPartitions} from '../../core/reached.ts';
import type {CheckIo} from '../invariant.ts';
import {countRows} from './count-rows.ts';
import type {OfNetwork} from './of-network.ts';

/**
 * Repositories by collection and by host, as the run found them: to list them anew would be to read the network again.
 * Rows are the table's records, and those of them that the run saw to be as they should be; of a host, the records that
 * were read from it.
 */
export async function* coverage(io: CheckIo<OfNetwork>): AsyncGenerator<CoverageGroup> {
  const reached = await io.reached();
  const rows = await countRows(io.target);
  const at = io.now();
  const all = [...rows.values()].reduce((sum, count) => sum + count, 0);
  if (reached === null) {
    yield {
      group: '*',
      done: 0,
      total: 0,
      at,
      rows: all,
      rowsDone: 0,
      missing: {'no run has read them yet': 0},
    };
    return;
  }
  const {hosts, groups} = reached;
  const settled = groups.reduce((sum, group) => sum + group.settledDone, 0);
  const whole = hosts.reduce<ReachedPartitions>(addReached, nothingReached);
  yield {...shareOf('*', whole, at), rows: all, rowsDone: Math.min(all, settled)};
  for (const group of groups) {
    if (group.group === '') continue;
    const inTable = rows.get(group.group) ?? 0;
    yield {
      ...shareOf(group.group, group, at),
      section: 'collections',
      rows: inTable,
      rowsDone: Math.min(inTable, group.settledDone),
    };
  }
  yield* inReadingOrder(
    hosts.map(host => ({
      ...shareOf(`${hostGroup}${host.host === '' ? '(not resolved)' : host.host}`, host, at),
      section: 'hosts',
      rows: host.items,
      rowsDone: host.items,
      ms: host.ms,
    })),
  );
}

function shareOf(group: string, partitions: ReachedPartitions, at: number) {
  const failed = Object.entries(partitions.failed);
  const missing = Object.fromEntries([
    ...failed,
    ...(partitions.waiting === 0 ? [] : [[notReadYet, partitions.waiting] as const]),
  ]);
  const total = foundOf(partitions);
  const isWhole = failedOf(partitions) + partitions.waiting === 0;
  return {group, done: partitions.done, total, objects: total, at, ...(isWhole ? {} : {missing})};
}
