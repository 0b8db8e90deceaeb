import type {Statement} from '../core/sql.ts';
import type {Dialect} from '../databases/database.ts';
import {numbered, words} from './mark-words.ts';

/**
 * Every statement that makes the two tables that Headgate keeps in a target, and writes marks to one of them; what writes
 * the lease is in lease-statements.ts. A page's mark is written in the page's
 * own transaction, so after a crash the mark says whether the page happened, and how many rows it changed. Without the
 * lease the mark's fence is NULL, which its column refuses: the whole transaction is rolled back.
 */

export const markTables = ['headgate_lease', 'headgate_marks'] as const;

export function createTables(dialect: Dialect, leastFence: number): readonly Statement[] {
  const {time, alone, made} = words[dialect];
  const [lease, marks] = markTables;
  return [
    ...alone,
    {
      sql: made(
        lease,
        `id INTEGER PRIMARY KEY CHECK (id = 1),
              run TEXT,
              fence INTEGER NOT NULL,
              holder TEXT,
              host TEXT,
              expires_at ${time} NOT NULL`,
      ),
      params: [],
    },
    {
      sql: made(
        marks,
        `run TEXT NOT NULL,
              partition TEXT NOT NULL,
              page INTEGER NOT NULL,
              fence INTEGER NOT NULL,
              inserted INTEGER NOT NULL DEFAULT 0,
              updated INTEGER NOT NULL DEFAULT 0,
              deleted INTEGER NOT NULL DEFAULT 0,
              PRIMARY KEY (run, partition)`,
      ),
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

/** Removes a run's marks, while it holds the lease. */
export function dropMarks(dialect: Dialect, run: string, fence: number): Statement {
  return numbered(dialect, {
    sql: `DELETE FROM headgate_marks WHERE run = ?1
            AND EXISTS (SELECT 1 FROM headgate_lease WHERE run = ?1 AND fence = ?2)`,
    params: [run, fence],
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
