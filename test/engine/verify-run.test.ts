import {expect, it} from 'vitest';
import type {VerifyOptions} from '../../src/engine/verify-run.ts';
import {changeIndex, makeIndex, writeAssets} from '../support/assets.ts';
import {type Bench, type BenchOptions, goLive, makeBench, rehearse, scopeWith} from '../support/engine.ts';

/** A verification as the console has it: started, watched, stopped. */

const everything: VerifyOptions = {
  scope: scopeWith(),
  sample: null,
  reads: ['target', 'listing', 'bytes'],
  coverage: true,
  only: null,
};

async function indexed(options: BenchOptions = {}): Promise<Bench> {
  const bench = await makeBench(options);
  writeAssets(bench.assets, 5);
  makeIndex(bench.index);
  await goLive(bench, (await rehearse(bench)).record);
  bench.events.length = 0;
  return bench;
}

/** A store that answers nothing once `stands` is set, and says when it was asked to. */
function standstill() {
  const {promise: asked, resolve: say} = Promise.withResolvers<void>();
  const still = {stands: false, asked};
  const store: BenchOptions['store'] = real => ({
    ...real,
    sha256: (object, options) => {
      if (!still.stands) return real.sha256(object, options);
      say();
      return new Promise((_, reject) =>
        options.signal.addEventListener('abort', () => reject(options.signal.reason), {once: true}),
      );
    },
  });
  return {still, store};
}

it('is watched while it works: bytes and limits of the source, and then its results', async () => {
  const bench = await indexed();
  changeIndex(bench.index, `UPDATE files SET content_hash = NULL WHERE key = 'dir0.txt'`);
  const {id, done} = await bench.engine.verify(bench.connection, everything);
  const {record, checks, coverage, bytes, endings, reason, error} = await done;
  expect({reason, error}).toEqual({reason: null, error: null});
  expect(record).toMatchObject({id, mode: 'verify', status: 'completed', holder: null});
  expect(checks).toHaveLength(5);
  expect(checks.find(check => check.id === 'objects-have-hash')).toMatchObject({count: 1});
  expect(coverage.find(({group}) => group === '*')).toMatchObject({done: 11, total: 12});
  expect(endings).toEqual(['invariant']);
  const all = bench.events.map(event => event.snapshot);
  expect(all.every(({run, mode}) => run === id && mode === 'verify')).toBe(true);
  const last = bench.events.at(-1);
  expect(last).toMatchObject({
    type: 'ended',
    reason: null,
    snapshot: {status: 'completed', bytesRead: bytes},
  });
  expect(bytes).toBeGreaterThan(11 * 10);
  expect(last?.snapshot.limits).toEqual([expect.objectContaining({requests: 11})]);
  const {measurements} = bench.ledger;
  expect((await measurements.lastChecks({target: record.target})).map(({run}) => run)).toEqual(
    Array(5).fill(id),
  );
  expect(
    (await measurements.lastCoverage({target: record.target, backfill: 'asset-index'}))?.groups,
  ).toHaveLength(coverage.length);
});

it.each(['interrupt', 'cancel'] as const)('ends at once, as cancelled: %s', async how => {
  const {still, store} = standstill();
  const bench = await indexed({store});
  still.stands = true;
  const handle = await bench.engine.verify(bench.connection, everything);
  await still.asked;
  expect((await bench.ledger.runs.active()).map(({id}) => id)).toEqual([handle.id]);
  handle[how]();
  const {record, checks, reason, error, endings} = await handle.done;
  expect(record).toMatchObject({status: 'cancelled', holder: null, stopReason: {by: how}});
  expect({by: reason?.by, error, endings}).toEqual({by: how, error: null, endings: ['paused']});
  // What was measured before it was stopped is known.
  expect(checks.map(({id}) => id)).toEqual(['hash-format', 'one-row-per-key', 'objects-have-hash']);
  expect(bench.events.map(({type, snapshot}) => [type, snapshot.status]).slice(-2)).toEqual([
    ['stopping', 'cancelling'],
    ['ended', 'cancelled'],
  ]);
  expect(await bench.ledger.runs.active()).toEqual([]);
});

it('is cancelled from another terminal', async () => {
  const {still, store} = standstill();
  const bench = await indexed({store});
  still.stands = true;
  const {id, done} = await bench.engine.verify(bench.connection, everything);
  await still.asked;
  expect(await bench.ledger.runs.request(id, 'cancel')).toBe(true);
  expect((await done).record).toMatchObject({status: 'cancelled', stopReason: {by: 'cancel'}});
});

it('fails where its target can not be read, and does not stay at work', async () => {
  const bench = await indexed();
  const {target} = bench.connection;
  const broken = {
    ...target,
    openReader: async () => {
      const reader = await target.openReader();
      return {
        ...reader,
        dialect: reader.dialect,
        close: () => reader.close(),
        query: (...args: Parameters<typeof reader.query>) =>
          args[0].includes('AS breaks') ? reader.query('SELECT gone FROM files') : reader.query(...args),
      };
    },
  };
  const handle = await bench.engine.verify({...bench.connection, target: broken}, everything);
  const {record, error, endings} = await handle.done;
  expect(record).toMatchObject({status: 'failed', holder: null, stopReason: {by: 'error'}});
  expect(error).toMatchObject({message: expect.stringContaining('gone')});
  expect(endings).toEqual(['failed']);
});

it('is refused before there is a run where it asks for what is not there', async () => {
  const bench = await indexed();
  const before = await bench.ledger.runs.list(10);
  await expect(bench.engine.verify(bench.connection, {...everything, only: 'nope'})).rejects.toMatchObject({
    code: 'usage',
  });
  expect(await bench.ledger.runs.list(10)).toEqual(before);
});
