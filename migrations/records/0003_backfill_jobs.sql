-- What is asked of the worker. Status is pending, running, paused, completed, failed or cancelled.
CREATE TABLE IF NOT EXISTS backfill_jobs (
  id UUID PRIMARY KEY,
  collection TEXT,
  did TEXT,
  -- Of a job for several accounts: a JSON array.
  dids JSONB,
  status TEXT NOT NULL DEFAULT 'pending',
  stage TEXT,
  incomplete BOOLEAN NOT NULL DEFAULT false,
  total_repos INTEGER NOT NULL DEFAULT 0,
  processed_repos INTEGER NOT NULL DEFAULT 0,
  total_records INTEGER NOT NULL DEFAULT 0,
  error TEXT,
  -- What somebody asks of a job that is at work: pause or cancel.
  request TEXT,
  -- The run in the ledger, and the worker that has taken it; its sign of life.
  run TEXT,
  worker TEXT,
  beat_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ,
  completed_at TIMESTAMPTZ,
  created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

CREATE INDEX IF NOT EXISTS backfill_jobs_by_status ON backfill_jobs (status, created_at);
