import {describe, expect, it} from 'vitest';
import type {Reader} from '../../src/databases/database.ts';
import {changeIndex, makeIndex, writeAssets} from '../support/assets.ts';
import {type Driven, drive, driveStarted} from './console-under-test.ts';
import {driveGated} from './driven-steps.ts';

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
