import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {onTestFinished} from 'vitest';
import type {Target} from '../../src/databases/database.ts';
import {sqliteTarget} from '../../src/databases/sqlite.ts';
import {splitSql} from '../../src/sandbox/split-sql.ts';
import {sharedSimulator} from './cloudflare.ts';
import {targetOn} from './d1.ts';
import {tempFolder} from './temp.ts';

/** A target, and the database behind it as its owner sees it. */
export interface HostedTarget {
  readonly target: Target;
  /** Any statements; the rows of the last. */
  sql(statements: string): Promise<readonly OwnerRow[]>;
}

export type OwnerRow = Readonly<Record<string, unknown>>;
export type MakeHosted = (schema?: string) => Promise<HostedTarget>;

/** An SQLite file of its own, with a connection of its owner's. */
export const sqliteHosted: MakeHosted = async (schema = '') => {
  const path = join(tempFolder(), 'index.sqlite');
  const owner = new DatabaseSync(path, {timeout: 5_000});
  onTestFinished(() => owner.close());
  owner.exec(`${schema}; PRAGMA user_version = 0`);
  return {
    target: await sqliteTarget({path}),
    sql: async statements => {
      const [last, ...before] = splitSql(statements).toReversed();
      for (const statement of before.toReversed()) owner.exec(statement);
      return last === undefined ? [] : owner.prepare(last).all();
    },
  };
};

function d1Hosted(): MakeHosted {
  const simulator = sharedSimulator();
  return async (schema = '') => {
    const sql = (statements: string) => simulator().sql(splitSql(statements));
    // A test may make several, one after the other.
    await simulator().reset();
    if (splitSql(schema).length > 0) await sql(schema);
    return {target: await targetOn(simulator()), sql};
  };
}

/** Where the same SQL has to do the same. `begin` is called inside a `describe`: what it starts lives as long. */
export const targetHosts: readonly {readonly host: string; readonly begin: () => MakeHosted}[] = [
  {host: 'SQLite', begin: () => sqliteHosted},
  {host: 'D1', begin: d1Hosted},
];

/** A value as SQL says it. */
export function literal(value: unknown): string {
  if (value === null) return 'NULL';
  if (value instanceof Uint8Array) return `x'${Buffer.from(value).toString('hex')}'`;
  return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);
}
