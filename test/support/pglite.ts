import {cpSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll} from 'vitest';
import type {Target} from '../../src/databases/database.ts';
import {pgliteTarget} from '../../src/databases/pglite.ts';
import {tempFolder} from './temp.ts';

/**
 * For a file of tests: an empty PGlite database is made once, as that takes seconds, and copied into a folder of the
 * test's own. Answers with what copies it.
 */
export function copiedPglite(): () => string {
  let made: string | null = null;
  beforeAll(async () => {
    made = mkdtempSync(join(tmpdir(), 'headgate-pglite-'));
    const database = await (await pgliteTarget({folder: made})).openDatabase({create: true});
    await database.close();
  });
  afterAll(() => {
    if (made !== null) rmSync(made, {recursive: true, force: true});
  });
  return () => {
    if (made === null) throw new Error('a PGlite is copied within a test');
    const folder = join(tempFolder(), 'index');
    cpSync(made, folder, {recursive: true});
    return folder;
  };
}

export function freshPglite(copy: () => string): Promise<Target> {
  return pgliteTarget({folder: copy()});
}
