import {readFileSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {listedOf} from '../../src/core/accounting.ts';
import {Fault} from '../../src/core/failure.ts';
import {
  changeIndex,
  indexedFiles,
  makeIndex,
  productionSchema,
  queryIndex,
  sha256,
  writeAsset,
  writeAssets,
} from '../support/assets.ts';
import {goLive, makeBench, rehearse, resume} from '../support/engine.ts';

const smallPages = {page: {items: 8, bytes: 1_000_000, seconds: 10}};

describe.each([
  ['documented', undefined],
  ['production', productionSchema],
])('the %s schema', (_, schema) => {
  it('gets a row with the right hash for every object, and a second run reads and writes nothing', async () => {
    const bench = await makeBench({settings: smallPages});
    const keys = writeAssets(bench.assets, 40);
    makeIndex(bench.index, [{key: 'dir0/file-00000.txt', hash: sha256('old')}], schema);
    const plan = await rehearse(bench);
    const live = await goLive(bench, plan.record);
    expect(live.record).toMatchObject({
      status: 'completed',
      tally: {inserted: 46, updated: 1, rows: 47, pending: 0},
    });
    expect(live.checks.map(({id, count}) => [id, count])).toEqual([
      ['hash-format', 0],
      ['one-row-per-key', 0],
      ['objects-have-hash', 0],
      ['hash-matches-bytes', 0],
      ['rows-without-object', 0],
    ]);
    const rows = indexedFiles(bench.index);
    expect(rows.map(row => [row['key'], row['content_hash']])).toEqual(
      keys
        .map(key => [key, sha256(readFileSync(join(bench.assets, key)))])
        .sort(([a = ''], [b = '']) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    );
    expect(rows.find(({key}) => key === 'dir0/file-00000.txt')).toMatchObject({
      uploader_id: 'proxy',
      finder_tag: 'tag',
    });

    const before = readFileSync(bench.index);
    const again = await rehearse(bench);
    expect(again.record.tally).toMatchObject({unchanged: 47, inserted: 0, updated: 0, bytes: 0});
    const nothing = await goLive(bench, again.record);
    expect(nothing.record).toMatchObject({status: 'completed', tally: {unchanged: 47, rows: 0}});
    expect(readFileSync(bench.index).equals(before)).toBe(true);
  });
});

it('bumps the revision by one for each page that changed something', async () => {
  const bench = await makeBench({settings: {...smallPages, partitions: 1}});
  writeAssets(bench.assets, 9);
  makeIndex(bench.index, [], productionSchema);
  await goLive(bench, (await rehearse(bench)).record);
  expect(queryIndex(bench.index, 'SELECT revision FROM asset_index_meta')).toEqual([{revision: 9}]);
});

it('keeps an uploaded_at that is there, and fills one that is not', async () => {
  const bench = await makeBench();
  writeAsset(bench.assets, 'dated', 'a');
  writeAsset(bench.assets, 'undated', 'b');
  makeIndex(
    bench.index,
    [
      {key: 'dated', hash: null},
      {key: 'undated', hash: sha256('b')},
    ],
    productionSchema,
  );
  changeIndex(bench.index, "UPDATE files SET uploaded_at = NULL WHERE key = 'undated'");
  await goLive(bench, (await rehearse(bench)).record);
  const [dated, undated] = queryIndex(bench.index, 'SELECT key, uploaded_at FROM files ORDER BY key');
  expect(dated).toEqual({key: 'dated', uploaded_at: 1000});
  expect(Number(undated?.['uploaded_at'])).toBeGreaterThan(Date.UTC(2025, 0));
});

it('reports an item that fails, indexes the others, and completes after a retry', async () => {
  const bench = await makeBench({settings: smallPages});
  writeAssets(bench.assets, 10);
  const bad = Buffer.from('bad-\xff', 'latin1');
  writeAsset(bench.assets, bad, 'x');
  makeIndex(bench.index);
  const plan = await rehearse(bench);
  expect(plan.record).toMatchObject({status: 'incomplete', tally: {failed: 1, inserted: 17}});
  const live = await goLive(bench, plan.record, {acceptedFailures: 1});
  expect(live.record).toMatchObject({status: 'incomplete', tally: {failed: 1, inserted: 17}});
  expect(live.endings).toContain('incomplete');
  const [open] = await bench.ledger.openItems.after(live.record.id, '', 10);
  expect(open).toMatchObject({outcome: 'failed', kind: 'invalid', key: 'bad-\\xff'});
  expect(open?.message).toMatch(/not UTF-8/);
  // The operator renames it: the old name is gone, and the retry says so.
  rmSync(Buffer.concat([Buffer.from(`${bench.assets}/`), bad]));
  const retried = await resume(bench, live.record);
  expect(retried.record).toMatchObject({status: 'completed', tally: {failed: 0, skipped: 1, inserted: 17}});
  expect(listedOf(retried.record.tally)).toBe(18);
});

it('isolates a row that a trigger refuses, whatever the size of its page', async () => {
  const bench = await makeBench();
  writeAssets(bench.assets, 30);
  makeIndex(bench.index);
  changeIndex(
    bench.index,
    "CREATE TRIGGER no BEFORE INSERT ON files WHEN NEW.key = 'dir3/file-00013.txt' BEGIN SELECT RAISE(ABORT, 'not this one'); END",
  );
  const live = await goLive(bench, (await rehearse(bench)).record);
  expect(live.record).toMatchObject({status: 'incomplete', tally: {failed: 1, inserted: 36, rows: 36}});
  const [open] = await bench.ledger.openItems.after(live.record.id, '', 10);
  expect(open).toMatchObject({key: 'dir3/file-00013.txt', kind: 'refused'});
  expect(open?.message).toMatch(/not this one/);
});

it('leaves a row alone that somebody changed between decision and write, and decides it again on a retry', async () => {
  let rival: () => void = () => undefined;
  const bench = await makeBench({at: point => (point === 'intent-saved' ? rival() : undefined)});
  writeAsset(bench.assets, 'mine', 'a');
  writeAsset(bench.assets, 'theirs', 'b');
  makeIndex(bench.index, [
    {key: 'mine', hash: null},
    {key: 'theirs', hash: null},
  ]);
  const plan = await rehearse(bench);
  rival = () => {
    rival = () => undefined;
    changeIndex(bench.index, "UPDATE files SET content_hash = 'their own' WHERE key = 'theirs'");
  };
  const live = await goLive(bench, plan.record);
  expect(live.record).toMatchObject({status: 'incomplete', tally: {updated: 1, skipped: 1, rows: 1}});
  expect(queryIndex(bench.index, "SELECT content_hash FROM files WHERE key = 'theirs'")).toEqual([
    {content_hash: 'their own'},
  ]);
  const retried = await resume(bench, live.record);
  expect(retried.record).toMatchObject({status: 'completed', tally: {updated: 2, skipped: 0, rows: 2}});
  expect(queryIndex(bench.index, "SELECT content_hash FROM files WHERE key = 'theirs'")).toEqual([
    {content_hash: sha256('b')},
  ]);
});

it('takes up a listing where it broke, counts nothing twice, and fails a partition by name whose keys go back', async () => {
  let broken = 0;
  const bench = await makeBench({
    store: store => ({
      ...store,
      async *list(listing) {
        for await (const page of store.list(listing)) {
          yield page.slice(0, 10);
          if (broken++ < 1) throw new Fault('connection', 'the listing broke');
          yield page.slice(10);
        }
      },
    }),
  });
  writeAssets(bench.assets, 40);
  makeIndex(bench.index);
  const whole = await rehearse(bench);
  expect(whole.record).toMatchObject({status: 'completed', tally: {inserted: 47}});
  expect(bench.events.filter(({type}) => type === 'retrying')).toHaveLength(1);
});

it('fails a partition by name whose listing goes back, and keeps what came before', async () => {
  const bench = await makeBench({
    settings: smallPages,
    store: store => ({
      ...store,
      async *list(listing) {
        for await (const page of store.list(listing)) {
          yield page.slice(0, 20);
          yield page.slice(10);
        }
      },
    }),
  });
  writeAssets(bench.assets, 40);
  makeIndex(bench.index);
  const {record} = await rehearse(bench);
  expect(record).toMatchObject({
    status: 'incomplete',
    partitions: {done: 0, failed: 1, pending: 0},
    tally: {inserted: 20},
  });
  const [failure] = await bench.ledger.openItems.partitionFailures(record.id);
  expect(failure?.message).toMatch(/went back from .* to .*/);
});

it('lists a folder in several partitions that are parted while they run, every key once', async () => {
  const bench = await makeBench({
    settings: {...smallPages, splitAfterSeconds: 0, partitions: 4, page: {items: 3, bytes: 1e6, seconds: 1}},
  });
  const keys = writeAssets(bench.assets, 200);
  makeIndex(bench.index);
  const plan = await rehearse(bench);
  expect(plan.record.tally.inserted).toBe(keys.length);
  expect(plan.record.partitions.done).toBeGreaterThan(1);
  const live = await goLive(bench, plan.record);
  expect(live.record).toMatchObject({
    status: 'completed',
    tally: {inserted: keys.length},
    drift: {added: 0, gone: 0, changed: 0},
  });
  expect(indexedFiles(bench.index)).toHaveLength(keys.length);
});

it('ends a capped run at its cap, and the next one goes on behind it', async () => {
  const bench = await makeBench();
  writeAssets(bench.assets, 20);
  makeIndex(bench.index);
  const first = await rehearse(bench, {maxItems: 10});
  expect(first.record).toMatchObject({status: 'completed', tally: {inserted: 10}});
  const live = await goLive(bench, first.record);
  expect(live.record).toMatchObject({status: 'completed', tally: {inserted: 10}, drift: {gone: 0, added: 0}});
  expect(live.endings).toEqual([]);
  expect(live.coverage[0]).toMatchObject({group: '*', done: 10, total: 10});
  const rest = await rehearse(bench, {startAfter: first.record.cappedAt ?? ''});
  expect(rest.record).toMatchObject({tally: {inserted: 17, unchanged: 0}, cappedAt: null});
});
