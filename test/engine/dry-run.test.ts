import {readdirSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {expect, it} from 'vitest';
import {changeIndex, makeIndex, productionSchema, sha256, writeAssets} from '../support/assets.ts';
import {makeBench, rehearse} from '../support/engine.ts';

/** Every file below a folder with its content's hash, size and times: what a pure dry run must leave alone. */
function fingerprint(folder: string): Readonly<Record<string, string>> {
  const files = readdirSync(folder, {recursive: true, encoding: 'utf8'}).filter(name =>
    statSync(join(folder, name)).isFile(),
  );
  return Object.fromEntries(
    files.sort().map(name => {
      const {mtimeMs, ctimeMs, size} = statSync(join(folder, name));
      return [name, [sha256(readFileSync(join(folder, name))), size, mtimeMs, ctimeMs].join(' ')];
    }),
  );
}

it('leaves source and target exactly as they were', async () => {
  const bench = await makeBench();
  writeAssets(bench.assets, 60);
  makeIndex(bench.index, [{key: 'empty', hash: 'wrong'}]);
  const before = {assets: fingerprint(bench.assets), index: readFileSync(bench.index)};
  const {record} = await rehearse(bench);
  expect(record).toMatchObject({status: 'completed', tally: {inserted: 66, updated: 1}});
  expect(fingerprint(bench.assets)).toEqual(before.assets);
  expect(readFileSync(bench.index).equals(before.index)).toBe(true);
  expect(readdirSync(bench.folder).filter(name => name.startsWith('index'))).toEqual(['index.sqlite']);
});

it('leaves the main file and the log of a WAL database as they were, with a writer beside it', async () => {
  const bench = await makeBench();
  writeAssets(bench.assets, 20);
  makeIndex(bench.index, [], productionSchema);
  const writer = new DatabaseSync(bench.index);
  writer.exec("PRAGMA journal_mode = WAL; INSERT INTO files (key, size) VALUES ('from the log', 1)");
  const before = [bench.index, `${bench.index}-wal`].map(path => readFileSync(path));
  const {record} = await rehearse(bench);
  const after = [bench.index, `${bench.index}-wal`].map(path => readFileSync(path));
  expect(record.tally.inserted).toBe(27);
  expect(after.map((bytes, index) => bytes.equals(before[index] ?? Buffer.of()))).toEqual([true, true]);
  writer.close();
});

it('has no way to write: the reader refuses every statement that would', async () => {
  const bench = await makeBench();
  makeIndex(bench.index);
  const reader = await bench.connection.target.openReader();
  for (const sql of [
    "INSERT INTO files (key, size, uploaded_at, uploader_id) VALUES ('x', 1, 1, 'x')",
    'DROP TABLE files',
    'PRAGMA user_version = 7',
    'CREATE TABLE other (id)',
  ])
    await reader.query(sql).catch(() => undefined);
  await reader.close();
  const db = new DatabaseSync(bench.index);
  expect(
    db
      .prepare(
        'SELECT (SELECT count(*) FROM files) AS rows, (SELECT count(*) FROM sqlite_schema WHERE type = ?) AS tables',
      )
      .get('table'),
  ).toMatchObject({rows: 0, tables: 2});
  expect(db.prepare('PRAGMA user_version').get()).toEqual({user_version: 0});
  db.close();
});

it('predicts exactly what a live run then does', async () => {
  const bench = await makeBench({settings: {page: {items: 7, bytes: 1_000_000, seconds: 10}}});
  const keys = writeAssets(bench.assets, 50);
  makeIndex(
    bench.index,
    keys.slice(0, 20).map((key, number) => ({
      key,
      hash: number % 2 === 0 ? null : sha256(`content of ${key}`),
      size: `content of ${key}`.length,
    })),
  );
  const {record} = await rehearse(bench);
  expect(record.tally).toMatchObject({inserted: 37, updated: 10, unchanged: 10, failed: 0, rows: 0});
  const entries = (await Array.fromAsync(bench.ledger.pages.all(record.id, 'plan'))).flatMap(
    page => page.entries,
  );
  expect(entries.map(({key}) => key)).toEqual(
    [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
  );
});

it('runs against a target with rows of every kind of NULL without touching them', async () => {
  const bench = await makeBench();
  makeIndex(bench.index, [], productionSchema);
  changeIndex(bench.index, "INSERT INTO files (key) VALUES ('only a key'), (NULL)");
  const {record} = await rehearse(bench);
  expect(record.tally).toMatchObject({inserted: 0, updated: 0});
});
