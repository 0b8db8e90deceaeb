import {expect, it} from 'vitest';
import {Fault} from '../../src/core/failure.ts';
import {planDecisions} from '../../src/engine/plan-decisions.ts';
import {makeIndex, writeAssets} from '../support/assets.ts';
import {makeBench, rehearse, resume} from '../support/engine.ts';

it('an item that was decided on three times is told once, with what was decided last', async () => {
  const broken = new Set<string>();
  const bench = await makeBench({
    settings: {page: {items: 6, bytes: 1e6, seconds: 10}, partitions: 1},
    store: store => ({
      ...store,
      sha256: (object, options) =>
        broken.has(object.key) ? Promise.reject(new Fault('denied', 'no')) : store.sha256(object, options),
    }),
  });
  const keys = writeAssets(bench.assets, 20);
  makeIndex(bench.index);
  const [first = '', second = '', third = ''] = keys;
  for (const key of [first, second, third]) broken.add(key);
  const told = async (run: string) => {
    const decided: string[] = [];
    for await (const entries of planDecisions(bench.ledger, run))
      decided.push(...entries.map(({key, action}) => `${action} ${key}`));
    return decided.sort();
  };
  const expected = () => keys.map(key => `${broken.has(key) ? 'fail' : 'insert'} ${key}`).sort();
  const {record} = await rehearse(bench);
  expect(await told(record.id)).toEqual(expected());
  broken.delete(first);
  const again = await resume(bench, record);
  expect(again.record.tally).toMatchObject({inserted: keys.length - 2, failed: 2});
  expect(await told(record.id)).toEqual(expected());
  broken.delete(second);
  await resume(bench, again.record);
  expect(await told(record.id)).toEqual(expected());
});
