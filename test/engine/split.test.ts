import {expect, it} from 'vitest';
import {makeIndex, writeAsset} from '../support/assets.ts';
import {makeBench, rehearse} from '../support/engine.ts';

it('a file that waits for a place while its range is parted belongs to one partition', async () => {
  let letGo: () => void = () => undefined;
  const parted = new Promise<void>(resolve => {
    letGo = resolve;
  });
  const bench = await makeBench({
    settings: {concurrency: {start: 1, max: 1}, partitions: 2, splitAfterSeconds: 0},
    // The first file is read until the range has been parted: the second waits for its place all the while.
    store: store => ({
      ...store,
      middle: async listing => {
        if (!listing.lo.startsWith('a') && !listing.lo.startsWith('b')) return null;
        const middle = await store.middle(listing);
        letGo();
        return middle;
      },
      sha256: async (object, options) => {
        if (object.key === 'a/1') await parted;
        return store.sha256(object, options);
      },
    }),
  });
  const keys = ['a/1', 'b/1'];
  for (const key of keys) writeAsset(bench.assets, key, key);
  makeIndex(bench.index);
  const {record} = await rehearse(bench);
  expect(record).toMatchObject({status: 'completed', tally: {inserted: keys.length}});
  const pages = await Array.fromAsync(bench.ledger.pages.all(record.id, 'plan'));
  const planned = pages.flatMap(({entries}) => entries);
  expect(planned.map(({key}) => key).sort()).toEqual(keys);
});

it('many ranges that are parted while they run list every file once', async () => {
  const bench = await makeBench({
    settings: {
      concurrency: {start: 4, max: 4},
      partitions: 4,
      splitAfterSeconds: 0.001,
      page: {items: 20, bytes: 1e6, seconds: 1},
    },
  });
  const keys = Array.from(
    {length: 1_500},
    (_, number) => `${String(number % 300).padStart(3, '0')}/${number}`,
  );
  for (const key of keys) writeAsset(bench.assets, key, key);
  makeIndex(bench.index);
  for (let round = 0; round < 5; round++) {
    const {record} = await rehearse(bench);
    expect(record.tally.inserted).toBe(keys.length);
  }
});
