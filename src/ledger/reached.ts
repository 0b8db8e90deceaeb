import {z} from 'zod';
import {type FailureKind, failureKinds} from '../core/failure.ts';
import type {Reached, ReachedGroup, ReachedHost} from '../core/reached.ts';
import type {Statement} from '../core/sql.ts';
import type {Database} from '../databases/database.ts';

/** What a page adds to the counts of a group. */
export interface SettledGroup {
  readonly group: string;
  readonly settled: number;
  readonly done: number;
}

export function settleGroups(run: string, groups: readonly SettledGroup[]): Statement {
  return {
    sql: `INSERT INTO groups_settled (run, group_name, settled, done)
          SELECT ?, value->>'group', CAST(value->>'settled' AS BIGINT), CAST(value->>'done' AS BIGINT)
          FROM json_each(?) WHERE true
          ON CONFLICT (run, group_name) DO UPDATE
          SET settled = groups_settled.settled + excluded.settled, done = groups_settled.done + excluded.done`,
    params: [run, JSON.stringify(groups)],
  };
}

const count = z.number();
const doneRow = z.object({host: z.string(), partitions: count, items: count, ms: count});
const standingRow = z.object({
  name: z.string().nullable(),
  kind: z.enum(failureKinds).nullable(),
  count,
});
type Standing = z.infer<typeof standingRow>;
const groupRow = z.object({name: z.string(), found: count});
const settledRow = z.object({group_name: z.string(), settled: count, done: count});

/** How far a run came, by host and by group. `hostOf` makes a host's name from where the ledger says a partition is. */
export async function reachedBy(
  db: Database,
  run: string,
  hostOf: (address: string) => string,
): Promise<Reached> {
  const [done, standing, groups, standingIn, settled] = await Promise.all([
    db.query('SELECT host, partitions, items, ms FROM hosts_done WHERE run = ?', [run]),
    db.query(
      `SELECT part.host AS name, failure.kind AS kind, count(*) AS count
       FROM partitions AS part
       LEFT JOIN partition_failures AS failure ON failure.run = part.run AND failure.partition = part.id
       WHERE part.run = ? AND part.kind = 'repository' AND part.status IN ('pending', 'running', 'failed')
       GROUP BY part.host, failure.kind`,
      [run],
    ),
    db.query('SELECT group_name AS name, count(*) AS found FROM found_in WHERE run = ? GROUP BY group_name', [
      run,
    ]),
    db.query(
      `SELECT found.group_name AS name, failure.kind AS kind, count(*) AS count
       FROM partitions AS part
       JOIN found_in AS found ON found.run = part.run AND found.partition = part.id
       LEFT JOIN partition_failures AS failure ON failure.run = part.run AND failure.partition = part.id
       WHERE part.run = ? AND part.kind = 'repository' AND part.status IN ('pending', 'running', 'failed')
       GROUP BY found.group_name, failure.kind`,
      [run],
    ),
    db.query('SELECT group_name, settled, done FROM groups_settled WHERE run = ?', [run]),
  ]);
  return {
    hosts: hostsOf(
      done.map(row => doneRow.parse(row)),
      standing.map(row => standingRow.parse(row)).map(row => ({...row, name: hostName(row.name, hostOf)})),
    ),
    groups: groupsOf(
      groups.map(row => groupRow.parse(row)),
      standingIn.map(row => standingRow.parse(row)),
      settled.map(row => settledRow.parse(row)),
    ),
  };
}

function hostName(address: string | null, hostOf: (address: string) => string): string {
  return address === null ? '' : hostOf(address);
}

function hostsOf(
  done: readonly z.infer<typeof doneRow>[],
  standing: readonly Standing[],
): readonly ReachedHost[] {
  const names = new Set([...done.map(({host}) => host), ...standing.map(({name}) => name ?? '')]);
  return [...names].sort().map(host => {
    const finished = done.find(row => row.host === host);
    return {
      host,
      done: finished?.partitions ?? 0,
      items: finished?.items ?? 0,
      ms: finished?.ms ?? 0,
      ...standingOf(standing, host),
    };
  });
}

function groupsOf(
  groups: readonly z.infer<typeof groupRow>[],
  standing: readonly Standing[],
  settled: readonly z.infer<typeof settledRow>[],
): readonly ReachedGroup[] {
  const names = new Set([...groups.map(({name}) => name), ...settled.map(({group_name: name}) => name)]);
  return [...names].sort().map(group => {
    const items = settled.find(({group_name: name}) => name === group);
    const {waiting, failed} = standingOf(standing, group);
    const open = waiting + Object.values(failed).reduce((sum, one) => sum + one, 0);
    const found = groups.find(({name}) => name === group)?.found ?? 0;
    return {
      group,
      done: Math.max(0, found - open),
      waiting,
      failed,
      settled: items?.settled ?? 0,
      settledDone: items?.done ?? 0,
    };
  });
}

function standingOf(standing: readonly Standing[], named: string) {
  const failed: Partial<Record<FailureKind, number>> = {};
  let waiting = 0;
  for (const {name, kind, count: times} of standing) {
    if ((name ?? '') !== named) continue;
    if (kind === null) waiting += times;
    else failed[kind] = (failed[kind] ?? 0) + times;
  }
  return {waiting, failed};
}
