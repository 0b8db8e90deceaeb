import {describe, expect, it} from 'vitest';
import {chosenCheck, chosenRow} from '../../src/console/rows.ts';
import {shownView} from '../../src/console/state.ts';
import {changeIndex, indexedFiles, makeIndex, writeAsset, writeAssets} from '../support/assets.ts';
import {type Driven, driveStarted} from './console-under-test.ts';

async function planned(): Promise<Driven & {readonly all: readonly string[]}> {
  const driven = await driveStarted();
  const all = writeAssets(driven.assets, 12);
  makeIndex(driven.index);
  driven.keys('d');
  await driven.atRest();
  return {...driven, all};
}

async function goLive(driven: Driven): Promise<void> {
  driven.keys('2', 'enter');
  await driven.atRest();
  driven.keys('enter');
  driven.type('index.sqlite');
  driven.keys('enter');
  await driven.atRest();
}

function list({state}: Driven, id: string) {
  return state().lists[id];
}

describe('one read of the keyboard', () => {
  it('may be several strokes: jjjj goes down four lines', async () => {
    const driven = await planned();
    driven.keys('3');
    driven.model.press(['j', 'j', 'j', 'j']);
    expect(shownView(driven.state()).at).toBe(4);
    driven.model.press(['k', 'k', 'G', 'g', 'j']);
    expect(shownView(driven.state()).at).toBe(1);
  });

  it('can not open a question and answer it: a paste over the review confirms nothing', async () => {
    const driven = await planned();
    driven.keys('enter');
    await driven.atRest();
    driven.model.press(['enter', ...'index.sqlite', 'enter']);
    expect(driven.state().dialog).toMatchObject({
      type: 'confirm',
      focus: 'cancel',
      fields: [{field: {text: ''}}],
    });
    driven.model.press([...'index.sqlite', 'enter']);
    expect(driven.state().dialog).toMatchObject({type: 'confirm', fields: [{field: {text: 'index.sqlite'}}]});
    driven.keys('esc', 'enter');
    driven.model.paste('index.sqlite\r\n');
    expect(driven.state().dialog).toMatchObject({type: 'confirm', fields: [{field: {text: 'index.sqlite'}}]});
    expect(await driven.runs()).toHaveLength(1);
    driven.keys('enter');
    await driven.atRest();
    expect(driven.shown().facts?.live?.status).toBe('completed');
  });

  it('is no text where no text is typed: a paste there does nothing', async () => {
    const driven = await planned();
    driven.model.paste('d\r');
    expect(driven.state().dialog).toBeNull();
    expect(await driven.runs()).toHaveLength(1);
  });
});

describe('the palette', () => {
  it('does what was typed for, and tells why it can not', async () => {
    const driven = await planned();
    driven.keys(':');
    driven.type('measure inv');
    driven.keys('enter');
    await driven.atRest();
    expect((await driven.runs()).map(({mode}) => mode)).toEqual(['verify', 'dry-run']);
    driven.keys(':');
    driven.type('no such thing');
    driven.keys('enter');
    expect(driven.state().dialog).toMatchObject({type: 'palette'});
    driven.keys('esc');
    expect(driven.state().dialog).toBeNull();
  });
});

describe('a list', () => {
  it('of a part of the counts is filtered, and Esc goes back step by step', async () => {
    const driven = await planned();
    driven.keys('3', 'enter');
    const id = shownView(driven.state()).of ?? '';
    await driven.until(now => list(now, id)?.state === 'ready');
    expect(list(driven, id)?.rows).toHaveLength(driven.all.length);
    driven.keys('/');
    driven.type('dir1');
    driven.keys('enter');
    expect(chosenRow(driven.state())).toMatch(/^dir1\//);
    driven.keys('y');
    expect(driven.copied).toEqual([chosenRow(driven.state())]);
    driven.keys('esc');
    expect(shownView(driven.state())).toMatchObject({name: 'items', filter: ''});
    driven.keys('esc');
    expect(driven.view()).toBe('run');
    driven.keys('esc', 'esc', 'esc', 'esc');
    expect(driven.view()).toBe('overview');
    expect(driven.state().isLeaving).toBe(false);
  });

  it('of what is missing is compared anew', async () => {
    const driven = await planned();
    await goLive(driven);
    changeIndex(driven.index, "DELETE FROM files WHERE key = 'dir1/file-00001.txt'");
    driven.keys('4', 'enter');
    const id = shownView(driven.state()).of ?? '';
    await driven.until(now => list(now, id)?.state === 'ready');
    expect(list(driven, id)?.rows.map(({key}) => key)).toEqual(['dir1/file-00001.txt']);
  });
});

describe('what appeared since the dry run', () => {
  it('waits, is told as open, and is written by a key of its own', async () => {
    const driven = await planned();
    writeAsset(driven.assets, 'zzz/new.txt', 'appeared since');
    await goLive(driven);
    expect(driven.flow()).toMatchObject({current: 'live', move: {do: 'resume', acceptNew: true}});
    driven.keys('6');
    const id = `failures ${driven.shown().facts?.live?.id}`;
    await driven.until(now => list(now, id)?.state === 'ready');
    expect(list(driven, id)?.rows.map(({key}) => key)).toEqual(['zzz/new.txt']);
    driven.keys('a', 'y');
    await driven.atRest();
    expect(driven.shown().facts?.live).toMatchObject({
      status: 'completed',
      tally: {inserted: driven.all.length + 1},
    });
    expect(indexedFiles(driven.index)).toHaveLength(driven.all.length + 1);
    expect(driven.flow()).toMatchObject({isDone: true});
  });
});

describe('a broken invariant', () => {
  it('is opened, and mended by the run that it names', async () => {
    const driven = await planned();
    await goLive(driven);
    changeIndex(driven.index, "UPDATE files SET content_hash = 'zz' WHERE key = 'dir1/file-00001.txt'");
    driven.keys('r');
    await driven.atRest();
    expect(driven.flow().move.do).toBe('see-invariants');
    driven.keys('enter');
    expect(driven.view()).toBe('invariants');
    expect(chosenCheck(driven.state())?.result).toMatchObject({count: 1});
    driven.keys('enter');
    expect(driven.view()).toBe('invariant');
    driven.keys('enter');
    await driven.atRest();
    expect(driven.view()).toBe('runbook');
    expect(driven.shown().facts?.plan).toMatchObject({usedBy: null, tally: {updated: 1}});
    await goLive(driven);
    expect(driven.flow()).toMatchObject({isDone: true});
  });
});
