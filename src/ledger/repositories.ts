import {z} from 'zod';
import {type FaultData, failureKinds} from '../core/failure.ts';
import type {KeyRange} from '../core/keys.ts';
import type {Reached} from '../core/reached.ts';
import type {Statement} from '../core/sql.ts';
import type {Database} from '../databases/database.ts';
import {failStatements, finishStatements, finishWith} from './partitions.ts';
import {reachedBy} from './reached.ts';
import {toldText} from './told-text.ts';

/** Where a run finds repositories: a listing with a cursor of its own. What it finds belongs to its group. */
export interface StreamRecord {
  readonly id: string;
  readonly group: string;
  readonly status: 'open' | 'ended' | 'failed';
  readonly cursor: string | null;
  /** Pages that were read so far. */
  readonly pages: number;
}

const streamRow = z
  .object({
    id: z.string(),
    group_name: z.string(),
    status: z.enum(['open', 'ended', 'failed']),
    cursor: z.string().nullable(),
    pages: z.number(),
  })
  .transform(({group_name: group, ...row}): StreamRecord => ({...row, group}));

/** One that could not be read to its end, and why. */
export interface FailedStream extends FaultData {
  readonly stream: string;
}

/** One that is found and not finished. */
export interface WaitingRepository {
  readonly id: string;
  readonly host: string | null;
  /** Some of its pages are checkpointed. */
  readonly isBegun: boolean;
}

const waitingRow = z
  .object({id: z.string(), host: z.string().nullable(), begun: z.number()})
  .transform(({begun, ...row}): WaitingRepository => ({...row, isBegun: begun === 1}));

export interface FoundRepository extends KeyRange {
  readonly id: string;
}

/** A page of a stream: what it lists, and where the next begins; null where it was the last. */
export interface StreamPage {
  readonly stream: string;
  readonly group: string;
  readonly repositories: readonly FoundRepository[];
  readonly cursor: string | null;
}

/** What a finished repository adds to the counts of its host. */
export interface Served {
  readonly host: string;
  readonly items: number;
  /** How long it took. */
  readonly ms: number;
}

