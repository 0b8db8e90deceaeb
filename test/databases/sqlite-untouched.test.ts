import {spawnSync} from 'node:child_process';
import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {describe, expect, it, onTestFinished} from 'vitest';
import {sqliteTarget} from '../../src/databases/sqlite.ts';
import {sha256} from '../support/assets.ts';
import {tempFolder} from '../support/temp.ts';

const makeItems = "CREATE TABLE items (name TEXT); INSERT INTO items VALUES ('a')";

function digest(path: string): string | null {
  return existsSync(path) ? sha256(readFileSync(path)) : null;
}

/** Opens, reads and closes, as a dry run does. */
async function readItems(path: string): Promise<readonly unknown[]> {
  const reader = await (await sqliteTarget({path})).openReader();
  try {
    return await reader.query('SELECT name FROM items ORDER BY name');
  } finally {
    await reader.close();
  }
}

describe('reading', () => {
  it('leaves a database as it is, byte for byte, and nothing beside it', async () => {
    const path = join(tempFolder(), 'index.sqlite');
    const owner = new DatabaseSync(path);
    owner.exec(makeItems);
    owner.close();
    const before = digest(path);
    expect(await readItems(path)).toEqual([{name: 'a'}]);
    expect(digest(path)).toBe(before);
    expect(existsSync(`${path}-journal`)).toBe(false);
  });

  it('leaves a WAL database that others use as it is, with what is not in its main file yet', async () => {
    const path = join(tempFolder(), 'index.sqlite');
    const owner = new DatabaseSync(path);
    onTestFinished(() => owner.close());
    owner.exec(`PRAGMA journal_mode = wal; PRAGMA wal_autocheckpoint = 0; ${makeItems}`);
    owner.exec("INSERT INTO items VALUES ('b')");
    const before = [digest(path), digest(`${path}-wal`)];
    expect(before[1]).not.toBeNull();
    expect(await readItems(path)).toEqual([{name: 'a'}, {name: 'b'}]);
    expect([digest(path), digest(`${path}-wal`)]).toEqual(before);
    expect(existsSync(`${path}-shm`)).toBe(true);
    owner.exec("INSERT INTO items VALUES ('c')");
    expect(await readItems(path)).toHaveLength(3);
  });

  it('leaves what a process that was killed had written, and reads it', async () => {
    const path = join(tempFolder(), 'index.sqlite');
    const program = `
      const {DatabaseSync} = require('node:sqlite');
      const db = new DatabaseSync(process.argv[1]);
      db.exec("PRAGMA journal_mode = wal; PRAGMA wal_autocheckpoint = 0; ${makeItems}");
      process.kill(process.pid, 'SIGKILL');`;
    expect(spawnSync(process.execPath, ['-e', program, path]).signal).toBe('SIGKILL');
    const before = [digest(path), digest(`${path}-wal`)];
    expect(before[1]).not.toBeNull();
    expect(await readItems(path)).toEqual([{name: 'a'}]);
    expect([digest(path), digest(`${path}-wal`)]).toEqual(before);
    expect(await readItems(path)).toEqual([{name: 'a'}]);
  });

  it('does not keep the owner from writing', async () => {
    const path = join(tempFolder(), 'index.sqlite');
    const owner = new DatabaseSync(path, {timeout: 0});
    onTestFinished(() => owner.close());
    owner.exec(makeItems);
    const reader = await (await sqliteTarget({path})).openReader();
    onTestFinished(() => reader.close());
    await reader.query('SELECT name FROM items');
    owner.exec("INSERT INTO items VALUES ('b')");
    expect(await reader.query('SELECT count(*) AS n FROM items')).toEqual([{n: 2}]);
  });
});

describe('writing', () => {
  it.each(['delete', 'wal', 'truncate'])('keeps the journal mode %s', async mode => {
    const path = join(tempFolder(), 'index.sqlite');
    const owner = new DatabaseSync(path);
    onTestFinished(() => owner.close());
    owner.exec(`PRAGMA journal_mode = ${mode}; ${makeItems}`);
    const database = await (await sqliteTarget({path})).openDatabase();
    await database.transaction([{sql: "INSERT INTO items VALUES ('b')", params: []}]);
    await database.close();
    const [row] = owner.prepare('PRAGMA journal_mode').all();
    expect(row?.['journal_mode']).toBe(mode);
    expect(readFileSync(path)[18]).toBe(mode === 'wal' ? 2 : 1);
  });
});
