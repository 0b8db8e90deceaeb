import type {Reader} from '../../../databases/database.ts';
import {describeTable, foreignKeysTo} from '../../../databases/schema.ts';

/** The table assets as other tables refer to it, in SQLite. */
export interface Parent {
  readonly children: readonly Child[];
  /** Its own columns that are referred to. */
  readonly referred: readonly string[];
  /** Foreign keys whose rows are found by reading the whole table, once for every row of assets. */
  readonly unindexed: readonly {readonly table: string; readonly columns: readonly string[]}[];
}

export interface Child {
  readonly table: string;
  readonly columns: readonly {readonly from: string; readonly to: string}[];
  readonly onUpdate: string;
}

export async function readParent(target: Reader): Promise<Parent> {
  const keys = await foreignKeysTo(target, 'assets');
  const children = keys.map(
    ({table, columns, onUpdate}): Child => ({
      table,
      onUpdate,
      columns: columns.map(({from, to}) => ({from, to: to ?? 'id'})),
    }),
  );
  const unindexed = await Promise.all(children.map(child => withoutIndex(target, child)));
  return {
    children,
    referred: [...new Set(children.flatMap(({columns}) => columns.map(({to}) => to)))],
    unindexed: unindexed.filter(found => found !== null),
  };
}

async function withoutIndex(target: Reader, {table, columns}: Child) {
  const from = columns.map(column => column.from);
  const indexes = (await describeTable(target, table))?.indexes ?? [];
  const isLed = indexes.some(index => from.every((column, at) => index[at] === column));
  // An index on assets itself would go with it.
  return isLed || table.toLowerCase() === 'assets' ? null : {table, columns: from};
}
