import {z} from 'zod';
import {quoted} from '../core/sql.ts';
import type {Reader} from './database.ts';

/** A table as the database describes it: what probes compare with what they expect. */
export interface TableSchema {
  readonly name: string;
  readonly columns: readonly Column[];
  /** Sets of columns that are unique together by their bytes. Partial indexes, and those with a collation, are left out. */
  readonly uniques: readonly (readonly string[])[];
  /** Every unique index, also those that `uniques` leaves out. */
  readonly uniqueIndexes: readonly UniqueIndex[];
  /** Columns of every index that is kept beside the rows; null is an expression, or a column by another collation than its bytes. */
  readonly indexes: readonly (readonly (string | null)[])[];
  readonly triggers: readonly Trigger[];
  /** Columns that are computed from others: nothing can be written to them, and they are not among `columns`. */
  readonly computed: readonly string[];
  /** Tables that refer to this one, and those that it refers to, with its own column. */
  readonly referredBy: readonly string[];
  readonly refersTo: readonly {readonly table: string; readonly column: string}[];
  /** As in CREATE TABLE: for telling whether it is the same schema as before. */
  readonly sql: string;
}

export interface UniqueIndex {
  readonly name: string;
  /** Null is an expression. */
  readonly columns: readonly (string | null)[];
  /** Of each column; BINARY compares bytes. */
  readonly collations: readonly string[];
  readonly isPartial: boolean;
  /** As in CREATE INDEX; null where a constraint of the table made it. */
  readonly sql: string | null;
}

export interface Trigger {
  readonly name: string;
  readonly sql: string;
}

/** A foreign key of any table that refers to one table. */
export interface ForeignKey {
  readonly table: string;
  /** Its own columns, and those that they refer to; null is the primary key, whatever it is. */
  readonly columns: readonly {readonly from: string; readonly to: string | null}[];
  readonly onDelete: string;
}

export interface SqliteForeignKey extends ForeignKey {
  readonly onUpdate: string;
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
    hidden: z.number(),
  })
  .transform(row => ({
    name: row.name,
    type: row.type.toUpperCase(),
    notNull: row.notnull === 1,
    defaultSql: row.dflt_value,
    primaryKey: row.pk,
    isComputed: row.hidden !== 0,
  }));

const triggerRow = z.object({name: z.string(), sql: z.string()});

const indexRow = z
  .object({
    name: z.string(),
    sql: z.string().nullable(),
    origin: z.string(),
    unique: z.number(),
    partial: z.number(),
    collates: z.number(),
    columns: z.string(),
    collations: z.string(),
  })
  .transform(({columns, collations, ...row}) => ({
    ...row,
    columns: z.array(z.string().nullable()).parse(JSON.parse(columns)),
    collations: z.array(z.string()).parse(JSON.parse(collations)),
  }));
type Index = z.infer<typeof indexRow>;

