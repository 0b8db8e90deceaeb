import {affinityOf, type Column, hasRowid, type TableSchema} from '../../databases/schema.ts';
import type {Reference, UniqueWith} from './facts.ts';

/** How the rows of a table are told apart while one of their columns is re-pointed. */

export interface ReferringColumn {
  readonly column: Column;
  /** Of its foreign key; null where it has none. */
  readonly onDelete: string | null;
  /** Columns of the same table that name artifacts too, by their names as the table spells them. */
  readonly besides: readonly string[];
}

/** Null where nothing tells its rows apart that stays as it is. */
export function referenceOf(
  schema: TableSchema,
  {column: {name: column, type}, onDelete, besides}: ReferringColumn,
  id: Column,
): Reference | null {
  const keys = schema.columns.filter(({primaryKey}) => primaryKey > 0);
  const others = keys.map(({name}) => name).filter(name => name !== column);
  const rowid = rowidOf(schema);
  const steady = others.filter(name => !besides.includes(name));
  const isTold =
    keys.length > 0 && steady.length === others.length && !keys.some(key => mayBeNull(key, keys, schema));
  if (!isTold && rowid === null) return null;
  const identity = isTold || rowid === null ? others : [rowid, ...steady];
  const isInKey = isTold && others.length < keys.length;
  const [only, second] = identity;
  return {
    table: schema.name,
    column,
    isDeclared: onDelete !== null,
    onDelete: onDelete ?? 'NO ACTION',
    identity,
    isInKey,
    order: only !== undefined && second === undefined && !isInKey ? only : rowid,
    isIndexed: affinityOf({type}) === affinityOf(id) && isSearched(column, keys, schema),
    uniques: [
      // It is the rowid itself, and no index beside the rows.
      ...(others.length === 0 && keys.length === 1 ? [{index: 'its primary key', others: []}] : []),
      ...schema.uniqueIndexes.flatMap(index => uniqueWith(index, column)),
    ],
    columns: schema.columns.map(({name}) => name),
    rowid,
    isNamed: schema.referredBy.length > 0,
  };
}

/** The rowid under a name that no column has; null where there is none. */
function rowidOf({columns, computed, sql}: TableSchema): string | null {
  const taken = new Set([...columns.map(({name}) => name), ...computed].map(name => name.toLowerCase()));
  return hasRowid(sql) ? (['rowid', '_rowid_', 'oid'].find(name => !taken.has(name)) ?? null) : null;
}

/** SQLite lets a column of a primary key be NULL, in as many rows as one likes, unless it is the rowid. */
function mayBeNull({notNull, type}: Column, keys: readonly Column[], {sql}: TableSchema): boolean {
  return !notNull && hasRowid(sql) && !(type === 'INTEGER' && keys.length === 1);
}

function isSearched(column: string, keys: readonly Column[], {indexes}: TableSchema): boolean {
  const [only, second] = keys;
  const isKey = only?.name === column && second === undefined;
  return indexes.some(([first]) => first === column) || isKey;
}

/** Partial and expression indexes are left to the database: what they refuse is a failure of that group alone. */
function uniqueWith(
  {name, columns, collations, isPartial}: TableSchema['uniqueIndexes'][number],
  column: string,
): readonly UniqueWith[] {
  if (isPartial || !columns.includes(column) || columns.includes(null)) return [];
  const others = columns.flatMap((other, index) =>
    other === null || other === column ? [] : [{column: other, collation: collations[index] ?? 'BINARY'}],
  );
  return [{index: name, others}];
}
