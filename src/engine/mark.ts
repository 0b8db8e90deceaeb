import {z} from 'zod';
import type {Row, Statement} from '../core/sql.ts';
import type {Reader} from '../databases/database.ts';

/**
 * The two tables that Headgate keeps in a target, and every statement on them. A page's mark is written in the page's
 * own transaction, so after a crash the mark says whether the page happened, and how many rows it changed. Without the
 * lease the mark's fence is NULL, which its column refuses: the whole transaction is rolled back.
 */

export const markTables = ['headgate_lease', 'headgate_marks'] as const;

/** The database's clock, in milliseconds: processes on several machines agree on it. */
const clock = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";

export function createTables(leastFence: number): readonly Statement[] {
  return [
    {
      sql: `CREATE TABLE IF NOT EXISTS headgate_lease (
              id INTEGER PRIMARY KEY CHECK (id = 1),
              run TEXT,
              fence INTEGER NOT NULL,
              holder TEXT,
              host TEXT,
              expires_at INTEGER NOT NULL
            )`,
      params: [],
    },
    {
      sql: `CREATE TABLE IF NOT EXISTS headgate_marks (
              run TEXT NOT NULL,
              partition TEXT NOT NULL,
              page INTEGER NOT NULL,
              fence INTEGER NOT NULL,
              inserted INTEGER NOT NULL DEFAULT 0,
              updated INTEGER NOT NULL DEFAULT 0,
              deleted INTEGER NOT NULL DEFAULT 0,
              PRIMARY KEY (run, partition)
            )`,
      params: [],
    },
    {
      sql: 'INSERT INTO headgate_lease (id, fence, expires_at) VALUES (1, ?, 0) ON CONFLICT (id) DO NOTHING',
      params: [leastFence],
    },
  ];
}

export function dropTables(): readonly Statement[] {
  return markTables.map(table => ({sql: `DROP TABLE IF EXISTS ${table}`, params: []}));
}

export interface LeaseClaim {
  readonly run: string;
  readonly holder: string;
  readonly host: string;
  readonly leaseMs: number;
  /** The new fence is above this and above whatever stands there. */
  readonly leastFence: number;
  /** A holder that may be pushed aside: known to be dead, or named by the operator. */
  readonly instead: string | null;
}

/** Takes the lease where it is free, expired or the run's own. Answers with its fence, or with no row. */
export function claimLease({run, holder, host, leaseMs, leastFence, instead}: LeaseClaim): Statement {
  return {
    sql: `UPDATE headgate_lease
          SET run = ?1, fence = max(fence, ?5) + 1, holder = ?2, host = ?3, expires_at = ${clock} + ?4
          WHERE id = 1 AND (run IS NULL OR expires_at <= ${clock} OR (run = ?1 AND holder = ?2) OR holder = ?6)
          RETURNING fence`,
    params: [run, holder, host, leaseMs, leastFence, instead],
  };
}

/** One row while the lease is held, none once it is lost. */
export function renewLease(run: string, fence: number, leaseMs: number): Statement {
  return {
    sql: `UPDATE headgate_lease SET expires_at = ${clock} + ?3 WHERE run = ?1 AND fence = ?2 RETURNING fence`,
    params: [run, fence, leaseMs],
  };
}

/** Removes a run's marks, while it holds the lease. */
export function dropMarks(run: string, fence: number): Statement {
  return {
    sql: `DELETE FROM headgate_marks WHERE run = ?1
            AND EXISTS (SELECT 1 FROM headgate_lease WHERE run = ?1 AND fence = ?2)`,
    params: [run, fence],
  };
}

export function releaseLease(run: string, fence: number): Statement {
  return {
    sql: 'UPDATE headgate_lease SET run = NULL, holder = NULL, host = NULL, expires_at = 0 WHERE run = ?1 AND fence = ?2',
    params: [run, fence],
  };
}

/** Gives the lease to another run of the same holder in one step: it is never free in between. */
export function handLease(run: string, fence: number, to: string, leaseMs: number): Statement {
  return {
    sql: `UPDATE headgate_lease SET run = ?3, fence = fence + 1, expires_at = ${clock} + ?4 WHERE run = ?1 AND fence = ?2`,
    params: [run, fence, to, leaseMs],
  };
}

/** Keeps a lease alive that is held for no run that writes; no row where a run of the same holder has it, or another. */
export function renewReserved(run: string, holder: string, leaseMs: number): Statement {
  return {
    sql: `UPDATE headgate_lease SET expires_at = ${clock} + ?3 WHERE run = ?1 AND holder = ?2 RETURNING fence`,
    params: [run, holder, leaseMs],
  };
}

