-- The ledger in Postgres, as migrations/ledger has it after its fifth: from here on both are numbered alike. It lives in
-- the schema that the session's search_path names, headgate. Texts compare by bytes. Times are milliseconds since the
-- epoch.

-- The last number is the ledger's version.
CREATE TABLE versions (
  number BIGINT PRIMARY KEY,
  at TIMESTAMPTZ NOT NULL DEFAULT now()
);

-- Processes that write, each with the number of its last commit: by that it finds out what became of one whose answer
-- was lost.
CREATE TABLE writers (
  id TEXT COLLATE "C" PRIMARY KEY,
  number BIGINT NOT NULL,
  at TIMESTAMPTZ NOT NULL
);

-- What the ledger's statements ask of SQLite's function of this name: the elements of a list, and those that are no lists
-- or objects as plain text. That there will be few, as the planner is told, has every element looked up in an index.
CREATE FUNCTION json_each(list TEXT) RETURNS TABLE (value JSONB, atom TEXT)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE ROWS 1
AS $$ BEGIN RETURN QUERY
  SELECT item, CASE WHEN jsonb_typeof(item) NOT IN ('array', 'object') THEN item #>> '{}' END
  FROM jsonb_array_elements(list::jsonb) AS item; END $$;

-- One execution of a backfill. The counts are those of finished partitions; the others' are in their rows. A page of rows
-- is left half empty: every checkpoint updates one in its place.
CREATE TABLE runs (
  id TEXT COLLATE "C" PRIMARY KEY,
  backfill TEXT COLLATE "C" NOT NULL,
  mode TEXT COLLATE "C" NOT NULL,
  status TEXT COLLATE "C" NOT NULL,
  stop_reason TEXT,
  request TEXT,
  source TEXT COLLATE "C" NOT NULL,
  target TEXT COLLATE "C" NOT NULL,
  source_label TEXT COLLATE "C" NOT NULL,
  target_label TEXT COLLATE "C" NOT NULL,
  target_name TEXT COLLATE "C" NOT NULL,
  scope JSON NOT NULL,
  settings TEXT NOT NULL,
  schema TEXT NOT NULL,
  config_digest TEXT NOT NULL,
  program TEXT NOT NULL,
  rehearsed_by TEXT COLLATE "C",
  undoes TEXT COLLATE "C",
  used_by TEXT COLLATE "C",
  label TEXT NOT NULL,
  holder TEXT COLLATE "C",
  host TEXT,
  pid BIGINT,
  process_start TEXT,
  fence BIGINT,
  discovered BIGINT NOT NULL DEFAULT 0,
  capped_at TEXT COLLATE "C",
  drift_added BIGINT NOT NULL DEFAULT 0,
  drift_gone BIGINT NOT NULL DEFAULT 0,
  drift_changed BIGINT NOT NULL DEFAULT 0,
  checkpoints BIGINT NOT NULL DEFAULT 0,
  partitions_done BIGINT NOT NULL DEFAULT 0,
  inserted BIGINT NOT NULL DEFAULT 0,
  updated BIGINT NOT NULL DEFAULT 0,
  deleted BIGINT NOT NULL DEFAULT 0,
  unchanged BIGINT NOT NULL DEFAULT 0,
  skipped BIGINT NOT NULL DEFAULT 0,
  failed BIGINT NOT NULL DEFAULT 0,
  pending BIGINT NOT NULL DEFAULT 0,
  rows BIGINT NOT NULL DEFAULT 0,
  bytes BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  started_at BIGINT,
  finished_at BIGINT,
  beat_at BIGINT
) WITH (fillfactor = 50);

CREATE INDEX runs_by_target ON runs (target, backfill, created_at);

CREATE INDEX runs_by_label ON runs (target_label, backfill, created_at);

CREATE INDEX runs_at_work ON runs (created_at) WHERE status IN ('running', 'pausing', 'cancelling');

