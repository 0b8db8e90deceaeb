import {z} from 'zod';
import {listedOf} from '../core/accounting.ts';
import type {RunMode} from '../core/run.ts';
import {narrowedSql} from '../core/scope.ts';
import type {Database} from '../databases/database.ts';
import {type RunRecord, readRun} from './records.ts';
import {runColumns} from './run-columns.ts';

/** What the ledger knows of a source and a target by the labels under which they are opened, without opening either. */

export interface EndLabels {
  readonly backfill: string;
  /** Empty where there was none; any where it is left out. */
  readonly sourceLabel?: string;
  readonly targetLabel: string;
  /** What the runs were narrowed to (core/scope.ts); anything where it is left out. */
  readonly narrowed?: string;
}

/** A backfill between two places, as runs have had it. */
export interface KnownEnds extends Required<Omit<EndLabels, 'narrowed'>> {
  readonly prefix: string;
  /** Where it uploads to and for whom; null where it does not. */
  readonly provider: string | null;
  readonly user: string | null;
  readonly targetName: string;
  /** When its newest run was made, in milliseconds since the epoch. */
  readonly newestAt: number;
}

export interface Took {
  readonly run: string;
  readonly seconds: number;
  readonly listed: number;
  /** When it ended, in milliseconds since the epoch. */
  readonly at: number;
}

const knownEnds = z
  .object({
    backfill: z.string(),
    source_label: z.string(),
    target_label: z.string(),
    target_name: z.string(),
    newest_at: z.number(),
    prefix: z.string().nullable(),
    provider: z.string().nullable(),
    for_user: z.string().nullable(),
  })
  .transform(
    (row): KnownEnds => ({
      backfill: row.backfill,
      sourceLabel: row.source_label,
      targetLabel: row.target_label,
      targetName: row.target_name,
      newestAt: row.newest_at,
      prefix: row.prefix ?? '',
      provider: row.provider,
      user: row.for_user,
    }),
  );

/** Every pair of ends that a backfill was run between, that of the newest run first. */
export async function recentEnds(db: Database, limit: number): Promise<readonly KnownEnds[]> {
  const rows = await db.query(
    `SELECT backfill, source_label, target_label, target_name, scope->>'prefix' AS prefix,
       scope->>'provider' AS provider, scope->>'user' AS for_user, max(created_at) AS newest_at
     FROM runs
     GROUP BY backfill, source_label, target_label, target_name, prefix, provider, for_user
     ORDER BY newest_at DESC, max(id) DESC
     LIMIT ?`,
    [limit],
  );
  return rows.map(row => knownEnds.parse(row));
}

const between = `r.target_label = ?1 AND r.backfill = ?2 AND (CAST(?3 AS TEXT) IS NULL OR r.source_label = ?3)
  AND r.mode IN (SELECT atom FROM json_each(?4)) AND (CAST(?5 AS TEXT) IS NULL OR ${narrowedSql('r.scope')} = ?5)`;

function betweenParams({backfill, sourceLabel, targetLabel, narrowed}: EndLabels, modes: readonly RunMode[]) {
  return [targetLabel, backfill, sourceLabel ?? null, JSON.stringify(modes), narrowed ?? null];
}

/** The newest run between two ends in one of the modes; null where there is none. */
export async function latestOf(
  db: Database,
  ends: EndLabels,
  modes: readonly RunMode[],
): Promise<RunRecord | null> {
  const [row] = await db.query(
    `SELECT ${runColumns} FROM runs r WHERE ${between} ORDER BY r.created_at DESC, r.id DESC LIMIT 1`,
    betweenParams(ends, modes),
  );
  return row === undefined ? null : readRun(row);
}

/**
 * How long the newest run of a mode took that came to its end. One that was taken up again is left out: between its
 * start and its end lies the time that it rested.
 */
export async function lastTook(db: Database, ends: EndLabels, mode: RunMode): Promise<Took | null> {
  const [row] = await db.query(
    `SELECT ${runColumns} FROM runs r
     WHERE ${between} AND r.status IN ('completed', 'incomplete') AND r.started_at IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM audit WHERE audit.run = r.id AND audit.action = 'resume')
     ORDER BY r.created_at DESC, r.id DESC
     LIMIT 1`,
    betweenParams(ends, [mode]),
  );
  if (row === undefined) return null;
  const {id, startedAt, finishedAt, tally} = readRun(row);
  if (startedAt === null || finishedAt === null) return null;
  return {run: id, seconds: (finishedAt - startedAt) / 1_000, listed: listedOf(tally), at: finishedAt};
}

/** Runs that a process works on, this one or another, newest first. */
export async function activeRuns(db: Database): Promise<readonly RunRecord[]> {
  const rows = await db.query(
    `SELECT ${runColumns} FROM runs r
     WHERE r.status IN ('running', 'pausing', 'cancelling')
     ORDER BY r.created_at DESC, r.id DESC`,
  );
  return rows.map(readRun);
}

/** Live runs of a backfill on a target that wrote something and were not undone as a whole, oldest first. */
export async function standingRuns(
  db: Database,
  target: string,
  backfill: string,
): Promise<readonly string[]> {
  const rows = await db.query(
    `SELECT r.id AS id FROM runs r
     WHERE r.target = ? AND r.backfill = ? AND r.mode = 'live'
       AND EXISTS (SELECT 1 FROM pages WHERE pages.run = r.id AND pages.kind = 'image')
       AND NOT EXISTS (
         SELECT 1 FROM runs u
         WHERE u.undoes = r.id AND u.mode = 'undo' AND u.status = 'completed'
       )
     ORDER BY r.created_at, r.id`,
    [target, backfill],
  );
  return rows.map(row => z.string().parse(row['id']));
}

/** The undo that has taken back a run as a whole; null where none has. */
export async function undoneBy(db: Database, run: string): Promise<string | null> {
  const [row] = await db.query(
    "SELECT id FROM runs WHERE undoes = ? AND mode = 'undo' AND status = 'completed' ORDER BY created_at DESC LIMIT 1",
    [run],
  );
  return row === undefined ? null : z.string().parse(row['id']);
}

/** How much the last live run with the same ends and scope listed that listed everything; null where there was none. */
export async function lastListed(
  db: Database,
  {backfill, source, target, scope}: Pick<RunRecord, 'backfill' | 'source' | 'target' | 'scope'>,
): Promise<number | null> {
  const [row] = await db.query(
    `SELECT ${runColumns} FROM runs r
     WHERE r.target = ? AND r.backfill = ? AND r.source = ? AND CAST(r.scope AS TEXT) = ? AND r.mode = 'live'
       AND r.status IN ('completed', 'incomplete')
       AND NOT EXISTS (SELECT 1 FROM partitions p WHERE p.run = r.id AND p.status <> 'done')
     ORDER BY r.created_at DESC, r.id DESC
     LIMIT 1`,
    [target, backfill, source, JSON.stringify(scope)],
  );
  if (row === undefined) return null;
  const {tally, drift} = readRun(row);
  // What had gone since its dry run was taken up by it, and was not listed.
  return listedOf(tally) - drift.gone;
}
