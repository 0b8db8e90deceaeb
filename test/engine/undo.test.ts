import {expect, it} from 'vitest';
import {Fault} from '../../src/core/failure.ts';
import type {RunRecord} from '../../src/ledger/records.ts';
import {
  changeIndex,
  makeIndex,
  productionSchema,
  queryIndex,
  sha256,
  tableDigest,
  writeAssets,
} from '../support/assets.ts';
import {type Bench, ended, goLive, makeBench, rehearse, resume} from '../support/engine.ts';

const theirs = sha256('theirs');
const smallPages = {page: {items: 6, bytes: 1e6, seconds: 10}};

async function indexed(bench: Bench, schema?: string) {
  const keys = writeAssets(bench.assets, 30);
  makeIndex(
    bench.index,
    keys.slice(0, 12).map((key, number) => ({key, hash: number % 2 === 0 ? null : sha256('old')})),
    schema,
  );
  const before = tableDigest(bench.index, 'files');
  const live = await goLive(bench, (await rehearse(bench)).record);
  expect(live.record).toMatchObject({status: 'completed', tally: {inserted: 25, updated: 12}});
  return {before, live: live.record};
}

async function undo(bench: Bench, run: RunRecord) {
  const rehearsed = await ended(bench.engine.rehearseUndo(bench.connection, run));
  return {rehearsed, undone: await goLive(bench, rehearsed.record)};
}

it.each([
  ['documented', undefined],
  ['production', productionSchema],
])('restores the digest of the table (%s schema)', async (_, schema) => {
  const bench = await makeBench({settings: smallPages});
  const {before, live} = await indexed(bench, schema);
  expect(tableDigest(bench.index, 'files')).not.toBe(before);
  const {rehearsed, undone} = await undo(bench, live);
  expect(rehearsed.record).toMatchObject({
    mode: 'dry-run',
    status: 'completed',
    tally: {deleted: 25, updated: 12},
  });
  expect(undone.record).toMatchObject({
    mode: 'undo',
    status: 'completed',
    tally: {deleted: 25, updated: 12, rows: 37},
  });
  expect(tableDigest(bench.index, 'files')).toBe(before);
});

it('leaves alone what was changed after the run, and says which rows and why', async () => {
  const bench = await makeBench({settings: smallPages});
  const {live} = await indexed(bench);
  changeIndex(
    bench.index,
    `UPDATE files SET content_hash = '${theirs}' WHERE key = 'dir0/file-00000.txt';
     UPDATE files SET finder_tag = 'precious' WHERE key = 'dir4/file-00029.txt';
     DELETE FROM files WHERE key = 'dir2/file-00002.txt'`,
  );
  const {undone} = await undo(bench, live);
  expect(undone.record).toMatchObject({status: 'incomplete', tally: {deleted: 24, updated: 10, skipped: 3}});
  const reasons = await bench.ledger.openItems.after(undone.record.id, '', 10);
  expect(reasons.map(({key, message}) => [key, message])).toEqual([
    ['dir0/file-00000.txt', 'the row was changed after the run'],
    ['dir2/file-00002.txt', 'the row was deleted after the run'],
    ['dir4/file-00029.txt', 'other columns of the row were filled after the run'],
  ]);
  expect(
    queryIndex(
      bench.index,
      `SELECT key FROM files WHERE content_hash = '${theirs}' OR finder_tag = 'precious' ORDER BY key`,
    ),
  ).toEqual([{key: 'dir0/file-00000.txt'}, {key: 'dir4/file-00029.txt'}]);
});

it('has nothing to do the second time', async () => {
  const bench = await makeBench({settings: smallPages});
  const {before, live} = await indexed(bench);
  await undo(bench, live);
  const again = await ended(bench.engine.rehearseUndo(bench.connection, live));
  expect(again.record).toMatchObject({status: 'completed', tally: {unchanged: 37, deleted: 0, updated: 0}});
  expect(tableDigest(bench.index, 'files')).toBe(before);
});

it('also takes back what a retry wrote', async () => {
  let failing = true;
  const bench = await makeBench({
    settings: {...smallPages, attempts: 1},
    store: store => ({
      ...store,
      sha256: async (object, options) => {
        if (failing && object.key === 'emoji 🚢.txt') throw new Fault('server-error', 'EIO');
        return store.sha256(object, options);
      },
    }),
  });
  writeAssets(bench.assets, 10);
  makeIndex(bench.index);
  const before = tableDigest(bench.index, 'files');
  const plan = await rehearse(bench);
  const live = await goLive(bench, plan.record, {acceptedFailures: 1});
  failing = false;
  const retried = await resume(bench, live.record);
  expect(retried.record).toMatchObject({status: 'completed', tally: {inserted: 17, failed: 0}});
  const {undone} = await undo(bench, live.record);
  expect(undone.record).toMatchObject({status: 'completed', tally: {deleted: 17}});
  expect(tableDigest(bench.index, 'files')).toBe(before);
});

it('never turns a revision back', async () => {
  const bench = await makeBench();
  const {live} = await indexed(bench, productionSchema);
  await undo(bench, live);
  expect(queryIndex(bench.index, 'SELECT revision FROM asset_index_meta')).toEqual([{revision: 9}]);
});
