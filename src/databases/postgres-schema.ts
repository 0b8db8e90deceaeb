import {z} from 'zod';
import type {Reader} from './database.ts';
import type {ForeignKey} from './schema.ts';

/** A table as Postgres describes it: what probes compare with what they expect. */
export interface PostgresTable {
  readonly name: string;
  /** Where the session's search_path found it. */
  readonly schema: string;
  readonly columns: readonly PostgresColumn[];
  /** Columns of the primary key in its order; empty where there is none. */
  readonly primaryKey: readonly string[];
  /** Sets of columns that are unique together, so that ON CONFLICT can name them; the primary key is one. */
  readonly uniques: readonly (readonly string[])[];
  /** Every unique index, also those that `uniques` leaves out. */
  readonly uniqueIndexes: readonly PostgresIndex[];
  readonly otherIndexes: readonly PostgresIndex[];
  readonly triggers: readonly {readonly name: string; readonly sql: string}[];
  /** CHECK, FOREIGN KEY and the like, also those of other tables that refer to this one. */
  readonly constraints: readonly PostgresConstraint[];
  /** All of it as text, much as CREATE TABLE has it: for telling whether it is the same schema as before. */
  readonly sql: string;
}

export interface PostgresColumn {
  readonly name: string;
  /** As format_type has it: text, bigint, character varying(20), timestamp with time zone. */
  readonly type: string;
  readonly notNull: boolean;
  /** The default as SQL, or what the column is generated from; null where there is neither. */
  readonly defaultSql: string | null;
  /** Whether it counts by itself, or is computed from other columns. */
  readonly generated: 'identity' | 'stored' | null;
  /** Another collation than the type's own; C orders by bytes. */
  readonly collation: string | null;
}

export interface PostgresIndex {
  readonly name: string;
  /** Null is an expression. */
  readonly columns: readonly (string | null)[];
  readonly isPartial: boolean;
  /** Rows can be refused by it, and found by ON CONFLICT, at once; and equal texts have equal bytes. */
  readonly isPlain: boolean;
  readonly sql: string;
}

export interface PostgresConstraint {
  readonly name: string;
  readonly table: string;
  readonly sql: string;
}

/** One that search_path finds, by its bare name. */
const found = 'to_regclass(quote_ident($1))';

/** The table's schema, or null where there is no such table (a view counts as none). All is asked for at once. */
export async function describePostgresTable(target: Reader, table: string): Promise<PostgresTable | null> {
  const ask = <T>(form: z.ZodType<T>, sql: string) =>
    target.query(sql, [table]).then(rows => rows.map((row): T => form.parse(row)));
  const [[made], columns, indexes, triggers, constraints] = await Promise.all([
    ask(
      z.object({schema: z.string()}),
      `SELECT space.nspname AS schema FROM pg_class AS class
       JOIN pg_namespace AS space ON space.oid = class.relnamespace
       WHERE class.oid = ${found} AND class.relkind IN ('r', 'p')`,
    ),
    ask(
      columnRow,
      `SELECT attribute.attname AS name, format_type(attribute.atttypid, attribute.atttypmod) AS type,
         attribute.attnotnull AS "notNull", pg_get_expr(preset.adbin, preset.adrelid) AS "presetSql",
         attribute.attidentity AS identity, attribute.attgenerated AS computed,
         CASE WHEN attribute.attcollation <> type.typcollation THEN collation_of.collname END AS collation
       FROM pg_attribute AS attribute
       JOIN pg_type AS type ON type.oid = attribute.atttypid
       LEFT JOIN pg_attrdef AS preset ON preset.adrelid = attribute.attrelid AND preset.adnum = attribute.attnum
       LEFT JOIN pg_collation AS collation_of ON collation_of.oid = attribute.attcollation
       WHERE attribute.attrelid = ${found} AND attribute.attnum > 0 AND NOT attribute.attisdropped
       ORDER BY attribute.attnum`,
    ),
    ask(
      indexRow,
      `SELECT class.relname AS name, index.indisunique AS "isUnique", index.indisprimary AS "isPrimary",
         index.indpred IS NOT NULL AS "isPartial", pg_get_indexdef(index.indexrelid) AS sql,
         index.indisvalid AND index.indimmediate AND NOT EXISTS (
           SELECT FROM unnest(index.indcollation::oid[]) AS used
           JOIN pg_collation AS collation_of ON collation_of.oid = used AND NOT collation_of.collisdeterministic
         ) AS "isPlain",
         (SELECT json_agg(attribute.attname ORDER BY key.place)
          FROM unnest(index.indkey::int2[]) WITH ORDINALITY AS key (number, place)
          LEFT JOIN pg_attribute AS attribute
            ON attribute.attrelid = index.indrelid AND attribute.attnum = key.number AND key.number <> 0
          WHERE key.place <= index.indnkeyatts) AS columns
       FROM pg_index AS index
       JOIN pg_class AS class ON class.oid = index.indexrelid
       WHERE index.indrelid = ${found}
       ORDER BY class.relname`,
    ),
    ask(
      z.object({name: z.string(), sql: z.string()}),
      `SELECT tgname AS name, pg_get_triggerdef(oid) AS sql FROM pg_trigger
       WHERE tgrelid = ${found} AND NOT tgisinternal
       ORDER BY tgname`,
    ),
    ask(
      z.object({name: z.string(), table: z.string(), sql: z.string()}),
      `SELECT conname AS name, conrelid::regclass::text AS table, pg_get_constraintdef(oid) AS sql FROM pg_constraint
       WHERE ${found} IN (conrelid, confrelid)
       ORDER BY conrelid = ${found} DESC, conrelid::regclass::text, conname`,
    ),
  ]);
  if (made === undefined) return null;
  const {schema} = made;
  const uniqueIndexes = indexes.filter(({isUnique}) => isUnique);
  return {
    name: table,
    schema,
    columns,
    primaryKey: indexes.find(({isPrimary}) => isPrimary)?.columns.map(String) ?? [],
    uniques: uniqueIndexes.filter(isNameable).map(index => index.columns.map(String)),
    uniqueIndexes: uniqueIndexes.map(toldIndex),
    otherIndexes: indexes.filter(({isUnique}) => !isUnique).map(toldIndex),
    triggers,
    constraints,
    sql: [
      `TABLE ${schema}.${table}`,
      ...columns.map(columnText),
      ...constraints.map(({name, table: of, sql}) => `CONSTRAINT ${name} ON ${of} ${sql}`),
      ...indexes.map(({sql}) => sql),
      ...triggers.map(({sql}) => sql),
    ].join('\n'),
  };
}

