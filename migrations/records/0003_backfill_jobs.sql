-- What is asked of the worker. Status is pending, running, paused, completed, failed or cancelled.
CREATE TABLE IF NOT EXISTS backfill_jobs (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  collection TEXT,
  did TEXT,
  -- Of a job for several accounts: a JSON array.
  dids JSONB,
  -- The same for jobs that ask the same.
  identity TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'pending',
  -- Of a job that is running: discovering, resolving, fetching or verifying.
  stage TEXT,
  -- It failed because it has holes: everything else was read.
  incomplete BOOLEAN NOT NULL DEFAULT false,
  -- Found so far, read to their end, and records that are in the table as they should be.
  total_repos BIGINT NOT NULL DEFAULT 0,
  processed_repos BIGINT NOT NULL DEFAULT 0,
  total_records BIGINT NOT NULL DEFAULT 0,
  error TEXT,
  -- What somebody asks of a job that is running: pause or cancel.
  request TEXT,
  -- Which of its failures are to be tried again: a kind, or all.
  retry TEXT,
  -- The run in the worker's ledger, and the worker that has taken the job; its sign of life.
  run TEXT,
  worker TEXT,
  beat_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ,
  completed_at TIMESTAMPTZ,
  created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

CREATE INDEX IF NOT EXISTS backfill_jobs_by_status ON backfill_jobs (status, created_at);

-- Of jobs that ask the same, one is active.
CREATE UNIQUE INDEX IF NOT EXISTS backfill_jobs_active ON backfill_jobs (identity)
  WHERE status IN ('pending', 'running', 'paused');
