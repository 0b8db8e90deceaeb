import {chmodSync, mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {describe, expect, it, onTestFinished} from 'vitest';
import {OperatorError} from '../../src/core/operator-error.ts';
import {sqliteTarget} from '../../src/databases/sqlite.ts';
import {asNobody} from '../support/nobody.ts';
import {tempFolder} from '../support/temp.ts';

const script = new URL('./open-as-nobody.ts', import.meta.url);

function makeItems(path: string, journal: 'delete' | 'wal' = 'delete'): void {
  const db = new DatabaseSync(path);
  db.exec(`PRAGMA journal_mode = ${journal}; CREATE TABLE items (name TEXT)`);
  db.close();
}

/** What an operator reads where a target can't be opened, as a reader and for writing. */
async function refusals(path: string): Promise<readonly OperatorError[]> {
  const target = await sqliteTarget({path});
  const errors: OperatorError[] = [];
  for (const open of [() => target.openReader(), () => target.openDatabase()]) {
    const opened = await open().catch((error: unknown) => error);
    if (!(opened instanceof OperatorError)) throw new Error(`not an operator's error: ${String(opened)}`);
    errors.push(opened);
  }
  return errors;
}

describe('a target that is no SQLite database', () => {
  it.each<[string, (path: string) => void, RegExp]>([
    ['is missing', () => undefined, /no such file/],
    ['is a folder', path => mkdirSync(path), /not a file/],
    ['is a text', path => writeFileSync(path, 'key,size\na,1\n'), /not an SQLite database/],
    ['is a short text', path => writeFileSync(path, 'SQLite'), /not an SQLite database/],
    [
      'is broken behind its first bytes',
      path =>
        writeFileSync(path, Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(4_080, 0xff)])),
      /SQLite can't read it/,
    ],
  ])('because it %s is refused with what to do', async (_, make, message) => {
    const path = join(tempFolder(), 'index.sqlite');
    make(path);
    for (const error of await refusals(path)) {
      expect(error.message).toMatch(message);
      expect(error.message).toContain(path);
      expect(error.hint).toMatch(/\S{3}/);
    }
  });

  it('because it is empty is one without tables', async () => {
    const path = join(tempFolder(), 'index.sqlite');
    writeFileSync(path, '');
    const reader = await (await sqliteTarget({path})).openReader();
    onTestFinished(() => reader.close());
    expect(await reader.query('SELECT name FROM sqlite_schema')).toEqual([]);
  });

  it('because another keeps it to itself is refused with how to find out who', async () => {
    const path = join(tempFolder(), 'index.sqlite');
    makeItems(path);
    const other = new DatabaseSync(path);
    onTestFinished(() => other.close());
    other.exec('BEGIN EXCLUSIVE');
    const opened = (await sqliteTarget({path})).openReader();
    await expect(opened).rejects.toMatchObject({
      name: 'OperatorError',
      message: expect.stringMatching(/locked/),
      hint: expect.stringMatching(/fuser/),
    });
  });
});

describe('what the user may not do', () => {
  function inFolder(folderMode: number, fileMode: number, journal: 'delete' | 'wal'): string {
    const folder = tempFolder();
    const path = join(folder, 'index.sqlite');
    makeItems(path, journal);
    chmodSync(path, fileMode);
    chmodSync(folder, folderMode);
    onTestFinished(() => chmodSync(folder, 0o755));
    return path;
  }

  it('reading a WAL database in a folder that can not be written: the error says why, and what to do', async () => {
    const path = inFolder(0o555, 0o444, 'wal');
    expect(await asNobody(script, path, 'reader')).toMatchObject({
      name: 'OperatorError',
      message: expect.stringMatching(/WAL mode, and its folder can't be written/),
      hint: expect.stringMatching(/write access to the folder, or copy/),
    });
  });

  it('reading any other database there works', async () => {
    expect(await asNobody(script, inFolder(0o555, 0o444, 'delete'), 'reader')).toEqual({rows: []});
  });

  it('reading the file: the error says so, and what to do', async () => {
    expect(await asNobody(script, inFolder(0o755, 0o000, 'delete'), 'reader')).toMatchObject({
      name: 'OperatorError',
      code: 'auth',
      message: expect.stringMatching(/can't be read/),
      hint: expect.stringMatching(/access/),
    });
  });

  it('writing the file: the failure says so', async () => {
    expect(await asNobody(script, inFolder(0o755, 0o444, 'delete'), 'database')).toMatchObject({
      name: expect.stringMatching(/OperatorError|Fault/),
      message: expect.stringMatching(/readonly|can't be written/),
    });
  });

  it('writing beside the file: the failure is no "not found"', async () => {
    const outcome = await asNobody(script, inFolder(0o555, 0o666, 'delete'), 'database');
    expect(outcome).toMatchObject({name: expect.stringMatching(/OperatorError|Fault/)});
    expect(outcome).not.toMatchObject({kind: 'not-found'});
  });
});
