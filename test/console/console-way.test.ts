import {expect, it} from 'vitest';
import {flakyStore} from '../../src/sandbox/flaky-store.ts';
import {indexedFiles, makeIndex, sha256, tableDigest, writeAssets} from '../support/assets.ts';
import {type Driven, driveStarted} from './console-under-test.ts';

const brokenKey = 'dir1/file-00001.txt';
const attempts = 2;
/** Fails in the dry run and again in the live run. */
const failingReads = 2 * attempts;

function confirmation({state}: Driven) {
  const {dialog} = state();
  if (dialog?.type !== 'confirm') throw new Error(`the dialog is ${dialog?.type ?? 'closed'}`);
  return {
    focus: dialog.focus,
    typed: dialog.fields.map(({field}) => field.text),
    mistakes: dialog.fields.map(({mistake}) => mistake !== null),
  };
}

it('goes the whole way by its keys: probe, dry run, review, typed name, live, retry, verified, undone', async () => {
  const driven = await driveStarted({
    environment: 'production',
    store: store => flakyStore(store, brokenKey, failingReads),
  });
  const {assets, index, keys, type, flow} = driven;
  const all = writeAssets(assets, 20);
  makeIndex(index, [{key: 'dir0/file-00000.txt', hash: sha256('old')}]);
  const before = tableDigest(index, 'files');

  expect(flow().move.do).toBe('probe');
  keys('enter');
  await driven.atRest();
  expect(await driven.runs()).toEqual([]);
  expect(flow().move.do).toBe('dry-run');

  keys('enter');
  await driven.atRest();
  expect(driven.shown().facts?.plan).toMatchObject({
    status: 'incomplete',
    tally: {inserted: all.length - 2, updated: 1, failed: 1},
  });
  expect(flow()).toMatchObject({current: 'review', move: {do: 'review'}});
  expect(tableDigest(index, 'files')).toBe(before);

  keys('enter');
  await driven.atRest();
  expect(driven.view()).toBe('review');
  expect(driven.shown().review?.state).toBe('ready');

  // Enter alone opens the confirmation and closes it again: Cancel has the focus.
  keys('enter');
  expect(confirmation(driven)).toEqual({
    focus: 'cancel',
    typed: ['', '', ''],
    mistakes: [false, false, false],
  });
  keys('enter');
  expect(driven.state().dialog).toBeNull();

  keys('enter');
  type('index.sqlit');
  keys('enter');
  expect(confirmation(driven)).toMatchObject({focus: 0, mistakes: [true, false, false]});
  type('e');
  expect(confirmation(driven).mistakes[0]).toBe(false);
  keys('enter');
  expect(confirmation(driven)).toMatchObject({focus: 1});
  type('production');
  keys('tab');
  type('2');
  keys('enter');
  expect(confirmation(driven)).toMatchObject({focus: 2, mistakes: [false, false, true]});
  expect((await driven.runs()).map(({mode}) => mode)).toEqual(['dry-run']);

  keys('backspace');
  type('1');
  keys('enter');
  expect(driven.state().dialog).toBeNull();
  await driven.atRest();
  expect(driven.view()).toBe('runbook');
  expect(driven.shown().facts?.live).toMatchObject({
    status: 'incomplete',
    tally: {inserted: all.length - 2, updated: 1, failed: 1},
  });
  expect(flow()).toMatchObject({current: 'live', move: {do: 'retry'}});
  // The object that failed has no row.
  expect(flow().steps.at(-1)?.state).toBe('attention');

  keys('enter');
  await driven.atRest();
  expect(driven.shown().facts?.live).toMatchObject({
    status: 'completed',
    tally: {inserted: all.length - 1, updated: 1, failed: 0},
  });
  expect(flow()).toMatchObject({isDone: true});
  expect(indexedFiles(index)).toHaveLength(all.length);
  expect(driven.shown().facts?.coverage?.groups[0]).toMatchObject({
    group: '*',
    done: all.length,
    total: all.length,
  });

  keys('u');
  await driven.atRest();
  expect(driven.shown().facts?.plan).toMatchObject({
    undoes: driven.shown().facts?.live?.id,
    status: 'completed',
  });
  expect(flow().move.do).toBe('review');
  keys('enter');
  await driven.atRest();
  keys('enter');
  type('index.sqlite');
  keys('tab');
  type('production');
  keys('enter');
  await driven.atRest();
  expect(driven.shown().facts?.live).toMatchObject({mode: 'undo', status: 'completed'});
  expect(tableDigest(index, 'files')).toBe(before);
  expect(flow().move.do).toBe('verify');
  keys('enter');
  await driven.atRest();
  // The rows are gone again, and verification says so.
  expect(flow().move.do).toBe('see-invariants');
  expect((await driven.runs()).map(({mode, status}) => `${mode} ${status}`)).toEqual([
    'verify completed',
    'undo completed',
    'dry-run completed',
    'live completed',
    'dry-run incomplete',
  ]);
});
