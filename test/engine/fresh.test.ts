import {expect, it} from 'vitest';
import {defaultBudgets} from '../../src/core/budget.ts';
import {Fault} from '../../src/core/failure.ts';
import type {ObjectStore} from '../../src/stores/object-store.ts';
import {makeIndex, writeAssets} from '../support/assets.ts';
import {ended, makeBench, rehearse, resume, scopeWith} from '../support/engine.ts';

const small = {page: {items: 6, bytes: 1e6, seconds: 10}, partitions: 1};

it('a run that was told to read everything still does so after each resume', async () => {
  const bench = await makeBench({settings: {...small, budgets: {...defaultBudgets, bytes: 1}}});
  writeAssets(bench.assets, 30);
  makeIndex(bench.index);
  const whole = await makeBench({folder: bench.folder, settings: small});
  const {bytes} = (await rehearse(whole)).record.tally;
  let {record} = await ended(bench.engine.rehearse(bench.connection, scopeWith(), {fresh: true}));
  let pauses = 0;
  for (; record.status === 'paused'; pauses++) record = (await resume(bench, record)).record;
  expect(pauses).toBeGreaterThan(3);
  expect(record).toMatchObject({status: 'completed', tally: {bytes}});
});

it('bytes that were read in vain count against the budget as well', async () => {
  const readInVain = (store: ObjectStore): ObjectStore => ({
    ...store,
    sha256: async (object, {onBytes}) => {
      onBytes?.(1_000);
      throw new Fault('connection', `${object.key}: the body broke off`);
    },
  });
  const budgets = {...defaultBudgets, failureShare: 1, failuresInARow: null, bytes: 20_000};
  const bench = await makeBench({settings: {...small, attempts: 3, budgets}, store: readInVain});
  writeAssets(bench.assets, 30);
  makeIndex(bench.index);
  const {record} = await rehearse(bench);
  expect(record).toMatchObject({status: 'paused', tally: {bytes: 0}});
  expect(record.stopReason?.message).toMatch(/^[\d.]+ KiB read \(budget bytes: 19\.5 KiB\)$/);
});
