import {expect, it} from 'vitest';
import {indexedFiles, makeIndex, writeAssets} from '../support/assets.ts';
import {goLive, rehearse} from '../support/engine.ts';
import {GatedStore} from '../support/gated-store.ts';
import {driveStarted} from './console-under-test.ts';

const settings = {page: {items: 5, bytes: 1e9, seconds: 60}, partitions: 1};

it('a run that rests beside a newer plan is told, and goes on from its own screen', async () => {
  const gate = new GatedStore();
  const driven = await driveStarted({settings, store: gate.wrap});
  const all = writeAssets(driven.assets, 30);
  makeIndex(driven.index);
  driven.keys('d');
  await driven.atRest();
  driven.keys('enter');
  await driven.atRest();
  gate.close();
  driven.keys('enter');
  driven.type('index.sqlite');
  driven.keys('enter');
  await gate.reached;
  driven.keys('p');
  await driven.atRest();
  const paused = driven.shown().facts?.live;
  expect(paused?.status).toBe('paused');
  gate.open();

  driven.keys('d');
  await driven.atRest();
  expect(driven.shown().facts?.plan?.usedBy).toBeNull();
  expect(driven.flow().steps.find(({id}) => id === 'live')).toMatchObject({state: 'attention'});

  driven.keys('7');
  await driven.until(({state}) => state().history.length === 3);
  driven.keys('j', 'enter');
  expect(driven.state().views.at(-1)).toMatchObject({name: 'run', of: paused?.id});
  driven.keys('c');
  await driven.atRest();
  expect(await driven.ledger.runs.get(paused?.id ?? '')).toMatchObject({status: 'completed'});
  expect(indexedFiles(driven.index)).toHaveLength(all.length);
});

it('an undo from the history is of the run that is chosen there', async () => {
  const driven = await driveStarted();
  writeAssets(driven.assets, 3);
  makeIndex(driven.index);
  const first = await goLive(driven, (await rehearse(driven)).record);
  writeAssets(driven.assets, 6);
  const second = await goLive(driven, (await rehearse(driven)).record);
  driven.keys('7');
  await driven.until(({state}) => state().history.some(({id}) => id === second.record.id));
  const at = driven.state().history.findIndex(({id}) => id === first.record.id);
  driven.keys(...Array<string>(at).fill('j'), 'u');
  await driven.atRest();
  expect(driven.shown().facts?.plan).toMatchObject({undoes: first.record.id});
});
