import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {
  changeIndex,
  indexedFiles,
  makeIndex,
  queryIndex,
  sha256,
  writeAsset,
  writeAssets,
} from '../support/assets.ts';
import {goLive, makeBench, rehearse, resume} from '../support/engine.ts';

const meddled = sha256('somebody else');

it('leaves what was added since the dry run pending, until it is accepted', async () => {
  const bench = await makeBench();
  writeAssets(bench.assets, 10);
  makeIndex(bench.index);
  const plan = await rehearse(bench);
  writeAsset(bench.assets, 'dir1/added', 'new');
  const live = await goLive(bench, plan.record);
  expect(live.record).toMatchObject({
    status: 'incomplete',
    tally: {inserted: 17, pending: 1},
    drift: {added: 1, gone: 0, changed: 0},
  });
  expect(live.coverage[0]?.missing).toEqual({'appeared during the run': 1});
  const still = await resume(bench, live.record);
  expect(still.record).toMatchObject({status: 'incomplete', tally: {inserted: 17, pending: 1}});
  const accepted = await resume(bench, still.record, {acceptNew: true});
  expect(accepted.record).toMatchObject({status: 'completed', tally: {inserted: 18, pending: 0}});
});

it('writes what was added at once where it is accepted beforehand', async () => {
  const bench = await makeBench();
  writeAssets(bench.assets, 10);
  makeIndex(bench.index);
  const plan = await rehearse(bench);
  writeAsset(bench.assets, 'zz-added', 'new');
  const live = await goLive(bench, plan.record, {acceptNew: true});
  expect(live.record).toMatchObject({
    status: 'completed',
    tally: {inserted: 18, pending: 0},
    drift: {added: 1},
  });
});

it('skips what is gone, at the start, in the middle and at the end of the listing', async () => {
  const bench = await makeBench({settings: {page: {items: 4, bytes: 1e6, seconds: 10}}});
  writeAssets(bench.assets, 20);
  writeAsset(bench.assets, '!first', '1');
  writeAsset(bench.assets, '~last', '2');
  makeIndex(bench.index);
  const plan = await rehearse(bench);
  for (const key of ['!first', 'dir2/file-00007.txt', '~last']) rmSync(join(bench.assets, key));
  const live = await goLive(bench, plan.record);
  expect(live.record).toMatchObject({
    status: 'completed',
    tally: {inserted: 26, skipped: 3},
    drift: {added: 0, gone: 3, changed: 0},
  });
  expect(indexedFiles(bench.index)).toHaveLength(26);
});

it('writes what the bytes are now, and counts and names the decision as changed', async () => {
  const bench = await makeBench();
  writeAssets(bench.assets, 10);
  makeIndex(bench.index);
  const plan = await rehearse(bench);
  writeAsset(bench.assets, 'dir0.txt', 'other bytes, of another size');
  const live = await goLive(bench, plan.record);
  expect(live.record).toMatchObject({status: 'completed', drift: {added: 0, gone: 0, changed: 1}});
  expect(bench.events.find(({type}) => type === 'drift')).toMatchObject({keys: ['dir0.txt']});
  expect(queryIndex(bench.index, "SELECT content_hash FROM files WHERE key = 'dir0.txt'")).toEqual([
    {content_hash: sha256('other bytes, of another size')},
  ]);
});

it('pauses before it writes when more has changed than the limit allows, and goes on when that is accepted', async () => {
  const bench = await makeBench({settings: {drift: {share: 0.01, least: 3}, partitions: 1}});
  const keys = writeAssets(bench.assets, 30);
  makeIndex(
    bench.index,
    keys.map(key => ({key, hash: null})),
  );
  const plan = await rehearse(bench);
  expect(plan.record.tally.updated).toBe(37);
  changeIndex(bench.index, `UPDATE files SET content_hash = '${meddled}' WHERE key LIKE 'dir1/%'`);
  const live = await goLive(bench, plan.record);
  expect(live.record).toMatchObject({
    status: 'paused',
    tally: {updated: 0, pending: 0},
    stopReason: {by: 'drift'},
  });
  expect(live.endings).toEqual(['drift']);
  expect(
    queryIndex(bench.index, `SELECT count(*) AS n FROM files WHERE content_hash = '${meddled}'`),
  ).toEqual([{n: 6}]);
  const accepted = await resume(bench, live.record, {acceptDrift: true});
  expect(accepted.record).toMatchObject({status: 'completed', tally: {updated: 37}, drift: {changed: 6}});
});