/** Every foreign key of the database that refers to a table, one by one with its columns in order; its own are among them. */
export async function postgresForeignKeysTo(target: Reader, table: string): Promise<readonly ForeignKey[]> {
  const rows = await target.query(
    `SELECT made.conrelid::regclass::text AS "table", made.confdeltype AS action,
       (SELECT json_agg(json_build_object('from', own.attname, 'to', theirs.attname) ORDER BY pair.place)
        FROM unnest(made.conkey, made.confkey) WITH ORDINALITY AS pair (from_number, to_number, place)
        JOIN pg_attribute AS own ON own.attrelid = made.conrelid AND own.attnum = pair.from_number
        JOIN pg_attribute AS theirs ON theirs.attrelid = made.confrelid AND theirs.attnum = pair.to_number) AS columns
     FROM pg_constraint AS made
     WHERE made.contype = 'f' AND made.confrelid = ${found} AND made.conparentid = 0
     ORDER BY 1, made.conname`,
    [table],
  );
  return rows.map(row => foreignKey.parse(row));
}

const actions = {a: 'NO ACTION', r: 'RESTRICT', c: 'CASCADE', n: 'SET NULL', d: 'SET DEFAULT'} as const;

const foreignKey = z
  .object({
    table: z.string(),
    action: z.enum(['a', 'r', 'c', 'n', 'd']),
    columns: z
      .string()
      .transform((text): unknown => JSON.parse(text))
      .pipe(z.array(z.object({from: z.string(), to: z.string()}))),
  })
  .transform(({action, ...key}): ForeignKey => ({...key, onDelete: actions[action]}));

const truth = z.number().transform(value => value === 1);

const columnRow = z
  .object({
    name: z.string(),
    type: z.string(),
    notNull: truth,
    presetSql: z.string().nullable(),
    identity: z.string(),
    computed: z.string(),
    collation: z.string().nullable(),
  })
  .transform(({presetSql, identity, computed, ...column}): PostgresColumn => {
    if (identity === '')
      return {...column, defaultSql: presetSql, generated: computed === '' ? null : 'stored'};
    const when = identity === 'a' ? 'ALWAYS' : 'BY DEFAULT';
    return {...column, defaultSql: `GENERATED ${when} AS IDENTITY`, generated: 'identity'};
  });

const indexRow = z.object({
  name: z.string(),
  isUnique: truth,
  isPrimary: truth,
  isPartial: truth,
  isPlain: truth,
  sql: z.string(),
  columns: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(z.array(z.string().nullable())),
});
type IndexRow = z.infer<typeof indexRow>;

function isNameable({columns, isPartial, isPlain}: IndexRow): boolean {
  return isPlain && !isPartial && columns.every(column => column !== null);
}

function toldIndex({name, columns, isPartial, isPlain, sql}: IndexRow): PostgresIndex {
  return {name, columns, isPartial, isPlain, sql};
}

function columnText({name, type, notNull, defaultSql, generated, collation}: PostgresColumn): string {
  return [
    name,
    type,
    ...(collation === null ? [] : [`COLLATE ${collation}`]),
    ...(notNull ? ['NOT NULL'] : []),
    ...(defaultSql === null
      ? []
      : [generated === null ? `DEFAULT ${defaultSql}` : `${generated} ${defaultSql}`]),
  ].join(' ');
}
