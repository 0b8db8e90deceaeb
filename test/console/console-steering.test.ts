import {describe, expect, it} from 'vitest';
import type {Reader} from '../../src/databases/database.ts';
import {thisProcess} from '../../src/engine/holder.ts';
import {flakyStore} from '../../src/sandbox/flaky-store.ts';
import {changeIndex, indexedFiles, makeIndex, tableDigest, writeAssets} from '../support/assets.ts';
import {makeBench, rehearse, resume, scopeWith} from '../support/engine.ts';
import {GatedStore} from '../support/gated-store.ts';
import {type Driven, type DriveOptions, drive, driveStarted} from './console-under-test.ts';

const settings = {page: {items: 5, bytes: 1e9, seconds: 60}, partitions: 1};

interface Gated extends Driven {
  readonly gate: GatedStore;
  readonly all: readonly string[];
}

/** A console on a store that can be made to stand still in the middle of a run. */
async function driveGated(options: DriveOptions = {}): Promise<Gated> {
  const gate = new GatedStore();
  const driven = await driveStarted({settings, store: gate.wrap, ...options});
  const all = writeAssets(driven.assets, 30);
  makeIndex(driven.index);
  return {...driven, gate, all};
}

async function toReview(driven: Driven): Promise<void> {
  driven.keys('d');
  await driven.atRest();
  driven.keys('enter');
  await driven.atRest();
  expect(driven.view()).toBe('review');
}

/** A live run that stands still after its first items. */
async function liveUnderWay(driven: Gated): Promise<void> {
  await toReview(driven);
  driven.gate.close();
  driven.keys('enter');
  driven.type('index.sqlite');
  driven.keys('enter');
  await driven.gate.reached;
  await driven.until(({flow}) => flow().move.do === 'watch');
}

function live({shown}: Driven) {
  return shown().facts?.live;
}

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

describe('a run that is about to begin', () => {
  const stands = (sql: string, signal: AbortSignal | undefined) =>
    new Promise<never>((_, reject) => {
      const giveUp = () => reject(new Error(`given up: ${sql}`));
      if (signal?.aborted === true) giveUp();
      signal?.addEventListener('abort', giveUp, {once: true});
    });

  it.each([
    ['probed', () => true],
    ['measured', (runs: number) => runs > 0],
  ] as const)('while its target is %s is given up by a key, and leaves nothing behind', async (_, isHeld) => {
    let asked = () => {};
    const isAsked = new Promise<void>(resolve => {
      asked = resolve;
    });
    const driven: Driven = await driveGated({
      open: open => async () => {
        const {target, ...connection} = await open();
        const openReader = async () => {
          const reader = await target.openReader();
          const query: Reader['query'] = async (sql, params, options) => {
            if (!isHeld((await driven.runs()).length)) return reader.query(sql, params, options);
            asked();
            return stands(sql, options?.signal);
          };
          return {dialect: reader.dialect, query, close: () => reader.close()};
        };
        return {...connection, target: {...target, openReader}};
      },
    });
    driven.keys('d');
    await isAsked;
    expect(driven.flow().move).toMatchObject({do: 'nothing', why: 'the run is about to begin'});
    driven.keys('s');
    await driven.atRest();
    expect(driven.state()).toMatchObject({
      dialog: null,
      notice: {text: expect.stringMatching(/given up before it began/)},
    });
    expect(await driven.runs()).toEqual([]);
    driven.keys('d');
    await driven.until(({shown}) => shown().isBeginning);
    driven.keys('ctrl+c');
    expect(await driven.model.left).toEqual({by: 'interrupt'});
    expect(await driven.runs()).toEqual([]);
  });
});

describe('a run that is asked for', () => {
  it('begins once, however often the key is pressed before it has begun', async () => {
    const driven = await driveGated();
    driven.keys('d', 'd', 'enter');
    expect(driven.state().notice?.text).toBe('not now: the run is about to begin');
    await driven.atRest();
    expect(await driven.runs()).toHaveLength(1);
  });

  it('begins once, and not after everything was brought to rest, whoever asks', async () => {
    const driven = await driveGated();
    const {work} = driven.model;
    await Promise.all([
      work.rehearse(driven.setup, {fresh: false}),
      work.rehearse(driven.setup, {fresh: false}),
      work.verify(driven.setup),
    ]);
    expect((await driven.runs()).map(({mode}) => mode)).toEqual(['dry-run']);
    await work.interrupt();
    await work.rehearse(driven.setup, {fresh: false});
    expect(await driven.runs()).toHaveLength(1);
  });

  it('does not begin once the console is being left', async () => {
    const opening = Promise.withResolvers<void>();
    const driven = await drive({
      open: open => async () => {
        await opening.promise;
        return open();
      },
    });
    writeAssets(driven.assets, 5);
    makeIndex(driven.index);
    driven.model.start();
    driven.keys('2', 'd');
    expect(driven.shown().isBeginning).toBe(true);
    driven.keys('ctrl+c');
    opening.resolve();
    expect(await driven.model.left).toEqual({by: 'interrupt'});
    expect(await driven.runs()).toEqual([]);
  });

  it('does not begin where the console is left while its source is looked at', async () => {
    const probing = Promise.withResolvers<void>();
    const mayGoOn = Promise.withResolvers<void>();
    const driven = await driveStarted({
      store: store => ({
        ...store,
        check: async () => {
          probing.resolve();
          await mayGoOn.promise;
          return store.check();
        },
      }),
    });
    writeAssets(driven.assets, 5);
    makeIndex(driven.index);
    driven.keys('d');
    await probing.promise;
    driven.keys('q');
    expect(driven.state().dialog?.type).toBe('quit');
    driven.keys('y');
    mayGoOn.resolve();
    expect(await driven.model.left).toEqual({by: 'operator'});
    expect(await driven.runs()).toEqual([]);
  });

  it('is told where it can not begin, and may be asked for again', async () => {
    const driven = await driveGated();
    changeIndex(driven.index, 'DROP TABLE files');
    driven.keys('d');
    await driven.atRest();
    expect(driven.state().dialog).toMatchObject({type: 'trouble', title: 'The dry run could not begin'});
    driven.keys('enter');
    expect(driven.state().dialog).toBeNull();
    expect(driven.flow().move.do).toBe('probe');
    driven.keys('enter');
    await driven.atRest();
    expect(driven.flow()).toMatchObject({current: 'probe', steps: [{state: 'failed'}, {}, {}, {}, {}]});
  });
});

