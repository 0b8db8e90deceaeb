-- When a row's version was last listed: UTC, to the second. NULL has not been listed since the column is there.
ALTER TABLE media_assets ADD COLUMN last_seen_at TEXT;
