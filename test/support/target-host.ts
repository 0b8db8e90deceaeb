import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {afterAll, beforeAll, onTestFinished} from 'vitest';
import {Fault} from '../../src/core/failure.ts';
import type {Database, Target} from '../../src/databases/database.ts';
import {pgliteTarget} from '../../src/databases/pglite.ts';
import {postgresTarget} from '../../src/databases/postgres.ts';
import {sqliteTarget} from '../../src/databases/sqlite.ts';
import {splitSql} from '../../src/sandbox/split-sql.ts';
import {sharedSimulator} from './cloudflare.ts';
import {targetOn} from './d1.ts';
import {copyEmptyPglite} from './pglite.ts';
import {makeDatabase, postgresServer} from './postgres.ts';
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

/** To make one takes longer than most tests: all of them share it, and each finds nothing in it. */
function sharedHosted(open: () => Promise<OpenPlace>): MakeHosted {
  let place: OpenPlace | null = null;
  beforeAll(async () => {
    place = await open();
  });
  afterAll(async () => {
    await place?.owner.close();
    await place?.remove();
  });
  return async (schema = '') => {
    if (place === null) throw new Error('the database is there while tests run, not before');
    const {target, owner} = place;
    await ownerSql(owner, `DROP SCHEMA public CASCADE; CREATE SCHEMA public; ${schema}`);
    return {target, sql: statements => ownerSql(owner, statements)};
  };
}

interface OpenPlace {
  readonly target: Target;
  readonly owner: Database;
  remove(): Promise<void>;
}

async function openPglite(): Promise<OpenPlace> {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-pglite-'));
  await copyEmptyPglite(folder);
  const target = await pgliteTarget({folder});
  const owner = await target.openDatabase();
  return {target, owner, remove: async () => rmSync(folder, {recursive: true, force: true})};
}

async function openPostgres(): Promise<OpenPlace> {
  const {url, drop} = await makeDatabase();
  const target = postgresTarget({url});
  return {target, owner: await target.openDatabase(), remove: drop};
}

async function ownerSql(owner: Database, statements: string): Promise<readonly OwnerRow[]> {
  const all = splitSql(statements).map(sql => ({sql, params: []}));
  // A test that changes a table makes what was prepared before fail, once.
  const results = await owner.transaction(all).catch((error: unknown) => {
    if (!(error instanceof Fault) || error.kind !== 'connection') throw error;
    return owner.transaction(all);
  });
  return results.at(-1) ?? [];
}

export interface TargetHost {
  readonly host: string;
  /** Called inside a `describe`: what it starts lives as long. */
  readonly begin: () => MakeHosted;
}

/** Where the same SQL has to do the same. */
export const targetHosts: readonly TargetHost[] = [
  {host: 'SQLite', begin: () => sqliteHosted},
  {host: 'D1', begin: d1Hosted},
];

/** For what does not depend on where the table is. */
export const pgliteHost: TargetHost = {host: 'PGlite', begin: () => sharedHosted(openPglite)};

/** The same for the SQL of Postgres, always in this process, and on a server where there is one. */
export const postgresHosts: readonly TargetHost[] = [
  pgliteHost,
  ...(postgresServer() === null ? [] : [{host: 'Postgres', begin: () => sharedHosted(openPostgres)}]),
];

/** Everywhere where the engine keeps its marks. */
export const allHosts: readonly TargetHost[] = [...targetHosts, ...postgresHosts];

/** A value as SQL says it. */
export function literal(value: unknown): string {
  if (value === null) return 'NULL';
  if (value instanceof Uint8Array) return `x'${Buffer.from(value).toString('hex')}'`;
  return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);
}
