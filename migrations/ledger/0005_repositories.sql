-- Repositories: partitions that are found while a run is on, each with the host that serves it.
ALTER TABLE partitions ADD COLUMN host TEXT;

DROP INDEX partitions_by_status;

CREATE INDEX partitions_by_status ON partitions (run, status, host);

ALTER TABLE partition_failures ADD COLUMN host TEXT;

ALTER TABLE partition_failures ADD COLUMN attempts INTEGER NOT NULL DEFAULT 1;

-- Where a run finds its repositories, each with a cursor of its own. Status is open, ended or failed.
CREATE TABLE streams (
  run TEXT NOT NULL,
  id TEXT NOT NULL,
  group_name TEXT NOT NULL,
  status TEXT NOT NULL,
  cursor TEXT,
  pages INTEGER NOT NULL DEFAULT 0,
  kind TEXT,
  message TEXT,
  PRIMARY KEY (run, id)
) WITHOUT ROWID;

-- Which repositories a run has found, and in which groups: one that is met again is not counted twice.
CREATE TABLE found_in (
  run TEXT NOT NULL,
  partition TEXT NOT NULL,
  group_name TEXT NOT NULL,
  PRIMARY KEY (run, partition, group_name)
) WITHOUT ROWID;

-- What the hosts of a run have served to the end. Those that failed or wait are in their own tables.
CREATE TABLE hosts_done (
  run TEXT NOT NULL,
  host TEXT NOT NULL,
  partitions INTEGER NOT NULL,
  items INTEGER NOT NULL,
  ms INTEGER NOT NULL,
  PRIMARY KEY (run, host)
) WITHOUT ROWID;

-- The items of a run by group: how many were settled, and how many are in the target as they should be.
CREATE TABLE groups_settled (
  run TEXT NOT NULL,
  group_name TEXT NOT NULL,
  settled INTEGER NOT NULL,
  done INTEGER NOT NULL,
  PRIMARY KEY (run, group_name)
) WITHOUT ROWID;
