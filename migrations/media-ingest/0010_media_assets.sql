-- The catalogue of media, as the B2 → D1 pipeline documents it: one row for each version of an object that was ever seen.
CREATE TABLE media_assets (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  media_uid TEXT NOT NULL UNIQUE,
  b2_key TEXT NOT NULL,
  b2_file_id TEXT,
  size INTEGER NOT NULL,
  etag TEXT,
  ingested_at TEXT NOT NULL DEFAULT (datetime('now'))
);

CREATE INDEX idx_media_assets_b2_key ON media_assets (b2_key);

CREATE INDEX idx_media_assets_ingested_at ON media_assets (ingested_at);