/** A run's repositories: partitions that are found while it is on, each with a host of its own. */
export class Repositories {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Opens the streams of a run that it has not yet, and answers with all of them as they stand. */
  async streams(
    run: string,
    wanted: readonly Pick<StreamRecord, 'id' | 'group'>[],
  ): Promise<readonly StreamRecord[]> {
    await this.#db.transaction(
      wanted.map(({id, group}) => ({
        sql: `INSERT INTO streams (run, id, group_name, status) VALUES (?, ?, ?, 'open') ON CONFLICT (run, id) DO NOTHING`,
        params: [run, id, group],
      })),
    );
    const rows = await this.#db.query('SELECT * FROM streams WHERE run = ? ORDER BY id', [run]);
    return rows.map(row => streamRow.parse(row));
  }

  /** A page, its cursor and its counts in one step; answers with those that were not known before. */
  async found(run: string, {stream, group, repositories, cursor}: StreamPage): Promise<readonly string[]> {
    const [added = []] = await this.#db.transaction([
      {
        sql: `INSERT INTO partitions (run, id, kind, lo, hi, cursor, status)
              SELECT ?1, value->>0, 'repository', value->>1, value->>2, value->>1, 'pending' FROM json_each(?2)
              WHERE NOT EXISTS (SELECT 1 FROM found_in WHERE run = ?1 AND partition = value->>0)
              ON CONFLICT (run, id) DO NOTHING
              RETURNING id`,
        params: [run, JSON.stringify(repositories.map(({id, lo, hi}) => [id, lo, hi]))],
      },
      {
        sql: `INSERT INTO found_in (run, partition, group_name) SELECT ?1, atom, ?2 FROM json_each(?3) WHERE true
              ON CONFLICT (run, partition, group_name) DO NOTHING`,
        params: [run, group, JSON.stringify(repositories.map(({id}) => id))],
      },
      {
        sql: `UPDATE streams SET cursor = ?, pages = pages + 1, status = CASE WHEN CAST(?1 AS TEXT) IS NULL THEN 'ended' ELSE status END
              WHERE run = ? AND id = ?`,
        params: [cursor, run, stream],
      },
    ]);
    return added.map(row => z.string().parse(row['id']));
  }

  /** A stream that can't be read any further: what it did not list is missing from the run. */
  async streamFailed(run: string, stream: string, {kind, message}: FaultData): Promise<void> {
    await this.#db.transaction([
      {
        sql: `UPDATE streams SET status = 'failed', kind = ?, message = ? WHERE run = ? AND id = ? AND status <> 'ended'`,
        params: [kind, toldText(message), run, stream],
      },
    ]);
  }

  /** Failed streams, or those that failed so, are read on from where they stopped. */
  async reopenStreams(run: string, kind: string | null = null): Promise<number> {
    const [opened = []] = await this.#db.transaction([
      {
        sql: `UPDATE streams SET status = 'open', kind = NULL, message = NULL
              WHERE run = ?1 AND status = 'failed' AND (CAST(?2 AS TEXT) IS NULL OR kind = ?2) RETURNING id`,
        params: [run, kind],
      },
    ]);
    return opened.length;
  }

  async failedStreams(run: string): Promise<readonly FailedStream[]> {
    const rows = await this.#db.query(
      `SELECT id, kind, message FROM streams WHERE run = ? AND status = 'failed' ORDER BY id`,
      [run],
    );
    return rows.map(row => failedStream.parse(row));
  }

  /** Where some of them are. */
  async resolved(run: string, hosts: readonly (readonly [id: string, host: string])[]): Promise<void> {
    const byHost = Map.groupBy(hosts, ([, host]) => host);
    await this.#db.transaction(
      [...byHost].map(([host, found]) => ({
        sql: 'UPDATE partitions SET host = ? WHERE run = ? AND id IN (SELECT atom FROM json_each(?))',
        params: [host, run, JSON.stringify(found.map(([id]) => id))],
      })),
    );
  }

  /** How many are known to be somewhere, or are finished. */
  async resolvedCount(run: string): Promise<number> {
    const [row] = await this.#db.query(
      `SELECT partitions_done + (
         SELECT count(*) FROM partitions
         WHERE run = runs.id AND status IN ('pending', 'running', 'failed') AND host IS NOT NULL
       ) AS resolved
       FROM runs WHERE id = ?`,
      [run],
    );
    return z.number().parse(row?.['resolved']);
  }

  /** Those that wait or are under way, in the order of their ids. */
  async waiting(run: string): Promise<readonly WaitingRepository[]> {
    const rows = await this.#db.query(
      `SELECT id, host, cursor <> lo AS begun FROM partitions
       WHERE run = ? AND kind = 'repository' AND status IN ('pending', 'running') ORDER BY id`,
      [run],
    );
    return rows.map(row => waitingRow.parse(row));
  }

  /** Folds a finished repository into its run's totals and its host's. */
  async finish(run: string, id: string, {host, items, ms}: Served, at: number): Promise<void> {
    const [counted, ended] = finishStatements(run, id, at);
    await finishWith(this.#db, run, [counted, served(run, id, {host, items, ms}), ended]);
  }

  /** How far a run came, by host and by group. */
  reached(run: string, hostOf: (address: string) => string): Promise<Reached> {
    return reachedBy(this.#db, run, hostOf);
  }

  async fail(
    run: string,
    ids: readonly string[],
    fault: FaultData,
    at: number,
    attempts: number,
  ): Promise<void> {
    await this.#db.transaction(failStatements(run, ids, fault, at, attempts));
  }
}

const failedStream = z
  .object({id: z.string(), kind: z.enum(failureKinds), message: z.string()})
  .transform(({id, ...fault}): FailedStream => ({...fault, stream: id}));

/** As long as it is not finished: a process that was frozen may come with it a second time. */
function served(run: string, id: string, {host, items, ms}: Served): Statement {
  return {
    sql: `INSERT INTO hosts_done (run, host, partitions, items, ms)
          SELECT ?1, ?2, 1, ?3, ?4 FROM partitions WHERE run = ?1 AND id = ?5 AND status <> 'done'
          ON CONFLICT (run, host) DO UPDATE
          SET partitions = hosts_done.partitions + 1, items = hosts_done.items + excluded.items,
            ms = hosts_done.ms + excluded.ms`,
    params: [run, host, items, ms, id],
  };
}
