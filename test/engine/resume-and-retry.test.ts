import {expect, it} from 'vitest';
import {Fault} from '../../src/core/failure.ts';
import {verifyRun} from '../../src/engine/verify-run.ts';
import type {ObjectStore} from '../../src/stores/object-store.ts';
import {changeIndex, makeIndex, queryIndex, sha256, writeAsset, writeAssets} from '../support/assets.ts';
import {type Bench, ended, goLive, makeBench, rehearse, resume, scopeWith} from '../support/engine.ts';

const small = {page: {items: 6, bytes: 1e6, seconds: 10}, partitions: 1};

function rows(bench: Bench) {
  return queryIndex(bench.index, 'SELECT count(*) AS n FROM files')[0]?.['n'];
}

it('a verification is never resumed as a run that writes', async () => {
  const bench = await makeBench({
    store: store => ({
      ...store,
      list: () => {
        throw new Fault('not-found', 'the source is gone');
      },
    }),
  });
  writeAssets(bench.assets, 5);
  makeIndex(bench.index);
  await expect(
    verifyRun(bench.engine, bench.connection, {
      scope: scopeWith(),
      sample: 0,
      reads: ['target', 'listing'],
      coverage: true,
      only: null,
      signal: new AbortController().signal,
    }),
  ).rejects.toThrow('the source is gone');
  const run = await bench.ledger.runs.resolve('last');
  expect(run.status).toBe('failed');
  await expect(resume(bench, run)).rejects.toMatchObject({code: 'usage'});
  expect(rows(bench)).toBe(0);
});

it('an undo that left conflicts takes up only those when it is resumed', async () => {
  const bench = await makeBench({settings: small});
  const keys = writeAssets(bench.assets, 30);
  makeIndex(
    bench.index,
    keys.slice(0, 12).map(key => ({key, hash: null})),
  );
  const live = await goLive(bench, (await rehearse(bench)).record);
  changeIndex(
    bench.index,
    `UPDATE files SET content_hash = '${sha256('x')}' WHERE key = 'dir0/file-00000.txt'`,
  );
  const dry = await ended(bench.engine.rehearseUndo(bench.connection, live.record));
  const undone = await goLive(bench, dry.record);
  expect(undone.record).toMatchObject({status: 'incomplete', tally: {deleted: 25, updated: 11, skipped: 1}});
  changeIndex(
    bench.index,
    `UPDATE files SET content_hash = '${sha256('content of dir0/file-00000.txt')}' WHERE key = 'dir0/file-00000.txt'`,
  );
  const again = await resume(bench, undone.record);
  expect(again.record).toMatchObject({
    status: 'completed',
    tally: {deleted: 25, updated: 12, skipped: 0, unchanged: 0},
    partitions: {failed: 0},
  });
});

it('a page whose checkpoint failed counts once it is resumed', async () => {
  const bench = await makeBench({settings: small});
  writeAssets(bench.assets, 30);
  makeIndex(bench.index);
  const plan = await rehearse(bench);
  const real = bench.ledger.checkpoint.bind(bench.ledger);
  let failed = false;
  bench.ledger.checkpoint = async checkpoint => {
    if (!failed) {
      failed = true;
      throw new Error('disk full');
    }
    return real(checkpoint);
  };
  const live = await goLive(bench, plan.record);
  expect(live.record.status).toBe('failed');
  const again = await resume(bench, live.record);
  expect(again.record).toMatchObject({status: 'completed', tally: {inserted: 37, unchanged: 0}});
});

it('a run with a page that is not settled is not undone, for it would be left out', async () => {
  const bench = await makeBench({settings: small});
  writeAssets(bench.assets, 30);
  makeIndex(bench.index);
  const plan = await rehearse(bench);
  bench.ledger.checkpoint = async () => {
    throw new Error('disk full');
  };
  const live = await goLive(bench, plan.record);
  expect(rows(bench)).toBe(6);
  await expect(bench.engine.rehearseUndo(bench.connection, live.record)).rejects.toThrow(
    /whether its last pages were written/,
  );
});

it('a checkpoint that fails while the run pauses fails the run, with its message', async () => {
  const bench = await makeBench({settings: small});
  writeAssets(bench.assets, 30);
  makeIndex(bench.index);
  const plan = await rehearse(bench);
  const handle = await bench.engine.live(bench.connection, plan.record, {
    confirm: bench.connection.target.name,
    acceptedFailures: null,
    takeOver: null,
    thresholds: null,
    acceptNew: false,
  });
  bench.ledger.checkpoint = async () => {
    handle.pause();
    throw new Error('disk full');
  };
  const result = await handle.done;
  expect(result.record).toMatchObject({status: 'failed', stopReason: {message: 'disk full'}});
});

