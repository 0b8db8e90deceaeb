import {cpSync, existsSync, mkdirSync, renameSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout} from 'node:timers/promises';
import {beforeAll} from 'vitest';
import type {Target} from '../../src/databases/database.ts';
import {pgliteTarget} from '../../src/databases/pglite.ts';
import {runFolder} from './run-folder.ts';
import {tempFolder} from './temp.ts';

/** Copies an empty PGlite database to a folder: to make one takes seconds, so all files of a run of tests have the same. */
export async function copyEmptyPglite(folder: string): Promise<void> {
  cpSync(await emptyPglite(), folder, {recursive: true});
}

/** For a file of tests. Answers with what copies an empty PGlite database into a folder of the test's own. */
export function copiedPglite(): () => string {
  let empty: string | null = null;
  beforeAll(async () => {
    empty = await emptyPglite();
  });
  return () => {
    if (empty === null) throw new Error('a PGlite is copied within a test');
    const folder = join(tempFolder(), 'index');
    cpSync(empty, folder, {recursive: true});
    return folder;
  };
}

export function freshPglite(copy: () => string): Promise<Target> {
  return pgliteTarget({folder: copy()});
}

/**
 * Whoever needs it first makes it, and the others, in other processes, wait until it is there: there are no cores for
 * several. Where making it fails, that file says why, and the hooks of the others end at their time limit.
 */
async function emptyPglite(): Promise<string> {
  const empty = join(runFolder(), 'pglite');
  if (isFirst(`${empty}-taken`)) {
    const unfinished = `${empty}-unfinished`;
    const database = await (await pgliteTarget({folder: unfinished})).openDatabase({create: true});
    await database.close();
    renameSync(unfinished, empty);
  }
  while (!existsSync(empty)) await setTimeout(50);
  return empty;
}

function isFirst(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}
