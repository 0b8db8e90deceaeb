-- What a bucket says of a version of an object beside its bytes. media_assets stays as it is.
CREATE TABLE media_metadata (
  media_uid TEXT PRIMARY KEY,
  content_type TEXT,
  cache_control TEXT,
  content_disposition TEXT,
  metadata TEXT NOT NULL, -- JSON: what follows x-amz-meta-, by name
  read_at TEXT NOT NULL
);
