import {spawnSync} from 'node:child_process';
import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {sqliteTarget} from '../../src/databases/sqlite.ts';
import {makeIndex} from '../support/assets.ts';
import {tempFolder} from '../support/temp.ts';

/** Writes more than its cache holds, so that pages reach the file, and is killed inside the transaction. */
const killedWriter = `
  const {DatabaseSync} = require('node:sqlite');
  const db = new DatabaseSync(process.argv[1]);
  db.exec('PRAGMA cache_size = 2; BEGIN');
  const insert = db.prepare("INSERT INTO files (key, size, uploaded_at, uploader_id) VALUES (?, 1, 1, 'killed')");
  for (let row = 0; row < 5000; row++) insert.run('row ' + row);
  process.kill(process.pid, 'SIGKILL');
`;

function leftByKilledWriter(): string {
  const path = join(tempFolder(), 'index.sqlite');
  makeIndex(path, [{key: 'before', hash: null}]);
  expect(spawnSync(process.execPath, ['-e', killedWriter, path]).signal).toBe('SIGKILL');
  expect(existsSync(`${path}-journal`)).toBe(true);
  return path;
}

it('a reader says that a killed writer left a journal, and does not touch the file', async () => {
  const path = leftByKilledWriter();
  const before = readFileSync(path);
  await expect((await sqliteTarget({path})).openReader()).rejects.toMatchObject({
    message: expect.stringMatching(/a program was killed while it wrote to it/),
    hint: expect.stringMatching(/headgate resume/),
  });
  expect(readFileSync(path).equals(before)).toBe(true);
});

it('recovery puts back what the killed writer had begun', async () => {
  const target = await sqliteTarget({path: leftByKilledWriter()});
  await target.recover();
  const reader = await target.openReader();
  expect(await reader.query('SELECT key FROM files')).toEqual([{key: 'before'}]);
  await reader.close();
});

it('recovery does not touch a file that needs none', async () => {
  const path = join(tempFolder(), 'index.sqlite');
  makeIndex(path);
  const before = readFileSync(path);
  await (await sqliteTarget({path})).recover();
  expect(readFileSync(path).equals(before)).toBe(true);
});
