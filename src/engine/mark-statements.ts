import type {Statement} from '../core/sql.ts';
import type {Dialect} from '../databases/database.ts';

/**
 * Every statement that writes to the two tables that Headgate keeps in a target. A page's mark is written in the page's
 * own transaction, so after a crash the mark says whether the page happened, and how many rows it changed. Without the
 * lease the mark's fence is NULL, which its column refuses: the whole transaction is rolled back.
 */

export const markTables = ['headgate_lease', 'headgate_marks'] as const;

/** What differs from one database to another; parameters are numbered as SQLite has them, ?1. */
interface Words {
  /** The database's clock, in milliseconds: processes on several machines agree on it. */
  readonly clock: string;
  readonly greatest: string;
  /** Behind the look at the lease: else a take-over could slip in between mark and commit. */
  readonly locked: string;
  /** A column for milliseconds since the epoch. */
  readonly time: string;
  /** Before tables are made: two processes may begin at the same moment. */
  readonly alone: readonly Statement[];
}

/** One of Postgres' advisory locks. */
const makingTables = 1_748_329_569;

const words: Readonly<Record<Dialect, Words>> = {
  sqlite: {
    clock: "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
    greatest: 'max',
    locked: '',
    time: 'INTEGER',
    alone: [],
  },
  postgres: {
    clock: 'CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)',
    greatest: 'greatest',
    locked: ' FOR SHARE',
    time: 'BIGINT',
    alone: [{sql: 'SELECT pg_advisory_xact_lock($1)', params: [makingTables]}],
  },
};

export function clockOf(dialect: Dialect): string {
  return words[dialect].clock;
}

/** Numbered parameters as the database has them. There is no question mark in these statements but theirs. */
export function numbered(dialect: Dialect, {sql, ...statement}: Statement): Statement {
  return {...statement, sql: dialect === 'sqlite' ? sql : sql.replace(/\?(?=\d)/g, '$')};
}

