import {hostname} from 'node:os';
import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {OperatorError} from '../core/operator-error.ts';

/** Files of a PGlite folder that are Headgate's begin so. */
export const oursBegin = 'headgate.';

/** A holder may be telling who it is just now. */
const patienceMs = 500;

/**
 * Keeps a folder of PGlite's to one process: PGlite itself does not, and two that write destroy it. The lock is one that
 * the kernel keeps on an SQLite file, so it ends with its process however that ends, and needs no judging of ids. Left
 * out: programs other than Headgate, which do not look at it.
 */
export class FolderLock {
  readonly #database: DatabaseSync;

  private constructor(database: DatabaseSync) {
    this.#database = database;
  }

  static take(folder: string): FolderLock {
    const database = opened(folder);
    try {
      database.exec(`BEGIN IMMEDIATE;
        CREATE TABLE IF NOT EXISTS holder (id INTEGER PRIMARY KEY CHECK (id = 1), pid INTEGER, host TEXT, since TEXT)`);
      database
        .prepare(`REPLACE INTO holder VALUES (1, ?, ?, strftime('%Y-%m-%d %H:%M:%S UTC'))`)
        .run(process.pid, hostname());
      // Of those who get here at once, one alone begins again.
      database.exec('COMMIT; BEGIN IMMEDIATE');
      return new FolderLock(database);
    } catch (error) {
      const who = isBusy(error) ? holderIn(database) : null;
      database.close();
      throw who === null ? notWritable(folder, error) : heldBy(folder, who);
    }
  }

  release(): void {
    this.#database.close();
  }
}

function opened(folder: string): DatabaseSync {
  try {
    return new DatabaseSync(join(folder, `${oursBegin}lock`), {timeout: patienceMs});
  } catch (error) {
    throw notWritable(folder, error);
  }
}

function notWritable(folder: string, error: unknown): OperatorError {
  return new OperatorError(
    'auth',
    `target pglite:${folder}: it can't be written (${error instanceof Error ? error.message : String(error)})`,
    'Give the user that runs headgate the right to write there: even to read it, Postgres writes to its files.',
  );
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 5;
}

function holderIn(database: DatabaseSync): string {
  if (database.isTransaction) database.exec('ROLLBACK');
  const row = database.prepare('SELECT pid, host, since FROM holder').get();
  return row === undefined
    ? 'another process'
    : `process ${row['pid']} on ${row['host']}, since ${row['since']},`;
}

function heldBy(folder: string, who: string): OperatorError {
  return new OperatorError(
    'failed',
    `target pglite:${folder}: ${who} has it open, and PGlite lets only one process in`,
    'End that process, or wait for it: a console keeps its target open as long as it works there.',
  );
}
