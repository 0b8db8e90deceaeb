import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {Worker} from 'node:worker_threads';
import {expect, it, vi} from 'vitest';
import {Fault} from '../../src/core/failure.ts';
import {SqliteConnection} from '../../src/databases/sqlite-connection.ts';
import {verifyRun} from '../../src/engine/verify-run.ts';
import {changeIndex, makeIndex, sha256, writeAsset, writeAssets} from '../support/assets.ts';
import {goLive, makeBench, rehearse, resume, scopeWith, startLive} from '../support/engine.ts';
import {slowReads} from '../support/slow-store.ts';
import {tempFolder} from '../support/temp.ts';

const small = {page: {items: 6, bytes: 1e6, seconds: 10}, partitions: 1};

it('a second live run of the same process does not push the first aside', async () => {
  const reached = Promise.withResolvers<void>();
  const mayGoOn = Promise.withResolvers<void>();
  let isHeld = false;
  const bench = await makeBench({
    store: store => ({
      ...store,
      sha256: async (object, options) => {
        if (isHeld) {
          reached.resolve();
          await mayGoOn.promise;
        }
        return store.sha256(object, options);
      },
    }),
  });
  writeAssets(bench.assets, 10);
  makeIndex(bench.index);
  const one = await rehearse(bench);
  const two = await rehearse(bench);
  isHeld = true;
  writeAsset(bench.assets, 'dir0.txt', 'changed since');
  const first = await startLive(bench, one.record);
  await reached.promise;
  await expect(startLive(bench, two.record)).rejects.toThrow(/is being written/);
  mayGoOn.resolve();
  expect((await first.done).record.status).toBe('completed');
});

it('a live run does not lose the lease that it gave back before it verified', async () => {
  const slow = slowReads(60);
  let isVerifying = false;
  const bench = await makeBench({
    settings: {leaseSeconds: 0.3},
    store: store => ({
      ...store,
      sha256: (object, options) => (isVerifying ? slow.wrap(store) : store).sha256(object, options),
    }),
    at: point => {
      isVerifying = point === 'lease-released';
    },
  });
  writeAsset(bench.assets, 'a', 'a');
  makeIndex(bench.index);
  const live = await goLive(bench, (await rehearse(bench)).record);
  expect(live.record).toMatchObject({status: 'completed', stopReason: null});
});

it('drift is counted once, though a page is halved and its second half fails', async () => {
  const bench = await makeBench({settings: {...small, drift: {share: 1, least: 100}}});
  const keys = writeAssets(bench.assets, 5);
  makeIndex(
    bench.index,
    keys.map(key => ({key, hash: null})),
  );
  const plan = await rehearse(bench);
  changeIndex(bench.index, `UPDATE files SET content_hash = '${sha256('theirs')}' WHERE key LIKE 'dir%'`);
  const changed = keys.filter(key => key.startsWith('dir')).length;
  const db = bench.connection.target.openDatabase;
  let refusals = 3;
  const target = {
    ...bench.connection.target,
    openDatabase: async () => {
      const real = await db();
      return {
        dialect: real.dialect,
        query: real.query.bind(real),
        close: real.close.bind(real),
        transaction: async (statements: Parameters<typeof real.transaction>[0]) => {
          if (statements.some(({counts}) => counts !== undefined) && refusals-- > 0)
            throw new Fault('refused', 'no');
          return real.transaction(statements);
        },
      };
    },
  };
  const real = bench.ledger.checkpoint.bind(bench.ledger);
  let checkpoints = 0;
  bench.ledger.checkpoint = async checkpoint => {
    if (++checkpoints === 2) throw new Error('disk full');
    return real(checkpoint);
  };
  const mine = {...bench, connection: {...bench.connection, target}};
  const live = await goLive(mine, plan.record);
  expect(live.record.status).toBe('failed');
  const again = await resume(bench, live.record);
  expect(again.record).toMatchObject({drift: {changed}});
});

