import {expect, it} from 'vitest';
import {listedOf} from '../../src/core/accounting.ts';
import {defaultBudgets} from '../../src/core/budget.ts';
import {Fault} from '../../src/core/failure.ts';
import {Ledger} from '../../src/ledger/ledger.ts';
import {indexedFiles, makeIndex, writeAssets} from '../support/assets.ts';
import {goLive, makeBench, rehearse, resume, scopeWith, startLive} from '../support/engine.ts';
import {slowReads} from '../support/slow-store.ts';

const many = {concurrency: {start: 64, max: 64}, page: {items: 40, bytes: 1e9, seconds: 60}};
const forEver = 10_000;

it('starts no new read once it is paused with 64 in flight, gives the items back, and resumes to the same end', async () => {
  const reads = slowReads(forEver);
  const bench = await makeBench({settings: many, store: reads.wrap});
  const keys = writeAssets(bench.assets, 100);
  makeIndex(bench.index);
  const handle = await bench.engine.rehearse(bench.connection, scopeWith(), {});
  await reads.reached(64);
  handle.pause();
  const started = reads.started;
  const paused = await handle.done;
  expect(reads.started).toBe(started);
  expect(reads.inFlight).toBe(0);
  expect(paused.record).toMatchObject({
    status: 'paused',
    stopReason: {by: 'operator'},
    partitions: {pending: 1},
  });
  expect(listedOf(paused.record.tally)).toBe(0);
  expect(paused.endings).toEqual(['paused']);
  expect(bench.events.find(({type}) => type === 'stopping')?.snapshot.status).toBe('pausing');

  const fast = await makeBench({folder: bench.folder, settings: many});
  const resumed = await resume(fast, paused.record);
  expect(resumed.record).toMatchObject({status: 'completed', tally: {inserted: keys.length}});
});

it('is cancelled for good, and what it wrote stays', async () => {
  const bench = await makeBench({settings: {page: {items: 5, bytes: 1e9, seconds: 60}, partitions: 1}});
  writeAssets(bench.assets, 60);
  makeIndex(bench.index);
  const plan = await rehearse(bench);
  const handle = await startLive(bench, plan.record);
  await new Promise<void>(resolve => {
    const look = setInterval(() => {
      if (!bench.events.some(({type, snapshot}) => type === 'page' && snapshot.mode === 'live')) return;
      clearInterval(look);
      resolve();
    });
  });
  handle.cancel();
  const cancelled = await handle.done;
  expect(cancelled.record.status).toBe('cancelled');
  expect(indexedFiles(bench.index)).toHaveLength(cancelled.record.tally.inserted);
  await expect(resume(bench, cancelled.record)).rejects.toThrow(/cancelled: there is nothing to go on with/);
});

it('obeys a pause from another terminal', async () => {
  const reads = slowReads(forEver);
  const bench = await makeBench({settings: many, store: reads.wrap});
  writeAssets(bench.assets, 100);
  makeIndex(bench.index);
  const handle = await bench.engine.rehearse(bench.connection, scopeWith(), {});
  await reads.reached(64);
  const terminal = await Ledger.open(bench.ledger.path);
  expect(await terminal.runs.request(handle.id, 'pause')).toBe(true);
  await terminal.close();
  const {record} = await handle.done;
  expect(record).toMatchObject({status: 'paused', stopReason: {message: 'paused from another terminal'}});
});

it('pauses itself when a budget is spent, finishes the page under way, and names the budget', async () => {
  const bench = await makeBench({
    settings: {
      ...many,
      budgets: {...defaultBudgets, failuresInARow: 10},
    },
    store: store => ({
      ...store,
      sha256: async object => Promise.reject(new Fault('denied', `${object.key}: no`)),
    }),
  });
  writeAssets(bench.assets, 300);
  makeIndex(bench.index);
  const {record, endings} = await rehearse(bench);
  expect(record).toMatchObject({status: 'paused', stopReason: {by: 'budget'}});
  expect(record.stopReason?.message).toMatch(/failures in a row \(budget failuresInARow: 10\)/);
  expect(endings).toEqual(['budget']);
  expect(record.tally.failed).toBeGreaterThanOrEqual(10);
  expect(record.tally.failed).toBeLessThan(150);
  expect(await bench.ledger.openItems.count(record.id)).toBe(record.tally.failed);
});

it('is left alone while its process is alive, and is taken over once that is dead', async () => {
  const reads = slowReads(forEver);
  const bench = await makeBench({settings: many, store: reads.wrap});
  writeAssets(bench.assets, 100);
  makeIndex(bench.index);
  const handle = await bench.engine.rehearse(bench.connection, scopeWith(), {});
  await reads.reached(64);
  const other = await makeBench({folder: bench.folder, settings: many});
  const running = await bench.ledger.runs.resolve(handle.id);
  await expect(resume(other, running)).rejects.toThrow(/is being worked on by/);

  const undertaker = await makeBench({
    folder: bench.folder,
    settings: many,
    self: {...other.engine.host.self, isAlive: () => false},
  });
  const resumed = await resume(undertaker, running);
  expect(resumed.record.status).toBe('completed');
  const former = await handle.done;
  expect(former.reason).toMatchObject({by: 'lost'});
  expect((await bench.ledger.runs.resolve(handle.id)).status).toBe('completed');
});

it('goes on where it was taken over, also when its former process fails then', async () => {
  const reached = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const bench = await makeBench({
    settings: many,
    store: store => ({
      ...store,
      async *list(listing) {
        for await (const page of store.list(listing)) {
          reached.resolve();
          await gate.promise;
          if (page.length > 0) throw new Error('a fault of our own');
          yield page;
        }
      },
    }),
  });
  writeAssets(bench.assets, 100);
  makeIndex(bench.index);
  const handle = await bench.engine.rehearse(bench.connection, scopeWith(), {});
  await reached.promise;
  const own = bench.engine.host.self.holder;
  const other = {...own, name: 'another process'};
  expect(await bench.ledger.runs.takeOver(handle.id, own, other, Date.now())).toBe(true);
  gate.resolve();
  expect((await handle.done).reason?.by).toMatch(/error|lost/);
  expect(await bench.ledger.runs.get(handle.id)).toMatchObject({status: 'running', holder: other});
});

it('goes live with what a paused dry run found, without reading it again', async () => {
  const bench = await makeBench({settings: many});
  const keys = writeAssets(bench.assets, 100);
  makeIndex(bench.index);
  const plan = await rehearse(bench);
  const live = await goLive(bench, plan.record);
  expect(live.record.tally).toMatchObject({inserted: keys.length, bytes: 0});
});
