import {mkdir, stat} from 'node:fs/promises';
import {dirname, resolve} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {z} from 'zod';
import {OperatorError} from '../core/operator-error.ts';
import type {Statement} from '../core/sql.ts';
import type {Database} from '../databases/database.ts';
import {type Migration, readMigrations} from '../databases/migrate.ts';
import {freeBytes, refuseNetworkFileSystem} from '../databases/sqlite.ts';
import {SqliteConnection} from '../databases/sqlite-connection.ts';
import {SqliteFault} from '../databases/sqlite-thread.ts';
import type {LedgerPlace} from './place.ts';

const busyTimeoutMs = 10_000;
const askAgainMs = 20;
const pragmas = ['PRAGMA synchronous = FULL'];

/** A ledger in an SQLite file, which is made where it is missing. */
export async function sqlitePlace(path: string): Promise<LedgerPlace> {
  const absolute = resolve(path);
  const db = await open(absolute, path).catch((error: unknown) => {
    throw explain(path, error);
  });
  return {
    label: absolute,
    db,
    upkeep: null,
    freeBytes: () => freeBytes(dirname(absolute)),
    backup: async destination => {
      await db.query('VACUUM INTO ?', [resolve(destination)]);
    },
    vacuum: async () => {
      await db.query('VACUUM');
      await db.query('PRAGMA wal_checkpoint(TRUNCATE)');
    },
  };
}

async function open(absolute: string, path: string): Promise<Database> {
  await makeFolders(dirname(absolute));
  await refuseNetworkFileSystem(absolute);
  const db = await SqliteConnection.open({path: absolute, readOnly: false, pragmas, busyTimeoutMs});
  try {
    await whenFree(async () => {
      await migrate(db, path);
      await db.query('PRAGMA journal_mode = WAL');
    });
    return db;
  } catch (error) {
    await db.close();
    throw error;
  }
}

/**
 * Where several processes make one ledger at the same moment, SQLite refuses a lock at once rather than wait for it, lest
 * they wait for each other. Whatever was done of `make` by then is found done.
 */
async function whenFree(make: () => Promise<void>): Promise<void> {
  for (const until = Date.now() + busyTimeoutMs; ; ) {
    try {
      return await make();
    } catch (error) {
      if (!isBusy(error) || Date.now() > until) throw error;
      await sleep(askAgainMs);
    }
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof SqliteFault && (error.code & 0xff) === 5;
}

async function migrate(db: Database, path: string): Promise<void> {
  const migrations = await readMigrations('ledger');
  const newest = migrations.at(-1)?.number ?? 0;
  const version = await ledgerVersion(db);
  if (version > newest)
    throw new OperatorError(
      'usage',
      `ledger ${path}: it was written by a newer headgate (ledger version ${version}, this program knows ${newest})`,
      'Upgrade headgate, or name another ledger with --ledger.',
    );
  await requireEmpty(db, path);
  const missing = migrations.filter(({number}) => number > version);
  for (const migration of missing) await applyMigration(db, migration);
}

/** A database with tables of somebody else's is no ledger: it would be turned into one. */
async function requireEmpty(db: Database, path: string): Promise<void> {
  // One statement, and so one moment: another process may be making this very ledger.
  const [other] = await db.query(
    "SELECT name FROM sqlite_schema, pragma_user_version WHERE user_version = 0 AND name NOT LIKE 'sqlite_%' LIMIT 1",
  );
  if (other === undefined) return;
  throw new OperatorError(
    'usage',
    `ledger ${path}: this is not a ledger, but a database with a table ${String(other['name'])}`,
    'Name another file with --ledger: the ledger is a database of its own.',
  );
}

/** user_version is part of the transaction, so a ledger is never between two versions. */
async function applyMigration(db: Database, {number, statements}: Migration): Promise<void> {
  const isFree: Statement = {
    sql: `SELECT 1 FROM pragma_user_version WHERE user_version < ${number}`,
    params: [],
  };
  if ((await db.query(isFree.sql)).length === 0) return;
  try {
    await db.transaction([...statements, {sql: `PRAGMA user_version = ${number}`, params: []}]);
  } catch (error) {
    // Another process may have made the same tables between our look and our transaction.
    if ((await ledgerVersion(db)) < number) throw error;
  }
}

async function ledgerVersion(db: Database): Promise<number> {
  const [row] = await db.query('PRAGMA user_version');
  return z.number().parse(row?.['user_version']);
}

/** One at a time: mkdir's own recursion never ends where a file system answers ENOENT to making a folder (/proc). */
async function makeFolders(folder: string): Promise<void> {
  const info = await stat(folder).catch(() => null);
  if (info?.isDirectory()) return;
  if (info !== null) throw Object.assign(new Error(`${folder} is not a folder`), {code: 'ENOTDIR'});
  if (dirname(folder) !== folder) await makeFolders(dirname(folder));
  await mkdir(folder).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  });
}

function explain(path: string, error: unknown): unknown {
  if (error instanceof SqliteFault && ((error.code & 0xff) === 26 || (error.code & 0xff) === 11))
    return new OperatorError(
      'usage',
      `ledger ${path}: this file is not a ledger (${error.message})`,
      'Name another with --ledger, or restore a backup: headgate ledger restore FILE.',
    );
  if (error instanceof SqliteFault)
    return new OperatorError(
      'failed',
      `ledger ${path}: it can't be opened (${error.message})`,
      'Check the folder and its rights, or name another with --ledger.',
    );
  if (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'EACCES' || error.code === 'ENOTDIR' || error.code === 'EEXIST' || error.code === 'EROFS')
  )
    return new OperatorError(
      'usage',
      `ledger ${path}: its folder can't be made (${error.message})`,
      'Name a ledger in a folder that you may write: --ledger PATH.',
    );
  return error;
}
