-- One row for each content of each user: where it was uploaded first, and in provider_uploads every provider that has it,
-- as a JSON object of provider and object. A content that could not be hashed has no sha256.
CREATE TABLE assets (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id TEXT NOT NULL,
  sha256 TEXT,
  phash64 TEXT,
  provider_id TEXT,
  provider_asset_id TEXT,
  provider_uploads TEXT,
  kind TEXT,
  mime TEXT,
  size INTEGER,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  last_accessed_at TEXT
);

CREATE UNIQUE INDEX idx_asset_user_sha256 ON assets (user_id, sha256) WHERE sha256 IS NOT NULL;

CREATE INDEX idx_asset_provider_asset_id ON assets (provider_asset_id, provider_id);
