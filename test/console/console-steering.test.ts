import {describe, expect, it} from 'vitest';
import {changeIndex, indexedFiles, tableDigest} from '../support/assets.ts';
import {driveGated, live, liveUnderWay, toReview} from './driven-steps.ts';

describe('a live run', () => {
  it('is paused and resumed, by a key each, and nothing is lost or doubled', async () => {
    const driven = await driveGated();
    await liveUnderWay(driven);
    expect(driven.flow().current).toBe('live');
    driven.keys('p');
    await driven.atRest();
    expect(live(driven)).toMatchObject({status: 'paused', stopReason: {by: 'operator'}});
    expect(indexedFiles(driven.index)).toHaveLength(live(driven)?.tally.inserted ?? -1);
    expect(driven.flow()).toMatchObject({current: 'live', move: {do: 'resume'}});
    driven.gate.open();
    driven.keys('c');
    await driven.atRest();
    expect(live(driven)).toMatchObject({status: 'completed', tally: {inserted: driven.all.length}});
    expect(indexedFiles(driven.index)).toHaveLength(driven.all.length);
    expect(driven.flow()).toMatchObject({isDone: true});
  });

  it('that meets drift pauses, and goes on where the operator accepts it', async () => {
    const driven = await driveGated();
    await toReview(driven);
    const rows = driven.all
      .filter(key => key.startsWith('dir'))
      .map(key => `('${key}', 1, '${'a'.repeat(64)}', 0, 'somebody', 'tag')`);
    changeIndex(
      driven.index,
      `INSERT INTO files (key, size, content_hash, uploaded_at, uploader_id, finder_tag) VALUES ${rows.join()}`,
    );
    driven.keys('enter');
    driven.type('index.sqlite');
    driven.keys('enter');
    await driven.atRest();
    expect(live(driven)).toMatchObject({status: 'paused', stopReason: {by: 'drift'}});
    expect(driven.flow()).toMatchObject({current: 'live', move: {do: 'resume', acceptDrift: true}});
    driven.keys('a');
    expect(driven.state().dialog).toMatchObject({type: 'accept', acceptDrift: true, isYes: false});
    driven.keys('enter');
    expect(live(driven)).toMatchObject({status: 'paused'});
    driven.keys('enter', 'y');
    await driven.atRest();
    expect(live(driven)).toMatchObject({status: 'completed', tally: {updated: rows.length}});
    expect(driven.flow()).toMatchObject({isDone: true});
  });

  it('takes more and fewer requests at once while it is at work', async () => {
    const driven = await driveGated();
    await liveUnderWay(driven);
    driven.keys('+', '=', '-');
    expect(driven.state().notice).toBeNull();
    driven.gate.open();
    await driven.atRest();
    expect(live(driven)?.status).toBe('completed');
    driven.keys('+');
    expect(driven.state().notice?.text).toMatch(/does nothing here/);
  });

  it('is cancelled only by a yes, and what it wrote stays until it is undone', async () => {
    const driven = await driveGated();
    await liveUnderWay(driven);
    driven.keys('s', 'enter');
    expect(driven.state().dialog).toBeNull();
    expect(driven.flow().move.do).toBe('watch');
    driven.keys('s', 'y');
    await driven.atRest();
    expect(live(driven)?.status).toBe('cancelled');
    expect(indexedFiles(driven.index)).toHaveLength(live(driven)?.tally.inserted ?? -1);
    expect(driven.flow().move.do).toBe('dry-run');
  });

  it('is given up while it rests', async () => {
    const driven = await driveGated();
    await liveUnderWay(driven);
    driven.keys('p');
    await driven.atRest();
    driven.keys('s', 'tab', 'enter');
    await driven.until(state => live(state)?.status === 'cancelled');
  });

  it('comes to rest before the console is left', async () => {
    const driven = await driveGated();
    await liveUnderWay(driven);
    driven.keys('q', 'enter');
    expect(driven.state()).toMatchObject({dialog: null, isLeaving: false});
    driven.keys('q', 'y');
    expect(await driven.model.left).toEqual({by: 'operator'});
    const [newest] = await driven.runs();
    expect(newest).toMatchObject({mode: 'live', status: 'paused', stopReason: {by: 'interrupt'}});
  });

  it('that ends beneath the question whether to leave leaves the question there, and its answer counts', async () => {
    const driven = await driveGated();
    await liveUnderWay(driven);
    driven.keys('q');
    driven.gate.open();
    await driven.atRest();
    expect(live(driven)?.status).toBe('completed');
    expect(driven.state().dialog).toMatchObject({type: 'quit', isYes: false});
    driven.keys('tab', 'enter');
    expect(await driven.model.left).toEqual({by: 'operator'});
    expect((await driven.runs()).map(({mode}) => mode)).toEqual(['live', 'dry-run']);
  });

  it('comes to rest though q and yes are pressed again meanwhile', async () => {
    const driven = await driveGated();
    await liveUnderWay(driven);
    driven.keys('q', 'y');
    expect(driven.state().isLeaving).toBe(true);
    driven.keys('q', 'y');
    expect(driven.state().dialog).toBeNull();
    expect(await driven.model.left).toEqual({by: 'operator'});
    expect((await driven.runs())[0]).toMatchObject({mode: 'live', status: 'paused'});
  });

  it('is not waited for after a second Ctrl+C', async () => {
    const driven = await driveGated();
    await liveUnderWay(driven);
    driven.keys('ctrl+c', 'ctrl+c');
    expect(await driven.model.left).toEqual({by: 'now'});
    await driven.model.work.interrupt();
  });
});

describe('a read-only console', () => {
  it('reviews a plan and measures, and writes by no key at all', async () => {
    const driven = await driveGated({manner: {isReadOnly: true}});
    await toReview(driven);
    const before = tableDigest(driven.index, 'files');
    driven.keys('enter');
    expect(driven.state().dialog).toBeNull();
    driven.model.do('go-live');
    expect(driven.state().dialog).toBeNull();
    driven.keys('2', 'r');
    await driven.atRest();
    driven.keys('a', 'c', 't', 's', 'p');
    await driven.atRest();
    expect(tableDigest(driven.index, 'files')).toBe(before);
    expect((await driven.runs()).map(({mode}) => mode)).toEqual(['verify', 'dry-run']);
  });
});

it('a ledger that can not be read is told in a line, over no dialog', async () => {
  const driven = await driveGated();
  await toReview(driven);
  driven.keys('enter');
  driven.type('index');
  driven.ledger.close();
  driven.tick();
  driven.tick();
  await driven.until(({state}) => state().notice !== null);
  expect(driven.state().notice).toMatchObject({level: 'error'});
  expect(driven.state().notice?.text).toMatch(/^the ledger could not be read: /);
  expect(driven.state().dialog).toMatchObject({type: 'confirm', fields: [{field: {text: 'index'}}]});
});
