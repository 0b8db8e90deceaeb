CREATE TABLE IF NOT EXISTS records (
  uri TEXT COLLATE "C" PRIMARY KEY,
  did TEXT COLLATE "C" NOT NULL,
  collection TEXT COLLATE "C" NOT NULL,
  rkey TEXT COLLATE "C" NOT NULL,
  record JSONB NOT NULL,
  cid TEXT NOT NULL,
  indexed_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  -- Of a text that Postgres can't store, something was replaced: its CID is that of the record as it was.
  altered BOOLEAN NOT NULL DEFAULT false
);

CREATE INDEX IF NOT EXISTS records_by_collection ON records (collection, did);
