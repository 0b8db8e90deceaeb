import {z} from 'zod';
import type {Row} from '../core/sql.ts';
import type {Job} from './job.ts';
import {jobStages, jobStatuses} from './job-status.ts';

export const jobColumns = `id, collection, did, dids, status, stage, incomplete, total_repos, processed_repos,
  total_records, error, request, retry, run, worker, started_at, completed_at, created_at`;

const text = z.string().nullable();

const jobRow = z
  .object({
    id: z.string(),
    collection: text,
    did: text,
    dids: text,
    status: z.enum(jobStatuses),
    stage: z.enum(jobStages).nullable(),
    incomplete: z.number(),
    total_repos: z.number(),
    processed_repos: z.number(),
    total_records: z.number(),
    error: text,
    request: z.enum(['pause', 'cancel']).nullable(),
    retry: text,
    run: text,
    worker: text,
    started_at: text,
    completed_at: text,
    created_at: z.string(),
  })
  .transform(
    (row): Job => ({
      id: row.id,
      collection: row.collection,
      did: row.did,
      dids: row.dids === null ? null : z.array(z.string()).parse(JSON.parse(row.dids)),
      status: row.status,
      stage: row.stage,
      incomplete: row.incomplete === 1,
      totalRepos: row.total_repos,
      processedRepos: row.processed_repos,
      totalRecords: row.total_records,
      error: row.error,
      request: row.request,
      retry: row.retry,
      run: row.run,
      worker: row.worker,
      startedAt: row.started_at,
      completedAt: row.completed_at,
      createdAt: row.created_at,
    }),
  );

export function readJob(row: Row): Job {
  return jobRow.parse(row);
}