it('a database whose thread has died answers with an error, not never', async () => {
  const post = vi.spyOn(Worker.prototype, 'postMessage');
  const db = await SqliteConnection.open({
    path: join(tempFolder(), 'x.sqlite'),
    readOnly: false,
    pragmas: [],
    busyTimeoutMs: 100,
  });
  const worker: unknown = post.mock.contexts.at(-1);
  post.mockRestore();
  if (!(worker instanceof Worker)) throw new TypeError('no worker was asked');
  await worker.terminate();
  await expect(db.query('SELECT 1')).rejects.toThrow(/thread has ended/);
  await db.close();
});

it('a live run with --accept-new keeps to the maximum of its scope', async () => {
  const bench = await makeBench();
  for (const key of ['a', 'b', 'c']) writeAsset(bench.assets, key, key);
  makeIndex(bench.index);
  const plan = await rehearse(bench, {maxItems: 5});
  for (let n = 0; n < 20; n++) writeAsset(bench.assets, `new${n}`, 'x');
  const live = await goLive(bench, plan.record, {acceptNew: true});
  expect(live.record.tally.inserted).toBe(5);
});

it('a source that vanishes while it is listed is a failure, not a thousand objects gone', async () => {
  let folder: string | null = null;
  const bench = await makeBench({
    settings: {...small, page: {items: 1, bytes: 1, seconds: 0}},
    store: store => ({
      ...store,
      async *list(listing) {
        const root = folder;
        if (root === null) return yield* store.list(listing);
        for await (const page of store.list({
          ...listing,
          get hi() {
            if (folder !== null) rmSync(folder, {recursive: true});
            folder = null;
            return listing.hi;
          },
        }))
          yield page;
      },
    }),
  });
  writeAssets(bench.assets, 20);
  makeIndex(bench.index);
  const plan = await rehearse(bench);
  folder = bench.assets;
  const live = await goLive(bench, plan.record);
  expect(live.record.partitions.failed).toBe(1);
  expect(live.record.tally.skipped).toBe(0);
});

it('verification that is stopped leaves no rejection behind', async () => {
  const gone = new AbortController();
  const bench = await makeBench({
    store: store => ({
      ...store,
      async *list(listing) {
        let first = true;
        for await (const page of store.list(listing)) yield page;
        if (first && reading > 0) {
          first = false;
          gone.abort(new Error('paused'));
          listing.signal.throwIfAborted();
        }
      },
      sha256: async (object, options) => {
        if (isVerifying) {
          reading++;
          await new Promise((_, reject) =>
            options.signal.addEventListener('abort', () => setImmediate(() => reject(options.signal.reason))),
          );
        }
        return store.sha256(object, options);
      },
    }),
  });
  let reading = 0;
  let isVerifying = false;
  for (const key of ['a', 'b', 'c']) writeAsset(bench.assets, key, key);
  makeIndex(bench.index);
  await goLive(bench, (await rehearse(bench)).record);
  isVerifying = true;
  await expect(
    verifyRun(bench.engine, bench.connection, {
      scope: scopeWith(),
      sample: null,
      reads: ['bytes'],
      coverage: false,
      only: null,
      signal: gone.signal,
    }),
  ).resolves.toMatchObject({record: {status: 'cancelled'}, error: null});
  await sleep(50);
});

it('what is gone is counted once where a range is parted as its listing ends', async () => {
  const bench = await makeBench({
    settings: {page: {items: 6, bytes: 1e6, seconds: 10}, partitions: 2, splitAfterSeconds: 0},
  });
  for (const key of ['a/1', 'a/2', 'b/1', 'b/2', 'b/3']) writeAsset(bench.assets, key, key);
  makeIndex(bench.index);
  const plan = await rehearse(bench, {});
  for (const key of ['b/1', 'b/2', 'b/3']) rmSync(join(bench.assets, key));
  const split = bench.ledger.partitions.split.bind(bench.ledger.partitions);
  bench.ledger.partitions.split = async (...args) => {
    await sleep(100);
    return split(...args);
  };
  const live = await goLive(bench, plan.record);
  expect(live.record).toMatchObject({tally: {inserted: 2, skipped: 3}, drift: {gone: 3}});
});
