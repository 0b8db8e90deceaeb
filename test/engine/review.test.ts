import {utimesSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {listedOf} from '../../src/core/accounting.ts';
import {Fault} from '../../src/core/failure.ts';
import {bucketUnderTest} from '../stores/bucket-under-test.ts';
import {watchRequests} from '../stores/watch-requests.ts';
import {makeIndex, sha256, writeAsset, writeAssets} from '../support/assets.ts';
import {
  type Bench,
  type BenchOptions,
  ended,
  goLive,
  makeBench,
  rehearse,
  resume,
} from '../support/engine.ts';

/** 37 files: 5 are in the index as they are, 5 with an old hash. */
async function lived(options: BenchOptions = {}): Promise<Bench> {
  const bench = await makeBench({settings: {page: {items: 6, bytes: 1e9, seconds: 60}}, ...options});
  const keys = writeAssets(bench.assets, 30);
  makeIndex(
    bench.index,
    keys.slice(0, 10).map((key, index) => ({
      key,
      hash: sha256(index < 5 ? `content of ${key}` : 'old'),
      size: Buffer.byteLength(`content of ${key}`),
    })),
  );
  return bench;
}

const sum = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((a, b) => a + b, 0);

it('counts what the plan decided, and shows some of each kind, spread over it', async () => {
  const bench = await lived();
  const {record} = await rehearse(bench);
  const {actions, samples, money, rows, requests} = await bench.engine.review(bench.connection, record);
  expect(actions).toEqual({
    insert: 27,
    update: 5,
    delete: 0,
    unchanged: 5,
    skip: 0,
    conflict: 0,
    fail: 0,
    wait: 0,
  });
  expect(samples.map(({action}) => action).toSorted()).toEqual([
    'insert',
    'insert',
    'insert',
    'insert',
    'update',
  ]);
  expect(new Set(samples.map(({key}) => key)).size).toBe(5);
  for (const {key, action, preview} of samples) {
    const size = key === 'empty' ? 0 : Buffer.byteLength(`content of ${key}`);
    const after = {content_hash: sha256(key === 'empty' ? '' : `content of ${key}`), size};
    const before = action === 'insert' ? null : {content_hash: sha256('old'), size};
    expect(preview, key).toEqual({before, after});
  }
  expect({money, rows, requests}).toEqual({
    money: null,
    rows: null,
    requests: {source: 0, target: 0, provider: 0},
  });
});

it('says what the live run then reads, to the byte: what can not be recognised', async () => {
  const bench = await lived();
  const now = new Date();
  // Written just now, its time proves nothing.
  for (const key of ['young', 'dir0/young']) {
    writeAsset(bench.assets, key, `young ${key}`);
    utimesSync(join(bench.assets, key), now, now);
  }
  const {record} = await rehearse(bench);
  const review = await bench.engine.review(bench.connection, record);
  expect(review).toMatchObject({
    itemsToRead: 2,
    bytesToRead: 'young young'.length + 'young dir0/young'.length,
  });
  const live = await goLive(bench, record);
  expect(live.record.tally.bytes).toBe(review.bytesToRead);
});

it('counts what failed among what is read again, and what a resume has mended no more', async () => {
  let isDown = true;
  const bench = await lived({
    store: store => ({
      ...store,
      sha256: (object, options) =>
        isDown && object.key.startsWith('dir1/')
          ? Promise.reject(new Fault('denied', 'no'))
          : store.sha256(object, options),
    }),
  });
  const broken = await rehearse(bench);
  const {engine, connection} = bench;
  const before = await engine.review(connection, broken.record);
  expect(before).toMatchObject({actions: {fail: 6}, itemsToRead: 6});
  expect(before.bytesToRead).toBeGreaterThan(6 * 15);
  expect(sum(before.actions)).toBe(listedOf(broken.record.tally));
  isDown = false;
  const mended = await resume(bench, broken.record);
  const after = await engine.review(connection, mended.record);
  expect(after).toMatchObject({actions: {fail: 0}, itemsToRead: 0, bytesToRead: 0});
  expect(sum(after.actions)).toBe(37);
  expect(new Set(after.samples.map(({key}) => key)).size).toBe(5);
});

it('names the tables that are made for the run, where they are', async () => {
  const bench = await lived();
  const tables = async ({record}: Awaited<ReturnType<typeof rehearse>>) =>
    (await bench.engine.review(bench.connection, record)).tables;
  const plan = await rehearse(bench);
  expect(await tables(plan)).toEqual([
    {name: 'headgate_lease', isThere: false},
    {name: 'headgate_marks', isThere: false},
  ]);
  await goLive(bench, plan.record);
  // A plan without changes touches nothing.
  expect(await tables(await rehearse(bench))).toEqual([]);
  writeAsset(bench.assets, 'new', 'new');
  expect((await tables(await rehearse(bench))).map(({isThere}) => isThere)).toEqual([true, true]);
  const without = await lived({marks: false});
  const {record} = await rehearse(without);
  expect(await without.engine.review(without.connection, record)).toMatchObject({
    tables: [],
    bookmark: false,
  });
});

it('of an undo shows how rows are put back, and reads nothing', async () => {
  const bench = await lived();
  const live = await goLive(bench, (await rehearse(bench)).record);
  const {record} = await ended(bench.engine.rehearseUndo(bench.connection, live.record));
  const review = await bench.engine.review(bench.connection, record);
  expect(review).toMatchObject({
    actions: {insert: 0, update: 5, delete: 27, unchanged: 0},
    itemsToRead: 0,
    bytesToRead: 0,
    verifies: {items: 0, bytes: 0},
  });
  for (const {action, preview} of review.samples)
    expect(preview?.after ?? null).toEqual(
      action === 'delete' ? null : expect.objectContaining({content_hash: sha256('old')}),
    );
});

it('says how many objects are read again in the end, and about how many bytes', async () => {
  const bench = await lived({settings: {sample: 10}});
  const {record} = await rehearse(bench);
  const {verifies} = await bench.engine.review(bench.connection, record);
  expect(verifies.items).toBe(10);
  expect((verifies.bytes * 37) / (record.tally.bytes * 10)).toBeCloseTo(1, 1);
});

it('of a bucket tells the requests of the live run and of its verification', async () => {
  const {server, store} = await bucketUnderTest();
  server.putMany(
    Array.from({length: 2_500}, (_, number) => `a/${String(number).padStart(5, '0')}`),
    key => ({content: key}),
  );
  const bench = await makeBench({store: () => store, settings: {sample: 100}});
  makeIndex(bench.index);
  const {record} = await rehearse(bench);
  const review = await bench.engine.review(bench.connection, record);
  expect(review).toMatchObject({itemsToRead: 0, bytesToRead: 0, verifies: {items: 100, bytes: 700}});
  const {all} = watchRequests();
  await goLive(bench, record);
  expect(Math.abs(review.requests.source - all.length)).toBeLessThanOrEqual(all.length / 10);
});
