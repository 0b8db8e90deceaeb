import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {Fault} from '../../src/core/failure.ts';
import type {MissingOptions} from '../../src/engine/missing.ts';
import {changeIndex, makeIndex, writeAsset} from '../support/assets.ts';
import {type Bench, goLive, makeBench, rehearse, resume, scopeWith} from '../support/engine.ts';

const never = new AbortController().signal;

function pages({engine, connection}: Bench, options: Partial<MissingOptions> = {}) {
  return Array.fromAsync(
    engine.missing(connection, {
      scope: scopeWith(),
      group: '*',
      causesFrom: null,
      signal: never,
      limit: 100,
      ...options,
    }),
  );
}

async function withFiles(count: number): Promise<Bench> {
  const bench = await makeBench();
  for (let number = 0; number < count; number++)
    writeAsset(bench.assets, `a/${String(number).padStart(4, '0')}`, 'x');
  makeIndex(bench.index);
  return bench;
}

it('what is missing is told with the cause that the last run knows', async () => {
  const bench = await makeBench({
    store: store => ({
      ...store,
      sha256: (object, options) =>
        object.key === 'a/bad' ? Promise.reject(new Fault('denied', 'no')) : store.sha256(object, options),
    }),
  });
  for (const key of ['a/bad', 'a/good', 'b/good']) writeAsset(bench.assets, key, key);
  makeIndex(bench.index);
  const plan = await rehearse(bench);
  await goLive(bench, plan.record, {acceptedFailures: 1});
  const live = await bench.ledger.runs.resolve('last');
  writeAsset(bench.assets, 'a/new', 'new');
  expect(await pages(bench, {causesFrom: live.id})).toEqual([
    {
      items: [
        {key: 'a/bad', why: 'failed'},
        {key: 'a/new', why: 'never listed'},
      ],
      isCut: false,
    },
  ]);
  expect(await pages(bench, {causesFrom: live.id, group: 'b/'})).toEqual([]);
  changeIndex(bench.index, "DELETE FROM files WHERE key = 'b/good'");
  expect(await pages(bench, {group: 'b/'})).toEqual([
    {items: [{key: 'b/good', why: 'never listed'}], isCut: false},
  ]);
});

it('what a plan is going to write is told to be planned, until a live run has ended', async () => {
  let breaks = false;
  const bench = await makeBench({
    settings: {page: {items: 2, bytes: 1e6, seconds: 10}, partitions: 1},
    at: point => {
      if (breaks && point === 'page-checkpointed') throw new Error('the disk is full');
    },
    store: store => ({
      ...store,
      sha256: (object, options) =>
        object.key === 'd' ? Promise.reject(new Fault('denied', 'no')) : store.sha256(object, options),
    }),
  });
  for (const key of ['a', 'b', 'c', 'd']) writeAsset(bench.assets, key, key);
  makeIndex(bench.index, [{key: 'c', hash: null}]);
  const plan = await rehearse(bench);
  writeAsset(bench.assets, 'e', 'new');
  const causes = async (causesFrom: string) =>
    (await pages(bench, {causesFrom})).flatMap(({items}) => items.map(({key, why}) => `${key} ${why}`));
  const planned = 'planned but not written yet';
  expect(await causes(plan.record.id)).toEqual([
    `a ${planned}`,
    `b ${planned}`,
    `c ${planned}`,
    'd failed',
    'e never listed',
  ]);
  breaks = true;
  const live = await goLive(bench, plan.record, {acceptedFailures: 1});
  breaks = false;
  expect(live.record).toMatchObject({status: 'failed', tally: {inserted: 2}});
  expect(await causes(live.record.id)).toContain(`c ${planned}`);
  await resume(bench, live.record);
  changeIndex(bench.index, "DELETE FROM files WHERE key = 'b'");
  expect(await causes(live.record.id)).toContain('b never listed');
});

it.each([
  [3, 4, [3], false],
  [4, 4, [4], false],
  [5, 4, [4], true],
  [2_500, 2_000, [1_000, 1_000, 0], true],
  [2_500, 2_600, [1_000, 1_000, 500], false],
])('%i missing and a limit of %i', async (count, limit, sizes, isCut) => {
  const found = await pages(await withFiles(count), {limit});
  expect(found.map(({items}) => items.length)).toEqual(sizes);
  expect(found.map(page => page.isCut)).toEqual(sizes.map((_, place) => isCut && place === sizes.length - 1));
});

it('comparing ends when its signal says so, and is refused without a source', async () => {
  const bench = await withFiles(3);
  const gone = new AbortController();
  gone.abort(new Error('left the screen'));
  await expect(pages(bench, {signal: gone.signal})).rejects.toThrow('left the screen');
  const iterating = bench.engine.missing(
    {...bench.connection, source: null},
    {
      scope: scopeWith(),
      group: '*',
      causesFrom: null,
      signal: never,
      limit: 1,
    },
  );
  await expect(Array.fromAsync(iterating)).rejects.toMatchObject({code: 'usage'});
  rmSync(join(bench.assets), {recursive: true});
  await expect(pages(bench)).rejects.toBeInstanceOf(Error);
});
