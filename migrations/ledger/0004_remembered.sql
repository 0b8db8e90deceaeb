-- What is remembered of a target from one run to the next, by system, as JSON: what its checks compare with.
CREATE TABLE remembered (
  target TEXT NOT NULL,
  system TEXT NOT NULL,
  value TEXT NOT NULL,
  run TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (target, system)
) WITHOUT ROWID;
