import {z} from 'zod';
import type {Reader} from './database.ts';

/** A table as the database describes it: what probes compare with what they expect. */
export interface TableSchema {
  readonly name: string;
  readonly columns: readonly Column[];
  /** Sets of columns that are unique together; the primary key is one. Partial indexes are left out. */
  readonly uniques: readonly (readonly string[])[];
  readonly triggers: readonly string[];
  readonly foreignKeys: readonly string[];
  /** As in CREATE TABLE: for telling whether it is the same schema as before. */
  readonly sql: string;
}

export interface Column {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
  readonly hasDefault: boolean;
  /** Position in the primary key, from 1; 0 is not part of it. */
  readonly primaryKey: number;
}

const columnRow = z
  .object({
    name: z.string(),
    type: z.string(),
    notnull: z.number(),
    dflt_value: z.string().nullable(),
    pk: z.number(),
  })
  .transform(row => ({
    name: row.name,
    type: row.type.toUpperCase(),
    notNull: row.notnull === 1,
    hasDefault: row.dflt_value !== null,
    primaryKey: row.pk,
  }));

/** The table's schema, or null where there is no such table (a view counts as none). */
export async function describeTable(target: Reader, table: string): Promise<TableSchema | null> {
  const [made] = await target.query("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?", [
    table,
  ]);
  if (made === undefined) return null;
  const columns = (
    await target.query('SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_info(?)', [table])
  ).map(row => columnRow.parse(row));
  const uniques = await target.query(
    `SELECT list.name AS name, (SELECT json_group_array(info.name) FROM pragma_index_info(list.name) AS info) AS columns
     FROM pragma_index_list(?) AS list WHERE list."unique" = 1 AND list.partial = 0`,
    [table],
  );
  const triggers = await target.query(
    "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ? ORDER BY name",
    [table],
  );
  const references = await target.query(
    `SELECT DISTINCT tables.name AS name FROM sqlite_schema AS tables JOIN pragma_foreign_key_list(tables.name) AS keys
     WHERE tables.type = 'table' AND keys."table" = ? COLLATE NOCASE ORDER BY tables.name`,
    [table],
  );
  const primaryKey = columns.filter(column => column.primaryKey > 0).map(column => column.name);
  const text = z.string();
  return {
    name: table,
    columns,
    uniques: [
      ...(primaryKey.length === 0 ? [] : [primaryKey]),
      ...uniques.map(row => z.array(text).parse(JSON.parse(text.parse(row['columns'])))),
    ],
    triggers: triggers.map(row => text.parse(row['name'])),
    foreignKeys: references.map(row => text.parse(row['name'])),
    sql: text.parse(made['sql']),
  };
}
