-- Which collections are indexed: record lexicons, as they were added.
CREATE TABLE IF NOT EXISTS lexicons (
  id TEXT COLLATE "C" PRIMARY KEY,
  json JSONB NOT NULL,
  backfill BOOLEAN NOT NULL DEFAULT true,
  created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
