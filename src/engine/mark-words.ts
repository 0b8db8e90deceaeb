import type {Statement} from '../core/sql.ts';
import type {Dialect} from '../databases/database.ts';

/** What differs from one database to another; parameters are numbered as SQLite has them, ?1. */
interface Words {
  /** The database's clock, in milliseconds: processes on several machines agree on it. */
  readonly clock: string;
  readonly greatest: string;
  /** Behind the look at the lease: else a take-over could slip in between mark and commit. */
  readonly locked: string;
  /** A column for milliseconds since the epoch. */
  readonly time: string;
  /** Before tables are made: two processes may begin at the same moment. */
  readonly alone: readonly Statement[];
  /** Makes a table where it is missing. */
  readonly made: (table: string, columns: string) => string;
}

/** One of Postgres' advisory locks. */
const makingTables = 1_748_329_569;

export const words: Readonly<Record<Dialect, Words>> = {
  sqlite: {
    clock: "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
    greatest: 'max',
    locked: '',
    time: 'INTEGER',
    alone: [],
    made: (table, columns) => `CREATE TABLE IF NOT EXISTS ${table} (${columns})`,
  },
  postgres: {
    clock: 'CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)',
    greatest: 'greatest',
    locked: ' FOR SHARE',
    time: 'BIGINT',
    alone: [{sql: 'SELECT pg_advisory_xact_lock($1)', params: [makingTables]}],
    // To ask for one that is there takes the right to make it, which a user that writes rows need not have.
    made: (table, columns) =>
      `DO $$ BEGIN IF to_regclass('${table}') IS NULL THEN CREATE TABLE ${table} (${columns}); END IF; END $$`,
  },
};

export function clockOf(dialect: Dialect): string {
  return words[dialect].clock;
}

/** Numbered parameters as the database has them. There is no question mark in these statements but theirs. */
export function numbered(dialect: Dialect, {sql, ...statement}: Statement): Statement {
  return {...statement, sql: dialect === 'sqlite' ? sql : sql.replace(/\?(?=\d)/g, '$')};
}
