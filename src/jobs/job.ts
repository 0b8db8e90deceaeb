import type {JobStage, JobStatus} from './job-status.ts';

/** A backfill that somebody asked for, as its row in the target has it. */
export interface Job {
  /** A UUID. */
  readonly id: string;
  /** Null is every record lexicon that is marked for backfill. */
  readonly collection: string | null;
  /** The one account that is read; null with `dids` null is every repository. */
  readonly did: string | null;
  /** The accounts where they are several. */
  readonly dids: readonly string[] | null;
  readonly status: JobStatus;
  /** Null where it is not running. */
  readonly stage: JobStage | null;
  /** It failed because it has holes: everything else was read. */
  readonly incomplete: boolean;
  /** Repositories that were found so far. */
  readonly totalRepos: number;
  /** Those of them that were read to their end. One that failed is not. */
  readonly processedRepos: number;
  /** Records that are in the table as their repositories have them. */
  readonly totalRecords: number;
  readonly error: string | null;
  /** What was asked of it while it was running. */
  readonly request: 'pause' | 'cancel' | null;
  /** Which of its failures are to be tried again: a kind, or all; null where none are. */
  readonly retry: string | null;
  /** In the ledger of its worker. */
  readonly run: string | null;
  /** Who works on it, by the name of its process. */
  readonly worker: string | null;
  /** ISO 8601, by the clock of the target. */
  readonly startedAt: string | null;
  readonly completedAt: string | null;
  readonly createdAt: string;
}

/** What the worker writes into the row of a job from time to time. */
export interface JobProgress {
  readonly stage: JobStage | null;
  readonly totalRepos: number;
  readonly processedRepos: number;
  readonly totalRecords: number;
}

/** A job as the Job API tells it: the fields of the original, and besides them `incomplete`, `stage` and, where they are several, `dids`. */
export function jobObject(job: Job): Readonly<Record<string, unknown>> {
  return {
    id: job.id,
    collection: job.collection,
    did: job.did,
    ...(job.dids === null ? {} : {dids: job.dids}),
    status: job.status,
    total_repos: job.totalRepos,
    processed_repos: job.processedRepos,
    total_records: job.totalRecords,
    error: job.error,
    started_at: job.startedAt,
    completed_at: job.completedAt,
    created_at: job.createdAt,
    incomplete: job.incomplete,
    stage: job.stage,
  };
}
