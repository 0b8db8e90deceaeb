import {z} from 'zod';
import type {Statement} from '../core/sql.ts';
import type {Database} from '../databases/database.ts';
import {readLease, type StandingLease} from '../engine/mark.ts';
import type {Job, JobProgress} from './job.ts';
import {jobColumns} from './job-row.ts';
import {activeStatuses, type JobStatus, jobSourcesOf} from './job-status.ts';
import {firstOf, StandingRows} from './standing-rows.ts';

/** A worker that has given no sign of life for so long is gone. */
export const silentMs = 60_000;

/** What is asked of a job, and what tells it from others. */
export interface JobAsked extends Pick<Job, 'collection' | 'did' | 'dids'> {
  readonly identity: string;
}

/** How a job comes to rest. */
export interface JobEnding extends Pick<Job, 'error' | 'incomplete'> {
  readonly status: Exclude<JobStatus, 'running'>;
}

/**
 * The jobs of a target, in its table `backfill_jobs`. Times are those of the database: workers on several machines need
 * no common clock. What a worker writes, it writes only while the job is its own.
 */
export class JobRows extends StandingRows {
  readonly #db: Database;

  constructor(db: Database) {
    super(db);
    this.#db = db;
  }

  /** Null where an identical one is active. */
  async insert({collection, did, dids, identity}: JobAsked): Promise<Job | null> {
    return this.#one({
      sql: `INSERT INTO backfill_jobs (collection, did, dids, identity)
            VALUES ($1, $2, $3::jsonb, $4)
            ON CONFLICT DO NOTHING
            RETURNING ${jobColumns}`,
      params: [collection, did, dids === null ? null : JSON.stringify(dids), identity],
    });
  }

  async active(identity: string): Promise<Job | null> {
    const rows = await this.#db.query(
      `SELECT ${jobColumns} FROM backfill_jobs WHERE identity = $1 AND status IN (${listed(activeStatuses)})`,
      [identity],
    );
    return firstOf(rows);
  }

  /**
   * Brings a job to rest that nobody works on, or asks that of whoever does. A cancel that was asked for stays one.
   * Null where there is nothing to stop.
   */
  async stop(id: string, to: 'paused' | 'cancelled', quietMs: number): Promise<Job | null> {
    const atRest = jobSourcesOf(to).filter(status => status !== 'running');
    const [rested = [], asked = []] = await this.#db.transaction([
      {
        sql: `UPDATE backfill_jobs
              SET status = $2, stage = NULL, request = NULL, worker = NULL, beat_at = NULL,
                completed_at = CASE WHEN $2 = 'cancelled' THEN now() END
              WHERE id = $1 AND (status IN (${listed(atRest)}) OR (status = 'running' AND ${isSilent('$3')}))
              RETURNING ${jobColumns}`,
        params: [id, to, quietMs],
      },
      {
        sql: `UPDATE backfill_jobs SET request = CASE WHEN request = 'cancel' THEN request ELSE $2 END
              WHERE id = $1 AND status = 'running'
              RETURNING ${jobColumns}`,
        params: [id, to === 'paused' ? 'pause' : 'cancel'],
      },
    ]);
    return firstOf([...rested, ...asked]);
  }

  /** One that rests is for the worker again; null where it is not resting so. */
  async again(id: string, from: 'paused' | 'failed', retry: string | null): Promise<Job | null> {
    return this.#one({
      sql: `UPDATE backfill_jobs
            SET status = 'pending', retry = COALESCE($3, retry), error = NULL, incomplete = false, completed_at = NULL
            WHERE id = $1 AND status = $2
            RETURNING ${jobColumns}`,
      params: [id, from, retry],
    });
  }

  /** Something waits for a worker: it was asked for, or its worker is gone. */
  async hasWork(worker: string, quietMs: number): Promise<boolean> {
    const [row] = await this.#db.query(
      `SELECT count(*) AS n FROM backfill_jobs WHERE status = 'pending' OR ${isLeft('$1', '$2')}`,
      [worker, quietMs],
    );
    return z.number().parse(row?.['n']) > 0;
  }

  /**
   * The next job is the worker's: one that its worker left behind, else the oldest. While one is at work no other is
   * taken, as there is one live run on a target. Null where there is none.
   */
  async take(worker: string, quietMs: number): Promise<Job | null> {
    return this.#one({
      sql: `UPDATE backfill_jobs
            SET status = 'running', worker = $1, beat_at = now(), started_at = COALESCE(started_at, now())
            WHERE id = (
              SELECT id FROM backfill_jobs
              WHERE (status = 'pending' OR ${isLeft('$1', '$2')})
                AND NOT EXISTS (
                  SELECT 1 FROM backfill_jobs AS other
                  WHERE other.status = 'running' AND other.worker <> $1 AND NOT ${isSilent('$2', 'other.')}
                )
              ORDER BY status = 'pending', created_at, id
              LIMIT 1
              FOR UPDATE SKIP LOCKED
            )
            RETURNING ${jobColumns}`,
      params: [worker, quietMs],
    });
  }

  /** A sign of life, with how far it is; null where the job is not this worker's any more. */
  async beat(
    id: string,
    worker: string,
    run: string | null,
    {stage, totalRepos, processedRepos, totalRecords}: JobProgress,
  ): Promise<Job | null> {
    return this.#one({
      sql: `UPDATE backfill_jobs
            SET beat_at = now(), run = COALESCE($3, run), stage = $4, total_repos = $5, processed_repos = $6, total_records = $7
            WHERE id = $1 AND worker = $2 AND status = 'running'
            RETURNING ${jobColumns}`,
      params: [id, worker, run, stage, totalRepos, processedRepos, totalRecords],
    });
  }

  /**
   * The worker is done with a job. One that goes back to the others obeys what was asked of it last. Null where the job
   * is not this worker's any more.
   */
  async settle(
    id: string,
    worker: string,
    {status, error, incomplete}: JobEnding,
    {totalRepos, processedRepos, totalRecords}: JobProgress,
  ): Promise<Job | null> {
    return this.#one({
      sql: `UPDATE backfill_jobs
            SET status = CASE
                WHEN $3 = 'pending' AND request = 'pause' THEN 'paused'
                WHEN $3 = 'pending' AND request = 'cancel' THEN 'cancelled'
                ELSE $3
              END,
              completed_at = CASE
                WHEN $3 IN ('completed', 'failed', 'cancelled') OR ($3 = 'pending' AND request = 'cancel') THEN now()
              END,
              retry = CASE WHEN $3 IN ('pending', 'paused') THEN retry END,
              error = $4, incomplete = $5, total_repos = $6, processed_repos = $7, total_records = $8,
              stage = NULL, request = NULL, worker = NULL, beat_at = NULL
            WHERE id = $1 AND worker = $2 AND status = 'running'
            RETURNING ${jobColumns}`,
      params: [id, worker, status, error, incomplete ? 1 : 0, totalRepos, processedRepos, totalRecords],
    });
  }

  /** Who may write to the target now. */
  lease(): Promise<StandingLease | null> {
    return readLease(this.#db);
  }

  /** Record lexicons that are marked for backfill. */
  async lexicons(): Promise<readonly string[]> {
    const rows = await this.#db.query('SELECT id FROM lexicons WHERE backfill ORDER BY id');
    return rows.map(row => z.string().parse(row['id']));
  }

  async #one(statement: Statement): Promise<Job | null> {
    const [rows = []] = await this.#db.transaction([statement]);
    return firstOf(rows);
  }
}

function listed(statuses: readonly JobStatus[]): string {
  return statuses.map(status => `'${status}'`).join(', ');
}

function isSilent(quietMs: string, of = ''): string {
  return `(${of}beat_at < now() - make_interval(secs => ${quietMs}::float8 / 1000))`;
}

/** At work, and its worker is gone: also one of this worker's own, that it was not told it has. */
function isLeft(worker: string, quietMs: string): string {
  return `(status = 'running' AND (worker = ${worker} OR ${isSilent(quietMs)}))`;
}
