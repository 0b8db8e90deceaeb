-- The documented tables, with the names that production has: an artifact is one object of a bucket, and datapoints name
-- the artifact that they were read from. The unique index on bucket and key is made by the backfill artifacts-index.
CREATE TABLE artifacts (
  artifact_id INTEGER PRIMARY KEY AUTOINCREMENT,
  source_type TEXT,
  source_url TEXT,
  content_hash TEXT,
  fetched_at TEXT,
  r2_bucket TEXT,
  r2_key TEXT
);

CREATE TABLE datapoints (
  datapoint_id INTEGER PRIMARY KEY AUTOINCREMENT,
  artifact_id INTEGER REFERENCES artifacts (artifact_id),
  name TEXT,
  value TEXT
);

CREATE INDEX idx_datapoints_artifact_id ON datapoints (artifact_id);