-- A slice of a run with its own cursor. `kind` is range (keys after lo up to hi), repository (with the host that serves
-- it), open (the run's open items) or images (the before-images of partition `of`, for an undo).
CREATE TABLE partitions (
  run TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  lo TEXT COLLATE "C" NOT NULL,
  hi TEXT COLLATE "C",
  of TEXT COLLATE "C",
  cursor TEXT COLLATE "C" NOT NULL,
  status TEXT COLLATE "C" NOT NULL,
  page BIGINT NOT NULL DEFAULT 0,
  marked_page BIGINT NOT NULL DEFAULT 0,
  inserted BIGINT NOT NULL DEFAULT 0,
  updated BIGINT NOT NULL DEFAULT 0,
  deleted BIGINT NOT NULL DEFAULT 0,
  unchanged BIGINT NOT NULL DEFAULT 0,
  skipped BIGINT NOT NULL DEFAULT 0,
  failed BIGINT NOT NULL DEFAULT 0,
  pending BIGINT NOT NULL DEFAULT 0,
  rows BIGINT NOT NULL DEFAULT 0,
  bytes BIGINT NOT NULL DEFAULT 0,
  finished_at BIGINT,
  host TEXT COLLATE "C",
  PRIMARY KEY (run, id)
) WITH (fillfactor = 70);

CREATE INDEX partitions_by_status ON partitions (status, run, host);

-- Pages as lists of entries in key order, compressed where that is worth it: kind is plan, intent, staged or image.
CREATE TABLE pages (
  seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  partition TEXT COLLATE "C" NOT NULL,
  page BIGINT NOT NULL,
  first_key TEXT COLLATE "C" NOT NULL,
  last_key TEXT COLLATE "C" NOT NULL,
  entries BIGINT NOT NULL,
  body BYTEA NOT NULL
);

CREATE UNIQUE INDEX pages_by_number ON pages (run, kind, partition, page);

CREATE INDEX pages_by_key ON pages (run, last_key, kind);

-- Items that a run left open: failed, waiting (added since the plan) or in conflict. A retry takes up only these.
CREATE TABLE open_items (
  run TEXT COLLATE "C" NOT NULL,
  key TEXT COLLATE "C" NOT NULL,
  partition TEXT COLLATE "C" NOT NULL,
  outcome TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C",
  message TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (run, key)
);

-- Partitions that could not be completed.
CREATE TABLE partition_failures (
  run TEXT COLLATE "C" NOT NULL,
  partition TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  message TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  host TEXT COLLATE "C",
  attempts BIGINT NOT NULL DEFAULT 1,
  PRIMARY KEY (run, partition)
);

-- What inspection found of an item's version, so that it is not read twice. They are found by their keys: there may be
-- millions for a source and a target.
CREATE TABLE fingerprints (
  source TEXT COLLATE "C" NOT NULL,
  target TEXT COLLATE "C" NOT NULL,
  key TEXT COLLATE "C" NOT NULL,
  fingerprint TEXT COLLATE "C" NOT NULL,
  found TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (key, source, target)
);

CREATE TABLE checks (
  run TEXT COLLATE "C" NOT NULL,
  target TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  severity TEXT NOT NULL,
  count BIGINT NOT NULL,
  result TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (run, id)
);

CREATE INDEX checks_by_target ON checks (target, id, at, count);

CREATE TABLE coverage (
  run TEXT COLLATE "C" NOT NULL,
  target TEXT COLLATE "C" NOT NULL,
  group_name TEXT COLLATE "C" NOT NULL,
  done BIGINT NOT NULL,
  total BIGINT NOT NULL,
  result TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (run, group_name)
);

CREATE INDEX coverage_of_whole ON coverage (target, at) WHERE group_name = '*';

-- Who did what.
CREATE TABLE audit (
  seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at BIGINT NOT NULL,
  who TEXT NOT NULL,
  host TEXT NOT NULL,
  action TEXT COLLATE "C" NOT NULL,
  run TEXT COLLATE "C",
  detail TEXT NOT NULL
);

CREATE INDEX audit_by_run ON audit (run, action);

-- Figures of a target beside its invariants: what a summary tells before and after a run. One row of each measurement, the
-- figures as JSON in their order.
CREATE TABLE figures (
  run TEXT COLLATE "C" PRIMARY KEY,
  target TEXT COLLATE "C" NOT NULL,
  title TEXT COLLATE "C" NOT NULL,
  figures TEXT NOT NULL,
  at BIGINT NOT NULL
);

CREATE INDEX figures_by_target ON figures (target, title, at);

-- What is remembered of a target from one run to the next, by system, as JSON: what its checks compare with.
CREATE TABLE remembered (
  target TEXT COLLATE "C" NOT NULL,
  system TEXT COLLATE "C" NOT NULL,
  value TEXT NOT NULL,
  run TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (target, system)
);

-- Where a run finds its repositories, each with a cursor of its own. Status is open, ended or failed.
CREATE TABLE streams (
  run TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  group_name TEXT COLLATE "C" NOT NULL,
  status TEXT COLLATE "C" NOT NULL,
  cursor TEXT,
  pages BIGINT NOT NULL DEFAULT 0,
  kind TEXT COLLATE "C",
  message TEXT,
  PRIMARY KEY (run, id)
);

-- Which repositories a run has found, and in which groups: one that is met again is not counted twice.
CREATE TABLE found_in (
  run TEXT COLLATE "C" NOT NULL,
  partition TEXT COLLATE "C" NOT NULL,
  group_name TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (run, partition, group_name)
);

-- What the hosts of a run have served to the end. Those that failed or wait are in their own tables.
CREATE TABLE hosts_done (
  run TEXT COLLATE "C" NOT NULL,
  host TEXT COLLATE "C" NOT NULL,
  partitions BIGINT NOT NULL,
  items BIGINT NOT NULL,
  ms BIGINT NOT NULL,
  PRIMARY KEY (run, host)
) WITH (fillfactor = 50);

-- The items of a run by group: how many were settled, and how many are in the target as they should be.
CREATE TABLE groups_settled (
  run TEXT COLLATE "C" NOT NULL,
  group_name TEXT COLLATE "C" NOT NULL,
  settled BIGINT NOT NULL,
  done BIGINT NOT NULL,
  PRIMARY KEY (run, group_name)
) WITH (fillfactor = 50);

-- Without statistics a run is taken for a two hundredth of a table: with them, one that has just begun would be taken for
-- nothing, and all its rows would be read where one is looked for.
ALTER TABLE partitions ALTER COLUMN run SET STATISTICS 0;

ALTER TABLE pages ALTER COLUMN run SET STATISTICS 0;

ALTER TABLE open_items ALTER COLUMN run SET STATISTICS 0;

ALTER TABLE partition_failures ALTER COLUMN run SET STATISTICS 0;

ALTER TABLE found_in ALTER COLUMN run SET STATISTICS 0;
