import {z} from 'zod';
import type {Row} from '../core/sql.ts';
import type {Reader} from '../databases/database.ts';
import {markTables} from './mark-statements.ts';
import {clockOf} from './mark-words.ts';

/** The lease and the marks as they stand in a target. What writes them is in lease-statements.ts and mark-statements.ts. */

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
    `SELECT run, fence, holder, host, expires_at - ${clockOf(target.dialect)} AS remaining
     FROM headgate_lease WHERE id = 1`,
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

export function readMark(row: Row): Mark {
  const {partition: _, ...mark} = markRow.parse(row);
  return mark;
}

/** A run's marks by partition; null where the tables are gone. */
export async function readMarks(target: Reader, run: string): Promise<ReadonlyMap<string, Mark> | null> {
  if (!(await hasTables(target))) return null;
  const rows: readonly Row[] = await target.query(
    `SELECT partition, page, inserted, updated, deleted FROM headgate_marks
     WHERE run = ${target.dialect === 'postgres' ? '$1' : '?1'}`,
    [run],
  );
  return new Map(rows.map(row => markRow.parse(row)).map(({partition, ...mark}) => [partition, mark]));
}

/** Which of the two tables are there. */
export async function standingTables(target: Reader): Promise<readonly string[]> {
  const [lease, marks] = markTables;
  const rows =
    target.dialect === 'postgres'
      ? await target.query(
          'SELECT name FROM (VALUES ($1), ($2)) AS ours (name) WHERE to_regclass(name) IS NOT NULL',
          [lease, marks],
        )
      : await target.query(
          "SELECT name FROM sqlite_schema WHERE type = 'table' AND name IN (SELECT value FROM json_each(?))",
          [JSON.stringify(markTables)],
        );
  return rows.map(row => z.string().parse(row['name']));
}

async function hasTables(target: Reader): Promise<boolean> {
  return (await standingTables(target)).length === markTables.length;
}

/** The mark's fence was NULL: the lease is no longer held. SQLite says `table.column`, Postgres names both in a sentence. */
export function isLeaseRefusal(message: string): boolean {
  return /headgate_marks\.fence|"fence".*"headgate_marks"/.test(message);
}