export interface PageMark {
  readonly run: string;
  readonly partition: string;
  readonly page: number;
  readonly fence: number;
}

/** The first statement of a page's transaction: refused without the lease. */
export function markPage({run, partition, page, fence}: PageMark): Statement {
  return {
    sql: `INSERT INTO headgate_marks (run, partition, page, fence)
          VALUES (?1, ?2, ?3, (SELECT fence FROM headgate_lease WHERE run = ?1 AND fence = ?4))
          ON CONFLICT (run, partition)
          DO UPDATE SET page = excluded.page, fence = excluded.fence, inserted = 0, updated = 0, deleted = 0`,
    params: [run, partition, page, fence],
  };
}

/** A mark without a lease to prove: with `fence` null it is refused. */
export function markAlone(run: string, partition: string, fence: number | null): Statement {
  return {
    sql: `INSERT INTO headgate_marks (run, partition, page, fence) VALUES (?, ?, 0, ?)
          ON CONFLICT (run, partition) DO UPDATE SET fence = excluded.fence`,
    params: [run, partition, fence],
  };
}

/** Right behind a counted statement: adds its number of rows to the mark. */
export function countIntoMark(
  run: string,
  partition: string,
  counts: 'inserted' | 'updated' | 'deleted',
  rows: 'changes()' | '1' = 'changes()',
): Statement {
  return {
    sql: `UPDATE headgate_marks SET ${counts} = ${counts} + ${rows} WHERE run = ?1 AND partition = ?2`,
    params: [run, partition],
  };
}

/** Behind what counts without returning rows: what the mark has counted. */
export function tellMark(run: string, partition: string): Statement {
  return {
    sql: 'SELECT partition, page, inserted, updated, deleted FROM headgate_marks WHERE run = ?1 AND partition = ?2',
    params: [run, partition],
  };
}

export function readMark(row: Row): Mark {
  const {partition: _, ...mark} = markRow.parse(row);
  return mark;
}

export function dropMark(run: string, partition: string): Statement {
  return {sql: 'DELETE FROM headgate_marks WHERE run = ?1 AND partition = ?2', params: [run, partition]};
}

export interface StandingLease {
  readonly run: string | null;
  readonly fence: number;
  readonly holder: string | null;
  readonly host: string | null;
  /** Milliseconds until it expires by the database's clock; negative once it has. */
  readonly remainingMs: number;
}

const leaseRow = z
  .object({
    run: z.string().nullable(),
    fence: z.number(),
    holder: z.string().nullable(),
    host: z.string().nullable(),
    remaining: z.number(),
  })
  .transform(({remaining, ...lease}): StandingLease => ({...lease, remainingMs: remaining}));

/** The lease as it stands, or null where the tables are not there. */
export async function readLease(target: Reader): Promise<StandingLease | null> {
  if (!(await hasTables(target))) return null;
  const [row] = await target.query(
    `SELECT run, fence, holder, host, expires_at - ${clock} AS remaining FROM headgate_lease WHERE id = 1`,
  );
  return row === undefined ? null : leaseRow.parse(row);
}

export interface Mark {
  readonly page: number;
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
}

const markRow = z.object({
  partition: z.string(),
  page: z.number(),
  inserted: z.number(),
  updated: z.number(),
  deleted: z.number(),
});

/** A run's marks by partition; null where the tables are gone. */
export async function readMarks(target: Reader, run: string): Promise<ReadonlyMap<string, Mark> | null> {
  if (!(await hasTables(target))) return null;
  const rows: readonly Row[] = await target.query(
    'SELECT partition, page, inserted, updated, deleted FROM headgate_marks WHERE run = ?',
    [run],
  );
  return new Map(rows.map(row => markRow.parse(row)).map(({partition, ...mark}) => [partition, mark]));
}

/** Which of the two tables are there. */
export async function standingTables(target: Reader): Promise<readonly string[]> {
  const rows = await target.query(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name IN (SELECT value FROM json_each(?))",
    [JSON.stringify(markTables)],
  );
  return rows.map(row => z.string().parse(row['name']));
}

async function hasTables(target: Reader): Promise<boolean> {
  return (await standingTables(target)).length === markTables.length;
}

/** The mark's fence was NULL: the lease is no longer held. */
export function isLeaseRefusal(message: string): boolean {
  return message.includes('headgate_marks.fence');
}
