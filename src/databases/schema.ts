import {z} from 'zod';
import type {Reader} from './database.ts';

/** A table as the database describes it: what probes compare with what they expect. */
export interface TableSchema {
  readonly name: string;
  readonly columns: readonly Column[];
  /** Sets of columns that are unique together by their bytes. Partial indexes, and those with a collation, are left out. */
  readonly uniques: readonly (readonly string[])[];
  readonly triggers: readonly string[];
  /** Tables that refer to this one, and those that it refers to, with its own column. */
  readonly referredBy: readonly string[];
  readonly refersTo: readonly {readonly table: string; readonly column: string}[];
  /** As in CREATE TABLE: for telling whether it is the same schema as before. */
  readonly sql: string;
}

export interface Column {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
  /** The default as SQL, null where there is none. */
  readonly defaultSql: string | null;
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
    defaultSql: row.dflt_value,
    primaryKey: row.pk,
  }));

/** The table's schema, or null where there is no such table (a view counts as none). All is asked for at once. */
export async function describeTable(target: Reader, table: string): Promise<TableSchema | null> {
  const [[made], columnRows, uniques, triggers, referring, referred] = await Promise.all([
    target.query("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?", [table]),
    target.query('SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_info(?)', [table]),
    target.query(
      `SELECT (SELECT json_group_array(info.name) FROM pragma_index_xinfo(list.name) AS info WHERE info.key = 1) AS columns
       FROM pragma_index_list(?) AS list
       WHERE list."unique" = 1 AND list.partial = 0
         AND NOT EXISTS (SELECT 1 FROM pragma_index_xinfo(list.name) AS info WHERE info.key = 1 AND info.coll <> 'BINARY')`,
      [table],
    ),
    target.query("SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ? ORDER BY name", [
      table,
    ]),
    target.query(
      // D1 forbids to look into its own tables, so these are left out before anything is asked of them.
      `WITH tables AS MATERIALIZED (
         SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB '_cf_*'
       )
       SELECT DISTINCT tables.name AS name
       FROM tables
       JOIN pragma_foreign_key_list(tables.name) AS keys
       WHERE keys."table" = ? COLLATE NOCASE
       ORDER BY tables.name`,
      [table],
    ),
    target.query('SELECT "table" AS name, "from" AS column FROM pragma_foreign_key_list(?)', [table]),
  ]);
  if (made === undefined) return null;
  const columns = columnRows.map(row => columnRow.parse(row));
  const text = z.string();
  return {
    name: table,
    columns,
    uniques: [
      ...rowidKey(columns),
      ...uniques.map(row =>
        z
          .array(text.nullable())
          .parse(JSON.parse(text.parse(row['columns'])))
          .map(String),
      ),
    ],
    triggers: triggers.map(row => text.parse(row['name'])),
    referredBy: referring.map(row => text.parse(row['name'])),
    refersTo: referred.map(row => ({table: text.parse(row['name']), column: text.parse(row['column'])})),
    sql: text.parse(made['sql']),
  };
}

/** An INTEGER PRIMARY KEY is the rowid and has no index of its own; any other has. */
function rowidKey(columns: readonly Column[]): readonly (readonly string[])[] {
  const [only, second] = columns.filter(column => column.primaryKey > 0);
  return only !== undefined && second === undefined && only.type === 'INTEGER' ? [[only.name]] : [];
}
