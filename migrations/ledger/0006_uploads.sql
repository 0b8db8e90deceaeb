-- What hashing found of files on a machine: valid for one version, which is size and modification time.
CREATE TABLE file_hashes (
  host TEXT NOT NULL,
  path TEXT NOT NULL,
  version TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  phash64 TEXT,
  sure INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (host, path)
) WITHOUT ROWID;

CREATE INDEX file_hashes_by_hash ON file_hashes (sha256, host);

-- What was uploaded, by its content: it outlives the folders and the names under which the content was found.
CREATE TABLE uploads_by_hash (
  target TEXT NOT NULL,
  user_id TEXT NOT NULL,
  provider TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  status TEXT NOT NULL,
  note TEXT NOT NULL,
  asset_id TEXT,
  name TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (target, user_id, provider, sha256)
) WITHOUT ROWID;

CREATE INDEX uploads_by_content ON uploads_by_hash (sha256, user_id, provider);

-- Contents that a dry run has met, each with the first of its keys: what has the same content as an earlier file is not planned twice.
CREATE TABLE met_contents (
  run TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  key TEXT NOT NULL,
  PRIMARY KEY (run, sha256)
) WITHOUT ROWID;

-- Uploads that were begun and not ended, each with what the provider knows it by.
CREATE TABLE begun_uploads (
  provider TEXT NOT NULL,
  object TEXT NOT NULL,
  handle TEXT NOT NULL,
  run TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (provider, object, run)
) WITHOUT ROWID;

CREATE INDEX begun_uploads_by_run ON begun_uploads (run);

-- Objects that a run has made at a provider, written before the first byte is sent: what was there before is not among them.
CREATE TABLE made_objects (
  run TEXT NOT NULL,
  provider TEXT NOT NULL,
  object TEXT NOT NULL,
  user_id TEXT NOT NULL,
  sha256 TEXT,
  PRIMARY KEY (run, provider, object)
) WITHOUT ROWID;
