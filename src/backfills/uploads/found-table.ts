import type {Reader} from '../../databases/database.ts';
import {describePostgresTable, postgresForeignKeysTo} from '../../databases/postgres-schema.ts';
import {collating, describeTable, type ForeignKey, foreignKeysTo, hasRowid} from '../../databases/schema.ts';
import type {RowIdentity} from './facts.ts';
import {conditionIn, lookupsOf, sqliteIndexes} from './lookups.ts';

/** The table assets as either database describes it, said in one way. */
export interface FoundTable {
  /** The schema of a Postgres database that it was found in. */
  readonly space: string;
  readonly columns: readonly FoundColumn[];
  readonly uniqueIndexes: readonly FoundIndex[];
  /** Sets of columns of which one row alone can have the same values. */
  readonly keys: readonly (readonly string[])[];
  /** By what an index leads to a user's row. */
  readonly lookups: readonly RowIdentity[];
  /** How many indexes it has in all. */
  readonly indexes: number;
  readonly triggers: readonly string[];
  readonly referredBy: readonly ForeignKey[];
  readonly refersTo: readonly string[];
  /** Columns that take different texts for the same. */
  readonly collating: readonly string[];
  /** All of it as text, for telling whether it is the same schema as before. */
  readonly schema: string;
}

export interface FoundColumn {
  readonly name: string;
  /** As the database calls it, in lower case. */
  readonly type: string;
  readonly notNull: boolean;
  readonly defaultSql: string | null;
  /** The database gives a new row its number. */
  readonly countsByItself: boolean;
}

export interface FoundIndex {
  readonly name: string;
  readonly columns: readonly (string | null)[];
  /** Which rows are in it, as SQL; null is all. */
  readonly condition: string | null;
  /** The table itself says so: there is no index that could be dropped. */
  readonly isConstraint: boolean;
  /** ON CONFLICT finds it, and it tells texts apart by their bytes. */
  readonly isPlain: boolean;
}

export async function findTable(target: Reader): Promise<FoundTable | null> {
  return target.dialect === 'postgres' ? findPostgresTable(target) : findSqliteTable(target);
}

async function findSqliteTable(target: Reader): Promise<FoundTable | null> {
  const [table, referredBy, indexes] = await Promise.all([
    describeTable(target, 'assets'),
    foreignKeysTo(target, 'assets'),
    sqliteIndexes(target),
  ]);
  if (table === null) return null;
  const {columns, sql} = table;
  const keys = columns.filter(({primaryKey}) => primaryKey > 0);
  const texts = columns.map(({name}) => name).filter(name => collated.has(name));
  return {
    space: '',
    columns: columns.map(({name, type, notNull, defaultSql, primaryKey}) => ({
      name,
      type: type.toLowerCase(),
      notNull,
      defaultSql,
      countsByItself: type === 'INTEGER' && primaryKey > 0 && keys.length === 1 && hasRowid(sql),
    })),
    uniqueIndexes: table.uniqueIndexes.map(index => ({
      name: index.name,
      columns: index.columns,
      condition: index.isPartial ? conditionIn(index.sql ?? '') : null,
      isConstraint: index.sql === null,
      isPlain: index.collations.every(collation => collation === 'BINARY'),
    })),
    keys: table.uniques,
    lookups: lookupsOf(indexes),
    indexes: table.indexes.length,
    triggers: table.triggers.map(({name}) => name),
    referredBy,
    refersTo: table.refersTo.map(({table: name, column}) => `${column} → ${name}`),
    collating: texts.length === 0 ? [] : await collating(target, 'assets', texts),
    schema: [
      sql,
      ...table.triggers.map(trigger => trigger.sql),
      ...table.uniqueIndexes.map(({name, sql: made}) => made ?? name),
    ].join('\n'),
  };
}

const collated: ReadonlySet<string> = new Set(['user_id', 'sha256', 'provider_id', 'provider_asset_id']);

async function findPostgresTable(target: Reader): Promise<FoundTable | null> {
  const [table, referredBy] = await Promise.all([
    describePostgresTable(target, 'assets'),
    postgresForeignKeysTo(target, 'assets'),
  ]);
  if (table === null) return null;
  const constraints = new Set(
    table.constraints.filter(({sql}) => /^(?:UNIQUE|PRIMARY KEY)/.test(sql)).map(({name}) => name),
  );
  return {
    space: table.schema,
    columns: table.columns
      .filter(({generated}) => generated !== 'stored')
      .map(({name, type, notNull, defaultSql, generated}) => ({
        name,
        type,
        notNull,
        defaultSql,
        countsByItself: generated === 'identity' || /^nextval\(/.test(defaultSql ?? ''),
      })),
    uniqueIndexes: table.uniqueIndexes.map(({name, columns, isPartial, isPlain, sql}) => ({
      name,
      columns,
      condition: isPartial ? conditionIn(sql) : null,
      isConstraint: constraints.has(name),
      isPlain,
    })),
    keys: table.uniques,
    lookups: lookupsOf(
      [...table.uniqueIndexes, ...table.otherIndexes].map(({columns, isPartial, sql}) => ({
        columns,
        condition: isPartial ? conditionIn(sql) : null,
      })),
    ),
    indexes: table.uniqueIndexes.length + table.otherIndexes.length,
    triggers: table.triggers.map(({name}) => name),
    referredBy,
    refersTo: table.constraints
      .filter(({table: of, sql}) => of === 'assets' && sql.startsWith('FOREIGN KEY'))
      .map(({sql}) => sql),
    collating: [],
    schema: table.sql,
  };
}
