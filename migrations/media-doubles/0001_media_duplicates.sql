-- Rows of media_assets that name a version of an object which another row names already. A mark, and nothing else: both
-- rows stay as they are.
CREATE TABLE media_duplicates (
  media_uid TEXT PRIMARY KEY,
  b2_key TEXT NOT NULL,
  duplicate_of TEXT NOT NULL,
  family TEXT NOT NULL,
  marked_at TEXT NOT NULL
);

CREATE INDEX idx_media_duplicates_b2_key ON media_duplicates (b2_key);