export function createTables(dialect: Dialect, leastFence: number): readonly Statement[] {
  const {time, alone} = words[dialect];
  return [
    ...alone,
    {
      sql: `CREATE TABLE IF NOT EXISTS headgate_lease (
              id INTEGER PRIMARY KEY CHECK (id = 1),
              run TEXT,
              fence INTEGER NOT NULL,
              holder TEXT,
              host TEXT,
              expires_at ${time} NOT NULL
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
    numbered(dialect, {
      sql: 'INSERT INTO headgate_lease (id, fence, expires_at) VALUES (1, ?1, 0) ON CONFLICT (id) DO NOTHING',
      params: [leastFence],
    }),
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
export function claimLease(
  dialect: Dialect,
  {run, holder, host, leaseMs, leastFence, instead}: LeaseClaim,
): Statement {
  const {clock, greatest} = words[dialect];
  return numbered(dialect, {
    sql: `UPDATE headgate_lease
          SET run = ?1, fence = ${greatest}(fence, ?5) + 1, holder = ?2, host = ?3, expires_at = ${clock} + ?4
          WHERE id = 1 AND (run IS NULL OR expires_at <= ${clock} OR (run = ?1 AND holder = ?2) OR holder = ?6)
          RETURNING fence`,
    params: [run, holder, host, leaseMs, leastFence, instead],
  });
}

/** One row while the lease is held, none once it is lost. */
export function renewLease(dialect: Dialect, run: string, fence: number, leaseMs: number): Statement {
  return numbered(dialect, {
    sql: `UPDATE headgate_lease SET expires_at = ${clockOf(dialect)} + ?3 WHERE run = ?1 AND fence = ?2 RETURNING fence`,
    params: [run, fence, leaseMs],
  });
}

/** Removes a run's marks, while it holds the lease. */
export function dropMarks(dialect: Dialect, run: string, fence: number): Statement {
  return numbered(dialect, {
    sql: `DELETE FROM headgate_marks WHERE run = ?1
            AND EXISTS (SELECT 1 FROM headgate_lease WHERE run = ?1 AND fence = ?2)`,
    params: [run, fence],
  });
}

export function releaseLease(dialect: Dialect, run: string, fence: number): Statement {
  return numbered(dialect, {
    sql: 'UPDATE headgate_lease SET run = NULL, holder = NULL, host = NULL, expires_at = 0 WHERE run = ?1 AND fence = ?2',
    params: [run, fence],
  });
}

/** Gives the lease to another run of the same holder in one step: it is never free in between. */
export function handLease(
  dialect: Dialect,
  run: string,
  fence: number,
  to: string,
  leaseMs: number,
): Statement {
  return numbered(dialect, {
    sql: `UPDATE headgate_lease SET run = ?3, fence = fence + 1, expires_at = ${clockOf(dialect)} + ?4 WHERE run = ?1 AND fence = ?2`,
    params: [run, fence, to, leaseMs],
  });
}

/** Keeps a lease alive that is held for no run that writes; no row where a run of the same holder has it, or another. */
export function renewReserved(dialect: Dialect, run: string, holder: string, leaseMs: number): Statement {
  return numbered(dialect, {
    sql: `UPDATE headgate_lease SET expires_at = ${clockOf(dialect)} + ?3 WHERE run = ?1 AND holder = ?2 RETURNING fence`,
    params: [run, holder, leaseMs],
  });
}

export interface PageMark {
  readonly partition: string;
  readonly page: number;
}

/** The first statement of pages' transaction, with a mark for each: refused without the lease. */
export function markPages(
  dialect: Dialect,
  {run, fence, pages}: {readonly run: string; readonly fence: number; readonly pages: readonly PageMark[]},
): Statement {
  const held = `(SELECT fence FROM headgate_lease WHERE run = ?1 AND fence = ?2${words[dialect].locked})`;
  const [partition, page, from] =
    dialect === 'postgres'
      ? [
          'page.partition',
          'page.page',
          'jsonb_to_recordset(?3::jsonb) AS page (partition text, page integer)',
        ]
      : ["value->>'partition'", "value->>'page'", 'json_each(?3)'];
  return numbered(dialect, {
    sql: `INSERT INTO headgate_marks (run, partition, page, fence)
          SELECT ?1, ${partition}, ${page}, ${held} FROM ${from} WHERE true
          ON CONFLICT (run, partition)
          DO UPDATE SET page = excluded.page, fence = excluded.fence, inserted = 0, updated = 0, deleted = 0`,
    params: [run, fence, JSON.stringify(pages.map(each => ({partition: each.partition, page: each.page})))],
  });
}

/** A mark without a lease to prove: with `fence` null it is refused. */
export function markAlone(dialect: Dialect, run: string, partition: string, fence: number | null): Statement {
  return numbered(dialect, {
    sql: `INSERT INTO headgate_marks (run, partition, page, fence) VALUES (?1, ?2, 0, ?3)
          ON CONFLICT (run, partition) DO UPDATE SET fence = excluded.fence`,
    params: [run, partition, fence],
  });
}

export type Counted = NonNullable<Statement['counts']>;

/** Right behind a counted statement, on SQLite: adds its number of rows to the mark. */
export function countIntoMark(
  run: string,
  partition: string,
  counts: Counted,
  rows: 'changes()' | '1' = 'changes()',
): Statement {
  return {
    sql: `UPDATE headgate_marks SET ${counts} = ${counts} + ${rows} WHERE run = ?1 AND partition = ?2`,
    params: [run, partition],
  };
}

/**
 * A counted statement of several pages, on Postgres: the number of rows of each goes into its mark. The statement
 * returns keys, and the keys say which page they are of; where there is one page, all of them are its.
 */
export function countIntoMarks(
  {sql, params, counts}: Statement & {readonly counts: Counted},
  run: string,
  keysOf: ReadonlyMap<string, readonly string[]>,
): Statement {
  const [ofRun, ofPart] = [`$${params.length + 1}`, `$${params.length + 2}`];
  const [only] = keysOf.keys();
  const isOne = keysOf.size === 1 && only !== undefined;
  const counted = isOne
    ? `UPDATE headgate_marks SET ${counts} = ${counts} + (SELECT count(*) FROM changed)
       WHERE run = ${ofRun} AND partition = ${ofPart}`
    : `UPDATE headgate_marks AS mark SET ${counts} = mark.${counts} + part.rows
       FROM (
         SELECT page.key AS partition, count(*) AS rows
         FROM jsonb_each(${ofPart}::jsonb) AS page
         CROSS JOIN jsonb_array_elements_text(page.value) AS one (key)
         JOIN changed ON changed.key = one.key
         GROUP BY page.key
       ) AS part
       WHERE mark.run = ${ofRun} AND mark.partition = part.partition`;
  return {
    sql: `WITH changed AS (${sql}), counted AS (${counted}) SELECT key FROM changed`,
    params: [...params, run, isOne ? only : JSON.stringify(Object.fromEntries(keysOf))],
    counts,
  };
}

/** Behind what counts without returning rows: what the mark has counted. */
export function tellMark(run: string, partition: string): Statement {
  return {
    sql: 'SELECT partition, page, inserted, updated, deleted FROM headgate_marks WHERE run = ?1 AND partition = ?2',
    params: [run, partition],
  };
}

export function forgetMarks(dialect: Dialect, run: string, partitions: readonly string[]): Statement {
  const among =
    dialect === 'postgres'
      ? 'SELECT jsonb_array_elements_text(?2::jsonb)'
      : 'SELECT value FROM json_each(?2)';
  return numbered(dialect, {
    sql: `DELETE FROM headgate_marks WHERE run = ?1 AND partition IN (${among})`,
    params: [run, JSON.stringify(partitions)],
  });
}
