-- Headgate's own database. Keys are TEXT and compare by bytes. Times are milliseconds since the epoch.

-- One execution of a backfill. The counts are those of finished partitions; the others' are in their rows.
CREATE TABLE runs (
  id TEXT PRIMARY KEY,
  backfill TEXT NOT NULL,
  mode TEXT NOT NULL,
  status TEXT NOT NULL,
  stop_reason TEXT,
  request TEXT,
  source TEXT NOT NULL,
  target TEXT NOT NULL,
  source_label TEXT NOT NULL,
  target_label TEXT NOT NULL,
  target_name TEXT NOT NULL,
  scope TEXT NOT NULL,
  settings TEXT NOT NULL,
  schema TEXT NOT NULL,
  config_digest TEXT NOT NULL,
  program TEXT NOT NULL,
  rehearsed_by TEXT,
  undoes TEXT,
  used_by TEXT,
  label TEXT NOT NULL,
  holder TEXT,
  host TEXT,
  pid INTEGER,
  process_start TEXT,
  fence INTEGER,
  discovered INTEGER NOT NULL DEFAULT 0,
  capped_at TEXT,
  drift_added INTEGER NOT NULL DEFAULT 0,
  drift_gone INTEGER NOT NULL DEFAULT 0,
  drift_changed INTEGER NOT NULL DEFAULT 0,
  checkpoints INTEGER NOT NULL DEFAULT 0,
  partitions_done INTEGER NOT NULL DEFAULT 0,
  inserted INTEGER NOT NULL DEFAULT 0,
  updated INTEGER NOT NULL DEFAULT 0,
  deleted INTEGER NOT NULL DEFAULT 0,
  unchanged INTEGER NOT NULL DEFAULT 0,
  skipped INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  pending INTEGER NOT NULL DEFAULT 0,
  rows INTEGER NOT NULL DEFAULT 0,
  bytes INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  beat_at INTEGER
);

CREATE INDEX runs_by_target ON runs (target, backfill, created_at);

-- A slice of a run with its own cursor. `kind` is range (keys after lo up to hi), open (the run's open items) or
-- images (the before-images of partition `of`, for an undo).
CREATE TABLE partitions (
  run TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  lo TEXT NOT NULL,
  hi TEXT,
  of TEXT,
  cursor TEXT NOT NULL,
  status TEXT NOT NULL,
  page INTEGER NOT NULL DEFAULT 0,
  marked_page INTEGER NOT NULL DEFAULT 0,
  inserted INTEGER NOT NULL DEFAULT 0,
  updated INTEGER NOT NULL DEFAULT 0,
  deleted INTEGER NOT NULL DEFAULT 0,
  unchanged INTEGER NOT NULL DEFAULT 0,
  skipped INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  pending INTEGER NOT NULL DEFAULT 0,
  rows INTEGER NOT NULL DEFAULT 0,
  bytes INTEGER NOT NULL DEFAULT 0,
  finished_at INTEGER,
  PRIMARY KEY (run, id)
) WITHOUT ROWID;

CREATE INDEX partitions_by_status ON partitions (run, status);

-- Pages as compressed lists of entries in key order: kind is plan, intent or image.
CREATE TABLE pages (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  run TEXT NOT NULL,
  kind TEXT NOT NULL,
  partition TEXT NOT NULL,
  page INTEGER NOT NULL,
  first_key TEXT NOT NULL,
  last_key TEXT NOT NULL,
  entries INTEGER NOT NULL,
  body BLOB NOT NULL
);

CREATE UNIQUE INDEX pages_by_number ON pages (run, kind, partition, page);

CREATE INDEX pages_by_key ON pages (run, kind, last_key);

-- Items that a run left open: failed, waiting (added since the plan) or in conflict. A retry takes up only these.
CREATE TABLE open_items (
  run TEXT NOT NULL,
  key TEXT NOT NULL,
  partition TEXT NOT NULL,
  outcome TEXT NOT NULL,
  kind TEXT,
  message TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (run, key)
) WITHOUT ROWID;

-- Partitions that could not be completed.
CREATE TABLE partition_failures (
  run TEXT NOT NULL,
  partition TEXT NOT NULL,
  kind TEXT NOT NULL,
  message TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (run, partition)
) WITHOUT ROWID;

-- What inspection found of an item's version, so that it is not read twice.
CREATE TABLE fingerprints (
  source TEXT NOT NULL,
  target TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  found TEXT NOT NULL,
  PRIMARY KEY (source, target, key)
) WITHOUT ROWID;

CREATE TABLE checks (
  run TEXT NOT NULL,
  target TEXT NOT NULL,
  id TEXT NOT NULL,
  severity TEXT NOT NULL,
  count INTEGER NOT NULL,
  result TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (run, id)
) WITHOUT ROWID;

CREATE INDEX checks_by_target ON checks (target, id, at);

CREATE TABLE coverage (
  run TEXT NOT NULL,
  target TEXT NOT NULL,
  group_name TEXT NOT NULL,
  done INTEGER NOT NULL,
  total INTEGER NOT NULL,
  result TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (run, group_name)
) WITHOUT ROWID;

CREATE INDEX coverage_by_target ON coverage (target, at);

-- Who did what.
CREATE TABLE audit (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  who TEXT NOT NULL,
  host TEXT NOT NULL,
  action TEXT NOT NULL,
  run TEXT,
  detail TEXT NOT NULL
);
