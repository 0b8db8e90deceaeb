-- Indexes for what the console asks while it is open.

-- With the count in it: a check's result is read only where it is the newest.
DROP INDEX checks_by_target;

CREATE INDEX checks_by_target ON checks (target, id, at, count);

-- One row of each measurement, whatever the number of its groups.
DROP INDEX coverage_by_target;

CREATE INDEX coverage_of_whole ON coverage (target, at) WHERE group_name = '*';

CREATE INDEX runs_by_label ON runs (target_label, backfill, created_at);

CREATE INDEX runs_at_work ON runs (created_at) WHERE status IN ('running', 'pausing', 'cancelling');

CREATE INDEX audit_by_run ON audit (run, action);