function breakingList(when: () => boolean): (store: ObjectStore) => ObjectStore {
  return store => ({
    ...store,
    async *list(listing) {
      for await (const page of store.list(listing)) {
        if (when()) {
          yield page.slice(0, 3);
          throw new Fault('denied', 'no further');
        }
        yield page;
      }
    },
  });
}

it('a plan without changes whose listing failed is not completed by going live', async () => {
  let breaks = false;
  const bench = await makeBench({store: breakingList(() => breaks)});
  writeAssets(bench.assets, 10);
  makeIndex(bench.index);
  await goLive(bench, (await rehearse(bench)).record);
  breaks = true;
  const plan = await rehearse(bench);
  expect(plan.record).toMatchObject({status: 'incomplete', partitions: {failed: 1}, tally: {unchanged: 3}});
  breaks = false;
  const live = await goLive(bench, plan.record, {acceptedFailures: 1});
  expect(live.record).toMatchObject({status: 'incomplete', partitions: {failed: 1}, tally: {unchanged: 3}});
  breaks = false;
  const again = await resume(bench, live.record, {acceptNew: true});
  expect(again.record).toMatchObject({status: 'completed', partitions: {failed: 0}, tally: {unchanged: 17}});
});

it('an unattended run does not go live with a listing that failed', async () => {
  const bench = await makeBench({store: breakingList(() => true)});
  writeAssets(bench.assets, 10);
  makeIndex(bench.index);
  const plan = await rehearse(bench);
  const gates = await bench.engine.gates(bench.connection, plan.record, {
    confirm: bench.connection.target.name,
    acceptedFailures: null,
    takeOver: null,
    thresholds: {changes: null, failures: 0, deletes: 0},
  });
  expect(gates.filter(({holds}) => !holds).map(({id}) => id)).toEqual(['thresholds']);
});

it('the retry of a run without changes goes on after a pause', async () => {
  let breaks = false;
  let pause: (() => void) | null = null;
  const bench = await makeBench({
    settings: {page: {items: 1, bytes: 1e6, seconds: 10}},
    store: store => ({
      ...store,
      sha256: async (object, options) => {
        if (object.key.startsWith('new')) {
          if (breaks) throw new Fault('denied', 'no');
          if (pause !== null) pause();
          options.signal.throwIfAborted();
        }
        return store.sha256(object, options);
      },
    }),
  });
  writeAssets(bench.assets, 3);
  makeIndex(bench.index);
  await goLive(bench, (await rehearse(bench)).record);
  breaks = true;
  writeAsset(bench.assets, 'new1', '1');
  writeAsset(bench.assets, 'new2', '2');
  const plan = await rehearse(bench);
  const live = await goLive(bench, plan.record, {acceptedFailures: 2});
  expect(live.record).toMatchObject({status: 'incomplete', tally: {failed: 2}});
  breaks = false;
  const handle = await bench.engine.resume(bench.connection, live.record, {
    acceptNew: false,
    acceptDrift: false,
    takeOver: null,
    kind: null,
  });
  pause = () => handle.pause();
  expect((await handle.done).record.status).toBe('paused');
  pause = null;
  const again = await resume(bench, (await handle.done).record);
  expect(again.record).toMatchObject({status: 'completed', tally: {failed: 0, inserted: 2}});
});

it('the failure of a folder does not vanish in a retry', async () => {
  const bench = await makeBench({
    store: store => ({
      ...store,
      async *list(listing) {
        for await (const page of store.list(listing)) yield page.filter(({key}) => !key.startsWith('zz/'));
        yield [
          {
            key: 'zz/',
            size: 0,
            modifiedAt: 0,
            version: '',
            fingerprint: null,
            fault: {kind: 'denied', message: 'the folder can not be listed'},
          },
        ];
      },
    }),
  });
  writeAssets(bench.assets, 3);
  writeAsset(bench.assets, 'zz/hidden', 'h');
  makeIndex(bench.index);
  const dry = await rehearse(bench);
  expect(dry.record.status).toBe('incomplete');
  const again = await resume(bench, dry.record);
  expect(again.record).toMatchObject({status: 'incomplete', tally: {failed: 1}});
});

it('a listing that makes no headway is given up', async () => {
  let times = 0;
  const bench = await makeBench({
    store: store => ({
      ...store,
      async *list() {
        if (times++ > 30) throw new Error('asked for ever');
        yield [];
        throw new Fault('timeout', 'slow');
      },
    }),
  });
  makeIndex(bench.index);
  const dry = await rehearse(bench);
  expect(dry.record).toMatchObject({status: 'incomplete', partitions: {failed: 1}});
});
