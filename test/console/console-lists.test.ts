import {describe, expect, it} from 'vitest';
import {failuresList} from '../../src/console/rows.ts';
import {shownView} from '../../src/console/state.ts';
import {Fault} from '../../src/core/failure.ts';
import {changeIndex, makeIndex, writeAssets} from '../support/assets.ts';
import {GatedStore} from '../support/gated-store.ts';
import {type Driven, type DriveOptions, driveStarted} from './console-under-test.ts';

async function planned(options: DriveOptions = {}): Promise<Driven & {readonly all: readonly string[]}> {
  const driven = await driveStarted(options);
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

function shownList({state}: Driven) {
  return state().lists[shownView(state()).of ?? ''];
}

function rowsOf(driven: Driven): readonly string[] | undefined {
  return shownList(driven)?.rows.map(({key}) => key);
}

describe('what is missing', () => {
  const lost = 'dir1/file-00001.txt';

  /** A comparison has been made, and another one stands before the closed gate. */
  async function comparing() {
    const gate = new GatedStore();
    const signals: AbortSignal[] = [];
    const driven = await planned({
      store: store => {
        const gated = gate.wrap(store);
        return {
          ...gated,
          list: listing => {
            signals.push(listing.signal);
            return gated.list(listing);
          },
        };
      },
    });
    await goLive(driven);
    changeIndex(driven.index, `DELETE FROM files WHERE key = '${lost}'`);
    driven.keys('4', 'enter');
    await driven.until(now => shownList(now)?.state === 'ready');
    driven.keys('esc');
    signals.length = 0;
    gate.close();
    driven.keys('enter');
    await gate.reached;
    const stopped = () => signals.length > 0 && signals.every(({aborted}) => aborted);
    return {driven, gate, stopped};
  }

  it('is planned after a dry run, and its row says what writes it', async () => {
    const driven = await planned();
    driven.keys('r');
    await driven.until(({shown}) => shown().facts?.coverage != null);
    driven.keys('4');
    expect(driven.shown().facts?.coverage?.groups[0]).toMatchObject({
      missing: {'planned but not written yet': driven.all.length},
    });
    driven.keys('enter');
    await driven.until(now => shownList(now)?.state === 'ready');
    expect(shownList(driven)?.rows[0]).toMatchObject({
      text: expect.stringMatching(/ {2}planned but not written yet$/),
      detail: expect.stringContaining('headgate live RUN'),
    });
  });

  it('is compared anew while the old rows are still there, and that ends when its view goes', async () => {
    const {driven, gate, stopped} = await comparing();
    expect(shownList(driven)).toMatchObject({state: 'again', message: 'comparing anew …'});
    expect(rowsOf(driven)).toEqual([lost]);
    expect(stopped()).toBe(false);
    driven.keys('esc');
    expect(stopped()).toBe(true);
    gate.open();
    driven.keys('enter');
    await driven.until(now => shownList(now)?.state === 'ready');
    expect(rowsOf(driven)).toEqual([lost]);
  });

  it.each([
    {how: 'is left', leave: ({model}: Driven) => model.interrupt()},
    {how: 'is stopped', leave: ({model}: Driven) => model.stop()},
  ])('is not compared any longer once the console $how', async ({leave}) => {
    const {driven, stopped} = await comparing();
    leave(driven);
    expect(stopped()).toBe(true);
  });
});

/** Some objects can not be read, as long as they are named here. */
function breaking() {
  const broken = new Set<string>();
  const options: DriveOptions = {
    store: store => ({
      ...store,
      sha256: (object, reading) =>
        broken.has(object.key) ? Promise.reject(new Fault('denied', 'no')) : store.sha256(object, reading),
    }),
  };
  return {broken, options};
}

describe('what was left open', () => {
  it('is read when its screen is entered and when it has changed, not with every key', async () => {
    const {broken, options} = breaking();
    const driven = await driveStarted(options);
    const reads: string[] = [];
    const {openItems} = driven.ledger;
    const after = openItems.after.bind(openItems);
    openItems.after = (...asked) => {
      if (shownView(driven.state()).name === 'failures') reads.push(asked[0]);
      return after(...asked);
    };
    const all = writeAssets(driven.assets, 12);
    for (const key of all.slice(0, 3)) broken.add(key);
    makeIndex(driven.index);
    driven.keys('d');
    await driven.atRest();
    const run = driven.shown().facts?.plan?.id ?? '';
    const list = () => driven.state().lists[failuresList(run)];
    driven.keys('6');
    await driven.until(() => list()?.state === 'ready');
    driven.keys('j', 'j', 'k', 'G', 'g');
    const {facts} = driven.shown();
    driven.tick();
    driven.tick();
    await driven.until(now => now.shown().facts !== facts);
    expect(reads).toEqual([run]);
    broken.delete(all[0] ?? '');
    driven.model.do('retry');
    driven.keys('6');
    await driven.atRest();
    await driven.until(() => list()?.rows.length === 2);
    expect(list()?.rows.map(({key}) => key)).toEqual(all.slice(1, 3));
  });

  it('is listed by its part of the counts, each item once, also where it was decided on again', async () => {
    const {broken, options} = breaking();
    const driven = await driveStarted(options);
    const all = writeAssets(driven.assets, 12);
    for (const key of all.slice(0, 3)) broken.add(key);
    makeIndex(driven.index);
    driven.keys('d');
    await driven.atRest();
    broken.delete(all[0] ?? '');
    await driven.model.work.resume(driven.setup, driven.shown().facts?.plan ?? fail(), {
      acceptNew: false,
      acceptDrift: false,
    });
    await driven.atRest();
    const opened = async (part: number) => {
      driven.keys('3', 'g', ...Array<string>(part).fill('j'), 'enter');
      await driven.until(now => shownList(now)?.state === 'ready');
      return rowsOf(driven)?.toSorted();
    };
    expect(await opened(0)).toEqual([all[0], ...all.slice(3)].toSorted());
    expect(await opened(5)).toEqual(all.slice(1, 3).toSorted());
  });
});

function fail(): never {
  throw new Error('there is no plan');
}

describe('the history', () => {
  it('stays when the ledger can not be read, and says so', async () => {
    const driven = await planned();
    driven.keys('7');
    await driven.until(({state}) => state().history.length === 1);
    const {runs} = driven.ledger;
    const list = runs.list.bind(runs);
    runs.list = () => Promise.reject(new Error('the ledger is locked'));
    driven.tick();
    driven.tick();
    await driven.until(({state}) => state().lists['history']?.state === 'failed');
    expect(driven.state().history).toHaveLength(1);
    runs.list = list;
    driven.keys('1', '7');
    await driven.until(({state}) => state().lists['history']?.state === 'ready');
  });
});
