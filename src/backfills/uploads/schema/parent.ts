import {z} from 'zod';
import type {Reader} from '../../../databases/database.ts';
import {describeTable} from '../../../databases/schema.ts';

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

const keyRow = z.object({
  table: z.string(),
  onUpdate: z.string(),
  columns: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(z.array(z.object({from: z.string(), to: z.string().nullable()}))),
});

export async function readParent(target: Reader): Promise<Parent> {
  const rows = await target.query(
    `WITH tables AS MATERIALIZED (
       SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB '_cf_*'
     )
     SELECT tables.name AS "table", keys.on_update AS onUpdate,
       json_group_array(json_object('from', keys."from", 'to', keys."to") ORDER BY keys.seq) AS columns
     FROM tables
     JOIN pragma_foreign_key_list(tables.name) AS keys
     WHERE keys."table" = 'assets' COLLATE NOCASE
     GROUP BY tables.name, keys.id, keys.on_update
     ORDER BY tables.name, keys.id`,
  );
  const children = rows
    .map(row => keyRow.parse(row))
    .map(
      ({columns, ...key}): Child => ({
        ...key,
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
