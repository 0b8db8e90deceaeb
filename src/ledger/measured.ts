import {z} from 'zod';
import {type CheckResult, type CoverageGroup, recoveries} from '../core/checks.ts';
import {limitsOf, narrowedSql} from '../core/scope.ts';
import type {Row} from '../core/sql.ts';
import type {Database} from '../databases/database.ts';

/**
 * The newest of what was measured on a target, by backfill. A measurement is told beside the scope that it is of, and
 * compared with an earlier one only where both are of the same scope: a part is no change of the whole.
 */

/** The newest result of an invariant. */
export interface MeasuredCheck {
  readonly backfill: string;
  readonly result: CheckResult;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly run: string;
  /** What narrowed the run left out keys: with a prefix, a cap or a start. */
  readonly isPart: boolean;
  /** The count of the measurement before it in the same scope; null where there was none. */
  readonly before: number | null;
  /** When it was first measured to be broken, and never to hold since, in the same scope; null where it holds. */
  readonly brokenSince: number | null;
}

/** One measurement of coverage, with all its groups, the whole ("*") first. */
export interface LastCoverage {
  readonly run: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly isPart: boolean;
  readonly groups: readonly CoverageGroup[];
}

/** Coverage of the whole scope of one measurement. */
export interface CoveragePoint {
  readonly run: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly isPart: boolean;
  readonly done: number;
  readonly total: number;
}

const json = z.string().transform((text): unknown => JSON.parse(text));

export const checkResult = json.pipe(
  z.object({
    id: z.string(),
    severity: z.enum(['blocking', 'warning']),
    title: z.string(),
    count: z.number(),
    counts: z.tuple([z.string(), z.string()]).exactOptional(),
    sample: z.array(z.object({key: z.string(), detail: z.string()})),
    note: z.string().exactOptional(),
    why: z.string(),
    recovery: z.string(),
    recovers: z.object({as: z.enum(recoveries)}).exactOptional(),
  }),
);

const coverageGroup = json.pipe(
  z.object({
    group: z.string(),
    done: z.number(),
    total: z.number(),
    at: z.number(),
    rows: z.number().exactOptional(),
    rowsDone: z.number().exactOptional(),
    objects: z.number().exactOptional(),
    missing: z.record(z.string(), z.number()).exactOptional(),
    section: z.string().exactOptional(),
    ms: z.number().exactOptional(),
  }),
);

const isPart = json.transform(scope => limitsOf(scope).isPart);
const checkRow = z
  .object({
    backfill: z.string(),
    result: checkResult,
    at: z.number(),
    run: z.string(),
    scope: isPart,
    before: z.number().nullable(),
    broken_since: z.number().nullable(),
  })
  .transform(
    ({scope, broken_since, ...row}): MeasuredCheck => ({...row, isPart: scope, brokenSince: broken_since}),
  );
const pointRow = z
  .object({run: z.string(), at: z.number(), scope: isPart, done: z.number(), total: z.number()})
  .transform(({scope, ...row}): CoveragePoint => ({...row, isPart: scope}));

/** Whose measurements are asked for: of a target, and where more is said only those that compared with this source. */
export interface MeasuredOf {
  readonly target: string;
  readonly backfill?: string;
  readonly sourceLabel?: string;
  /** What the runs were narrowed to (core/scope.ts). */
  readonly narrowed?: string;
}

const isOf = `(CAST(?2 AS TEXT) IS NULL OR runs.backfill = ?2)
  AND (CAST(?3 AS TEXT) IS NULL OR runs.source_label = ?3)
  AND (CAST(?4 AS TEXT) IS NULL OR ${narrowedSql('runs.scope')} = ?4)`;

function ofParams({target, backfill, sourceLabel, narrowed}: MeasuredOf) {
  return [target, backfill ?? null, sourceLabel ?? null, narrowed ?? null];
}

/** Of each invariant the newest result, in the order in which they were measured. */
export async function lastChecks(db: Database, of: MeasuredOf): Promise<readonly MeasuredCheck[]> {
  const rows = await db.query(
    `SELECT newest.backfill, checks.result, newest.at, newest.run, newest.scope, newest.before, newest.broken_since
     FROM (
       SELECT one.id, one.run, one.at, one.backfill, one.scope,
         lead(one.count) OVER (
           PARTITION BY one.backfill, one.id, one.scope_text ORDER BY one.at DESC, one.run DESC
         ) AS before,
         min(CASE WHEN one.at > one.held_at THEN one.at END) OVER (
           PARTITION BY one.backfill, one.id, one.scope_text
         ) AS broken_since,
         row_number() OVER (
           PARTITION BY one.backfill, one.id ORDER BY one.at DESC, one.run DESC
         ) AS place
       FROM (
         SELECT checks.id, checks.run, checks.at, checks.count, runs.backfill, runs.scope,
           CAST(runs.scope AS TEXT) AS scope_text,
           max(CASE WHEN checks.count = 0 THEN checks.at ELSE -1 END) OVER (
             PARTITION BY runs.backfill, checks.id, CAST(runs.scope AS TEXT)
           ) AS held_at
         FROM checks
         JOIN runs ON runs.id = checks.run
         WHERE checks.target = ?1 AND ${isOf}
       ) AS one
     ) AS newest
     JOIN checks ON checks.run = newest.run AND checks.id = newest.id
     WHERE newest.place = 1
     ORDER BY newest.backfill, newest.at, newest.id`,
    ofParams(of),
  );
  return rows.map(row => checkRow.parse(row));
}

/** The newest measurement of coverage; null where there is none. */
export async function lastCoverage(db: Database, of: MeasuredOf): Promise<LastCoverage | null> {
  const [newest] = await wholes(db, of, 1);
  if (newest === undefined) return null;
  const {run, at, isPart: is} = newest;
  const rows = await db.query(
    "SELECT result FROM coverage WHERE run = ? ORDER BY group_name <> '*', group_name",
    [run],
  );
  return {run, at, isPart: is, groups: rows.map(row => coverageGroup.parse(row['result']))};
}

/** Coverage of the last measurements, oldest first. */
export async function coverageTrend(
  db: Database,
  of: MeasuredOf,
  limit: number,
): Promise<readonly CoveragePoint[]> {
  return (await wholes(db, of, limit)).toReversed();
}

/** Newest first. */
async function wholes(db: Database, of: MeasuredOf, limit: number): Promise<readonly CoveragePoint[]> {
  const rows: readonly Row[] = await db.query(
    `SELECT coverage.run, coverage.at, runs.scope, coverage.done, coverage.total
     FROM coverage
     JOIN runs ON runs.id = coverage.run
     WHERE coverage.target = ?1 AND coverage.group_name = '*' AND ${isOf}
     ORDER BY coverage.at DESC, coverage.run DESC
     LIMIT ?5`,
    [...ofParams(of), limit],
  );
  return rows.map(row => pointRow.parse(row));
}
