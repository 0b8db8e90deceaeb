import {z} from 'zod';
import type {Reader} from './database.ts';

/** A table as the database describes it: what probes compare with what they expect. */
export interface TableSchema {
  readonly name: string;
  readonly columns: readonly Column[];
  /** Sets of columns that are unique together by their bytes. Partial indexes, and those with a collation, are left out. */
  readonly uniques: readonly (readonly string[])[];
  /** Columns of every index that is kept beside the rows; null is an expression. */
  readonly indexes: readonly (readonly (string | null)[])[];
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

const indexRow = z
  .object({
    origin: z.string(),
    unique: z.number(),
    partial: z.number(),
    collates: z.number(),
    columns: z.string(),
  })
  .transform(({columns, ...row}) => ({
    ...row,
    columns: z.array(z.string().nullable()).parse(JSON.parse(columns)),
  }));
type Index = z.infer<typeof indexRow>;

/** The table's schema, or null where there is no such table (a view counts as none). All is asked for at once. */
export async function describeTable(target: Reader, table: string): Promise<TableSchema | null> {
  const [[made], columnRows, indexRows, triggers, referring, referred] = await Promise.all([
    target.query("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?", [table]),
    target.query('SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_info(?)', [table]),
    target.query(
      `SELECT list.origin, list."unique", list.partial,
         (SELECT json_group_array(info.name) FROM pragma_index_xinfo(list.name) AS info WHERE info.key = 1) AS columns,
         EXISTS (SELECT 1 FROM pragma_index_xinfo(list.name) AS info WHERE info.key = 1 AND info.coll <> 'BINARY') AS collates
       FROM pragma_index_list(?) AS list`,
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
  const indexes = indexRows.map(row => indexRow.parse(row));
  const text = z.string();
  const sql = text.parse(made['sql']);
  return {
    name: table,
    columns,
    uniques: [...rowidKey(columns), ...indexes.filter(isUnique).map(index => index.columns.map(String))],
    indexes: indexes.filter(({origin}) => origin !== 'pk' || !isKeyItself(sql)).map(index => index.columns),
    triggers: triggers.map(row => text.parse(row['name'])),
    referredBy: referring.map(row => text.parse(row['name'])),
    refersTo: referred.map(row => ({table: text.parse(row['name']), column: text.parse(row['column'])})),
    sql,
  };
}

function isUnique({unique, partial, collates}: Index): boolean {
  return unique === 1 && partial === 0 && collates === 0;
}

/** The rows lie in their primary key: it is no index beside them. */
function isKeyItself(sql: string): boolean {
  return /\bWITHOUT\s+ROWID\b[\s,\w]*$/i.test(sql);
}

/** An INTEGER PRIMARY KEY is the rowid and has no index of its own; any other has. */
function rowidKey(columns: readonly Column[]): readonly (readonly string[])[] {
  const [only, second] = columns.filter(column => column.primaryKey > 0);
  return only !== undefined && second === undefined && only.type === 'INTEGER' ? [[only.name]] : [];
}
