import {quoted} from '../../core/sql.ts';
import {describeTable} from '../../databases/schema.ts';
import type {RowNow} from '../backfill.ts';
import {readable} from '../exact.ts';
import {encodedRow, rowIn} from '../row-text.ts';
import type {Io, Shape} from '../shape.ts';
import {parseKey} from './group-key.ts';

/** The newest row of an object, and how many it has: for whoever asks about one key. */
export async function artifactRow(
  key: string,
  _change: unknown,
  {target}: Pick<Io<Shape>, 'target' | 'signal'>,
): Promise<RowNow> {
  const schema = await describeTable(target, 'artifacts');
  const group = parseKey(key)?.group;
  if (schema === null || group === undefined) return {columns: null, is: null};
  const names = schema.columns.map(({name}) => name);
  const [row] = await target.query(
    `SELECT ${encodedRow(names.map(quoted))} AS "values",
       count(*) OVER () AS rows
     FROM artifacts
     WHERE r2_bucket = ? AND r2_key = ?
     ORDER BY fetched_at DESC
     LIMIT 1`,
    [group.bucket, group.key],
  );
  if (row === undefined) return {columns: null, is: null};
  const found = rowIn(row, 'values');
  const values = names.map((name, index) => [name, readable(found[index] ?? null)] as const);
  return {columns: {'rows of the object': Number(row['rows']), ...Object.fromEntries(values)}, is: null};
}
