-- The documented files table: one row for each object, with the hash that lets an uploader skip what has not changed.
-- uploaded_at is milliseconds since the epoch.
CREATE TABLE files (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,
  size INTEGER NOT NULL,
  content_type TEXT DEFAULT 'application/octet-stream',
  content_hash TEXT,
  uploaded_at INTEGER NOT NULL,
  created_at TEXT DEFAULT CURRENT_TIMESTAMP,
  uploader_id TEXT NOT NULL,
  finder_tag TEXT,
  metadata TEXT
);

CREATE INDEX idx_files_uploader ON files (uploader_id, uploaded_at);

CREATE INDEX idx_files_finder_tag ON files (finder_tag);

CREATE INDEX idx_files_content_hash ON files (content_hash);