describe('another process', () => {
  it('makes a newer plan: only the plan that was read is confirmed', async () => {
    const driven = await driveGated();
    await toReview(driven);
    const read = driven.shown().facts?.plan?.id;
    const other = await makeBench({folder: driven.folder});
    await (await other.engine.rehearse(other.connection, scopeWith(), {})).done;
    driven.tick();
    driven.tick();
    await driven.until(({shown}) => shown().facts?.plan?.id !== read);
    driven.keys('enter');
    expect(driven.state().dialog).toBeNull();
    await driven.atRest();
    expect(driven.view()).toBe('review');
    driven.keys('enter');
    expect(driven.state().dialog).toMatchObject({type: 'confirm', plan: driven.shown().facts?.plan?.id});
  });

  it('takes up what failed in a plan whose confirmation is open: what was read is not what would be written', async () => {
    const driven = await driveGated();
    const other = await makeBench({
      folder: driven.folder,
      store: store => flakyStore(store, driven.all[3] ?? '', 2),
    });
    const {record: read} = await rehearse(other);
    driven.tick();
    driven.tick();
    await driven.until(({shown}) => shown().facts?.plan?.status === 'incomplete');
    driven.keys('enter');
    await driven.atRest();
    driven.keys('enter');
    driven.type('index.sqlite');
    await resume(other, read);
    driven.tick();
    driven.tick();
    await driven.until(({shown}) => shown().facts?.plan?.status === 'completed');
    driven.keys('enter');
    driven.type('1');
    driven.keys('enter');
    expect(driven.state().notice?.text).toMatch(/the plan has changed since you reviewed it/);
    expect(indexedFiles(driven.index)).toEqual([]);
    expect((await driven.runs()).map(({mode}) => mode)).toEqual(['dry-run']);
  });

  it('works on a run that was opened from the history: it is that one that is paused, and not the own one', async () => {
    const driven = await driveGated();
    driven.gate.close();
    driven.keys('d');
    await driven.gate.reached;
    const gate = new GatedStore();
    const other = await makeBench({folder: driven.folder, settings, store: gate.wrap});
    gate.close();
    const handle = await other.engine.rehearse(other.connection, scopeWith(), {});
    await gate.reached;
    driven.tick();
    driven.tick();
    await driven.until(({state}) => state().history.length === 2);
    driven.keys('7', 'g', 'enter');
    expect(driven.state().views.at(-1)).toMatchObject({name: 'run', of: handle.id});
    driven.keys('p');
    const {record} = await handle.done;
    expect(record).toMatchObject({status: 'paused', stopReason: {message: 'paused from another terminal'}});
    const own = driven.shown().atWork;
    expect(own === null ? null : (await driven.ledger.runs.get(own)).status).toBe('running');
    driven.gate.open();
    await driven.atRest();
    expect(own === null ? null : (await driven.ledger.runs.get(own)).status).toBe('completed');
  });

  it.each(['resumed', 'cancelled'] as const)('is gone: its run is %s here', async how => {
    const driven = await driveGated();
    const self = thisProcess('gone');
    const gate = new GatedStore();
    const other = await makeBench({
      folder: driven.folder,
      settings,
      store: gate.wrap,
      self: {...self, holder: {...self.holder, name: 'somebody-gone', pid: 2 ** 30}},
    });
    gate.close();
    const handle = await other.engine.rehearse(other.connection, scopeWith(), {});
    await gate.reached;
    driven.tick();
    driven.tick();
    await driven.until(({flow}) => flow().move.do === 'resume');
    expect(driven.flow().current).toBe('dry-run');
    driven.keys('p');
    expect(driven.state().notice?.text).toBe('not now: its process is gone: resume or cancel it');
    if (how === 'resumed') driven.keys('enter');
    else driven.keys('s', 'y');
    await driven.until(({shown}) => shown().atWork !== null);
    await driven.atRest();
    const status = how === 'resumed' ? 'completed' : 'cancelled';
    expect(await driven.ledger.runs.get(handle.id)).toMatchObject({status});
    gate.open();
    expect((await handle.done).reason?.by).toBe('lost');
    expect(await driven.ledger.runs.get(handle.id)).toMatchObject({status});
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
