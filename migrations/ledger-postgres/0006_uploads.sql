-- What hashing found of files on a machine: valid for one version, which is size and modification time.
CREATE TABLE file_hashes (
  host TEXT COLLATE "C" NOT NULL,
  path TEXT COLLATE "C" NOT NULL,
  version TEXT COLLATE "C" NOT NULL,
  sha256 TEXT COLLATE "C" NOT NULL,
  phash64 TEXT,
  sure BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (host, path)
);

CREATE INDEX file_hashes_by_hash ON file_hashes (sha256, host);

-- What was uploaded, by its content: it outlives the folders and the names under which the content was found.
CREATE TABLE uploads_by_hash (
  target TEXT COLLATE "C" NOT NULL,
  user_id TEXT COLLATE "C" NOT NULL,
  provider TEXT COLLATE "C" NOT NULL,
  sha256 TEXT COLLATE "C" NOT NULL,
  status TEXT COLLATE "C" NOT NULL,
  note TEXT COLLATE "C" NOT NULL,
  asset_id TEXT,
  name TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (target, user_id, provider, sha256)
);

CREATE INDEX uploads_by_content ON uploads_by_hash (sha256, user_id, provider);

-- Contents that a dry run has met, each with the first of its keys: what has the same content as an earlier file is not planned twice.
CREATE TABLE met_contents (
  run TEXT COLLATE "C" NOT NULL,
  sha256 TEXT COLLATE "C" NOT NULL,
  key TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (run, sha256)
);

-- Uploads that were begun and not ended, each with what the provider knows it by.
CREATE TABLE begun_uploads (
  provider TEXT COLLATE "C" NOT NULL,
  object TEXT COLLATE "C" NOT NULL,
  handle TEXT COLLATE "C" NOT NULL,
  run TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (provider, object, run)
);

CREATE INDEX begun_uploads_by_run ON begun_uploads (run);

-- Objects that a run has made at a provider, written before the first byte is sent: what was there before is not among them.
CREATE TABLE made_objects (
  run TEXT COLLATE "C" NOT NULL,
  provider TEXT COLLATE "C" NOT NULL,
  object TEXT COLLATE "C" NOT NULL,
  user_id TEXT COLLATE "C" NOT NULL,
  sha256 TEXT COLLATE "C",
  PRIMARY KEY (run, provider, object)
);
