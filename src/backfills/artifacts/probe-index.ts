import type {TableSchema} from '../../databases/schema.ts';
import type {UniqueOnKeys} from './facts.ts';

/** What keeps rows from sharing these columns, in whichever order: an index that is neither partial nor collated. */
export function uniqueOn(
  {uniqueIndexes}: Pick<TableSchema, 'uniqueIndexes'>,
  columns: readonly string[],
): UniqueOnKeys | null {
  const wanted = columns.toSorted().join('\n');
  const found = uniqueIndexes.find(
    index =>
      !index.isPartial &&
      index.collations.every(collation => collation === 'BINARY') &&
      index.columns.map(String).toSorted().join('\n') === wanted,
  );
  return found === undefined ? null : {name: found.name, sql: found.sql};
}
