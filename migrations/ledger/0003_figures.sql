-- Figures of a target beside its invariants: what a summary tells before and after a run. One row of each measurement, the
-- figures as JSON in their order.
CREATE TABLE figures (
  run TEXT PRIMARY KEY,
  target TEXT NOT NULL,
  title TEXT NOT NULL,
  figures TEXT NOT NULL,
  at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX figures_by_target ON figures (target, title, at);
