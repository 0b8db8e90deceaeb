/**
 * What somebody else may do to an object: of its rows n + 1 and n + 2 lose, n + 3 wins; datapoints n + 1 and n + 2 name n + 1,
 * datapoint n + 5 names n + 3, and the citation names n + 2. Row 7 is of another object.
 */
export const meddlings: readonly (readonly [string, (n: number, key: string) => string])[] = [
  [
    'a new row',
    (n, key) =>
      `INSERT INTO artifacts (artifact_id, source_type, fetched_at, r2_bucket, r2_key) VALUES (${n + 20}, 'sec', '2020', 'docs', '${key}')`,
  ],
  [
    'a newer row',
    (n, key) =>
      `INSERT INTO artifacts (artifact_id, source_type, fetched_at, r2_bucket, r2_key) VALUES (${n + 20}, 'sec', '2030', 'docs', '${key}')`,
  ],
  [
    'a loser changed in a column that nobody documented',
    n => `UPDATE artifacts SET note = 'mine' WHERE artifact_id = ${n + 1}`,
  ],
  [
    'a loser of another date',
    n => `UPDATE artifacts SET fetched_at = '2024-02-20' WHERE artifact_id = ${n + 1}`,
  ],
  [
    'a loser that is the newest now',
    n => `UPDATE artifacts SET fetched_at = '2031' WHERE artifact_id = ${n + 1}`,
  ],
  [
    'a loser of another object',
    n => `UPDATE artifacts SET r2_key = 'elsewhere' WHERE artifact_id = ${n + 2}`,
  ],
  [
    'a loser of another type',
    n => `UPDATE artifacts SET source_type = 'unknown' WHERE artifact_id = ${n + 2}`,
  ],
  [
    'a winner whose type is gone',
    n => `UPDATE artifacts SET source_type = NULL WHERE artifact_id = ${n + 3}`,
  ],
  [
    'a winner of another object',
    n => `UPDATE artifacts SET r2_bucket = 'other' WHERE artifact_id = ${n + 3}`,
  ],
  [
    'a winner that is gone',
    n =>
      `DELETE FROM datapoints WHERE artifact_id = ${n + 3}; DELETE FROM artifacts WHERE artifact_id = ${n + 3}`,
  ],
  [
    'a loser that is gone, with its citation',
    n =>
      `DELETE FROM citations WHERE artifact_id = ${n + 2}; DELETE FROM artifacts WHERE artifact_id = ${n + 2}`,
  ],
  ['a datapoint more', n => `INSERT INTO datapoints VALUES (${n + 50}, ${n + 1}, 'new', 1)`],
  [
    'a datapoint more of a loser that had none',
    n => `INSERT INTO datapoints VALUES (${n + 50}, ${n + 2}, 'new', 1)`,
  ],
  ['a datapoint less', n => `DELETE FROM datapoints WHERE datapoint_id = ${n + 1}`],
  [
    'a datapoint of another object now',
    n => `UPDATE datapoints SET artifact_id = 7 WHERE datapoint_id = ${n + 1}`,
  ],
  [
    'a datapoint of another loser now',
    n => `UPDATE datapoints SET artifact_id = ${n + 2} WHERE datapoint_id = ${n + 1}`,
  ],
  ['a citation more', n => `INSERT INTO citations VALUES ('new${n}', ${n + 1}, 1)`],
  ['the only citation less', n => `DELETE FROM citations WHERE artifact_id = ${n + 2}`],
  [
    'all that named a loser gone',
    n =>
      `DELETE FROM datapoints WHERE artifact_id = ${n + 1}; DELETE FROM citations WHERE artifact_id = ${n + 2}`,
  ],
  [
    'all that named a loser of another object now',
    n =>
      `UPDATE datapoints SET artifact_id = 7 WHERE artifact_id = ${n + 1}; UPDATE citations SET artifact_id = 7 WHERE artifact_id = ${n + 2}`,
  ],
  [
    'another row in place of the winner',
    (n, key) =>
      `UPDATE artifacts SET r2_bucket = 'other' WHERE artifact_id = ${n + 3}; INSERT INTO artifacts (artifact_id, source_type, fetched_at, r2_bucket, r2_key) VALUES (${n + 20}, 'sec', '2024-03-01', 'docs', '${key}')`,
  ],
];
