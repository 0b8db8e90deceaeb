import type {CoverageGroup} from '../../../core/checks.ts';
import {quoted} from '../../../core/sql.ts';
import type {Reader} from '../../../databases/database.ts';
import type {ArtifactsFacts} from '../facts.ts';
import {uniqueIndexNow} from './index-now.ts';

/** One index, there or not; beside it the rows that it keeps to one for each object. */
export async function* coverageOfIndex(
  {target, now}: {readonly target: Reader; readonly now: () => number},
  facts: ArtifactsFacts,
): AsyncGenerator<CoverageGroup> {
  const [row] = await target.query(
    `SELECT count(*) AS rows FROM artifacts
     WHERE ${quoted(facts.bucket)} IS NOT NULL AND ${quoted(facts.key)} IS NOT NULL`,
  );
  const rows = Number(row?.['rows'] ?? 0);
  const isThere = (await uniqueIndexNow(target, facts)) !== null;
  yield {group: '*', done: isThere ? 1 : 0, total: 1, at: now(), rows, rowsDone: isThere ? rows : 0};
}
