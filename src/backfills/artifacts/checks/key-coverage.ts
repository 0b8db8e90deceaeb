import {z} from 'zod';
import type {CoverageGroup} from '../../../core/checks.ts';
import {quoted} from '../../../core/sql.ts';
import type {Reader} from '../../../databases/database.ts';
import type {ArtifactsFacts} from '../facts.ts';

const typeRow = z.object({
  type: z.string(),
  objects: z.number(),
  single: z.number(),
  rows: z.number(),
  single_rows: z.number(),
});

/** Of the objects that have rows, how many have one; by the source_type of their rows. */
export async function* coverageOfKeys(
  {target, now}: {readonly target: Reader; readonly now: () => number; readonly signal: AbortSignal},
  facts: ArtifactsFacts,
): AsyncGenerator<CoverageGroup> {
  const [bucket, key, type] = [quoted(facts.bucket), quoted(facts.key), quoted(facts.sourceType)];
  const found = await target.query(
    `SELECT COALESCE(CAST(type AS TEXT), 'NULL') AS type, count(*) AS objects, sum(rows = 1) AS single,
       sum(rows) AS rows, sum(CASE rows WHEN 1 THEN 1 ELSE 0 END) AS single_rows
     FROM (
       SELECT count(*) AS rows, max(${type}) AS type
       FROM artifacts
       WHERE ${bucket} IS NOT NULL AND ${key} IS NOT NULL
       GROUP BY ${bucket}, ${key}
     )
     GROUP BY type
     ORDER BY type`,
  );
  const groups = found.map(row => typeRow.parse(row));
  const at = now();
  const sum = (of: (row: z.infer<typeof typeRow>) => number) =>
    groups.reduce((total, row) => total + of(row), 0);
  yield {
    group: '*',
    done: sum(row => row.single),
    total: sum(row => row.objects),
    at,
    rows: sum(row => row.rows),
    rowsDone: sum(row => row.single_rows),
  };
  for (const {type: name, objects, single, rows, single_rows} of groups)
    yield {group: name, done: single, total: objects, at, rows, rowsDone: single_rows};
}