/** The table's schema, or null where there is no such table (a view counts as none). All is asked for at once. */
export async function describeTable(target: Reader, table: string): Promise<TableSchema | null> {
  const [[made], columnRows, indexRows, triggers, referring, referred] = await Promise.all([
    target.query("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?", [table]),
    target.query('SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(?)', [table]),
    target.query(
      `SELECT list.name, list.origin, list."unique", list.partial,
         (SELECT made.sql FROM sqlite_schema AS made WHERE made.type = 'index' AND made.name = list.name) AS sql,
         (SELECT json_group_array(info.coll) FROM pragma_index_xinfo(list.name) AS info WHERE info.key = 1) AS collations,
         (SELECT json_group_array(info.name) FROM pragma_index_xinfo(list.name) AS info WHERE info.key = 1) AS columns,
         EXISTS (SELECT 1 FROM pragma_index_xinfo(list.name) AS info WHERE info.key = 1 AND info.coll <> 'BINARY') AS collates
       FROM pragma_index_list(?) AS list`,
      [table],
    ),
    target.query(
      "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ? COLLATE NOCASE ORDER BY name",
      [table],
    ),
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
  const all = columnRows.map(row => columnRow.parse(row));
  const columns = all.filter(({isComputed}) => !isComputed).map(({isComputed: _, ...column}) => column);
  const indexes = indexRows.map(row => indexRow.parse(row));
  const text = z.string();
  const sql = text.parse(made['sql']);
  return {
    name: table,
    columns,
    uniques: [...rowidKey(columns), ...indexes.filter(isUnique).map(index => index.columns.map(String))],
    uniqueIndexes: indexes.filter(({unique}) => unique === 1).map(uniqueIndex),
    indexes: indexes.filter(({origin}) => origin !== 'pk' || hasRowid(sql)).map(searchable),
    triggers: triggers.map(row => triggerRow.parse(row)),
    computed: all.filter(({isComputed}) => isComputed).map(({name}) => name),
    referredBy: referring.map(row => text.parse(row['name'])),
    refersTo: referred.map(row => ({table: text.parse(row['name']), column: text.parse(row['column'])})),
    sql,
  };
}

/** Every foreign key of the database that refers to a table, one by one with its columns in order. */
export async function foreignKeysTo(target: Reader, table: string): Promise<readonly SqliteForeignKey[]> {
  const rows = await target.query(
    `WITH tables AS MATERIALIZED (
       SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB '_cf_*'
     )
     SELECT tables.name AS "table", keys.on_delete AS onDelete, keys.on_update AS onUpdate,
       json_group_array(json_object('from', keys."from", 'to', keys."to") ORDER BY keys.seq) AS columns
     FROM tables
     JOIN pragma_foreign_key_list(tables.name) AS keys
     WHERE keys."table" = ? COLLATE NOCASE
     GROUP BY tables.name, keys.id, keys.on_delete, keys.on_update
     ORDER BY tables.name, keys.id`,
    [table],
  );
  return rows.map(row => foreignKey.parse(row));
}

const foreignKey = z.object({
  table: z.string(),
  onDelete: z.string(),
  onUpdate: z.string(),
  columns: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(z.array(z.object({from: z.string(), to: z.string().nullable()}))),
});

function uniqueIndex({name, columns, collations, partial, sql}: Index): UniqueIndex {
  return {name, columns, collations, isPartial: partial === 1, sql};
}

function isUnique({unique, partial, collates}: Index): boolean {
  return unique === 1 && partial === 0 && collates === 0;
}

function searchable({columns, collations}: Index): readonly (string | null)[] {
  return columns.map((column, at) => (collations[at] === 'BINARY' ? column : null));
}

/** By its CREATE TABLE. Without a rowid, the rows lie in their primary key: it is no index beside them. */
export function hasRowid(sql: string): boolean {
  return !/\bWITHOUT\s+ROWID\b[\s,\w]*$/i.test(sql);
}

/** Which of the columns tell texts apart by something else than their bytes. SQLite says so only by doing it. */
export async function collating(
  target: Reader,
  table: string,
  columns: readonly string[],
): Promise<readonly string[]> {
  const asked = columns.map(
    (column, at) =>
      `(SELECT one.value = 'A' OR one.value = 'a '
        FROM (SELECT ${quoted(column)} AS value FROM ${quoted(table)} WHERE false UNION ALL SELECT 'a') AS one) AS c${at}`,
  );
  const [row] = await target.query(`SELECT ${asked.join(', ')}`, []);
  return columns.filter((_, at) => row?.[`c${at}`] !== 0);
}

/** What SQLite makes of values that are written to a column, by its declared type (sqlite.org/datatype3.html). */
export function affinityOf({type}: Pick<Column, 'type'>): 'number' | 'text' | 'none' {
  if (/INT/.test(type)) return 'number';
  if (/CHAR|CLOB|TEXT/.test(type)) return 'text';
  return type === '' || /BLOB/.test(type) ? 'none' : 'number';
}

/** An INTEGER PRIMARY KEY is the rowid and has no index of its own; any other has. */
function rowidKey(columns: readonly Column[]): readonly (readonly string[])[] {
  const [only, second] = columns.filter(column => column.primaryKey > 0);
  return only !== undefined && second === undefined && only.type === 'INTEGER' ? [[only.name]] : [];
}
