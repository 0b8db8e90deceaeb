import {closeSync, existsSync, fsyncSync, openSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {OperatorError} from '../core/operator-error.ts';
import {oursBegin} from './pglite-lock.ts';

/** The folder of a PGlite database before it is opened and after it was made; whoever calls this holds its lock. */

const unfinished = `${oursBegin}unfinished`;

/** Postgres makes a thousand files, and a process can be killed at any of them. */
export function prepare(folder: string, create: boolean): void {
  const isUnfinished = existsSync(join(folder, unfinished));
  if (!isUnfinished && existsSync(join(folder, 'PG_VERSION'))) return;
  const others = readdirSync(folder).filter(name => !name.startsWith(oursBegin));
  if (!create) {
    const what = isUnfinished ? 'it was not made to its end' : 'this folder is not a PGlite database';
    throw new OperatorError(
      'usage',
      `target pglite:${folder}: ${what}`,
      'Name the folder of one; headgate migrate BACKFILL --target TARGET makes it.',
    );
  }
  if (!isUnfinished && others.length > 0)
    throw new OperatorError(
      'usage',
      `target pglite:${folder}: this folder has other files in it (${others.slice(0, 3).join(', ')})`,
      'Name a folder that is new or empty: a database fills it.',
    );
  writeFileSync(join(folder, unfinished), '');
  for (const name of others) rmSync(join(folder, name), {recursive: true});
}

/** From here on it is a database, also after a power cut. */
export function finish(folder: string): void {
  if (!existsSync(join(folder, unfinished))) return;
  for (const entry of readdirSync(folder, {recursive: true, withFileTypes: true})) {
    // To close a file of one's own is to let go of its lock, however it was opened.
    const isOurs = entry.name.startsWith(oursBegin);
    if (!isOurs && (entry.isFile() || entry.isDirectory())) sync(join(entry.parentPath, entry.name));
  }
  rmSync(join(folder, unfinished));
  sync(folder);
}

function sync(path: string): void {
  const file = openSync(path, 'r');
  fsyncSync(file);
  closeSync(file);
}
