import {describe, expect, it} from 'vitest';
import type {Fault} from '../../src/core/failure.ts';
import {thisProcess} from '../../src/engine/holder.ts';
import {acquireLease} from '../../src/engine/lease.ts';
import {LeaseLost} from '../../src/engine/writer.ts';
import {gatewayTimeout, piecemeal, silence, transient} from '../simulators/cloudflare-faults.ts';
import {targetOn} from '../support/d1.ts';
import {
  commits,
  inserted,
  keys,
  makeWriter,
  order,
  page,
  sent,
  simulator,
  three,
  withSimulator,
} from './writer-under-test.ts';

withSimulator();

/** Who may write to a real D1, and what is known of what was written. */

describe('the lease', () => {
  it('that another has taken ends all writing', async () => {
    const {writer, database} = await makeWriter();
    const [standing] = await simulator().sql('SELECT holder FROM headgate_lease');
    const takeOver = String(standing?.['holder']);
    await acquireLease(database, {...order, run: 'other', self: thisProcess('other'), takeOver});
    const written = await Promise.allSettled(three.map(each => writer.commit(each)));
    for (const each of written)
      expect(each).toMatchObject({status: 'rejected', reason: expect.any(LeaseLost)});
    expect(sent()).toHaveLength(1);
    expect(await keys()).toEqual([]);
  });

  it('is not lost where a late claim of our own has raised the fence', async () => {
    const {writer, raised} = await makeWriter();
    const lateClaim = simulator().inject(transient('Network connection lost.', {lands: 'on-release'}), {
      matches: /fence = max/,
    });
    simulator().inject(transient('Network connection lost.'), commits);
    await writer.commit(page('a', ['a1']));
    expect(raised).toEqual([2]);
    expect(await lateClaim.release()).toEqual([200]);
    expect(await writer.commit({...page('a', ['a2']), page: 2})).toEqual({
      touched: inserted('a2'),
      rows: 1,
    });
    expect(raised).toEqual([2, 4]);
    expect(await keys()).toEqual(['a1', 'a2']);
  });

  it('that was taken while an outcome was unknown ends all writing', async () => {
    const {writer, database} = await makeWriter({account: {requestMs: 500}});
    const [standing] = await simulator().sql('SELECT holder FROM headgate_lease');
    const takeOver = String(standing?.['holder']);
    const late = simulator().inject(silence('on-release'), commits);
    const written = writer.commit(page('a', ['a1']));
    const lost = expect(written).rejects.toThrow(LeaseLost);
    await expect.poll(() => late.fired).toBe(1);
    const theirs = await (await targetOn(simulator())).openDatabase();
    await acquireLease(theirs, {...order, run: 'other', self: thisProcess('other'), takeOver});
    await lost;
    expect(await late.release()).toEqual([400]);
    expect(await keys()).toEqual([]);
    await Promise.all([theirs.close(), database.close()]);
  });

  it('whose tables are gone says so', async () => {
    const {writer} = await makeWriter();
    await simulator().sql(['DROP TABLE headgate_lease', 'DROP TABLE headgate_marks']);
    const error = await writer.commit(page('a', ['a1'])).catch((thrown: unknown) => thrown as Fault);
    expect(error).toMatchObject({
      kind: 'invalid',
      message: expect.stringMatching(/no such table: headgate_/),
    });
    expect(await keys()).toEqual([]);
  });
});

describe('without marks', () => {
  it('what a page did is taken from its answer', async () => {
    const {writer} = await makeWriter({marks: false});
    expect(await writer.commit(page('a', ['a1', 'a2']))).toEqual({touched: inserted('a1', 'a2'), rows: 2});
    expect(await simulator().sql('SELECT * FROM headgate_marks')).toEqual([]);
  });

  it('and after an unknown outcome, only the rows can tell', async () => {
    const {writer} = await makeWriter({marks: false});
    simulator().inject(gatewayTimeout('before-answer'), commits);
    const single = {...page('a', ['a1']), changes: 1};
    expect(await writer.commit(single)).toEqual({touched: null, rows: null});
    expect(await keys()).toEqual(['a1']);
  });

  it('and after a transaction that was carried out in part, only the rows can tell: also of its halves', async () => {
    const {writer} = await makeWriter({marks: false});
    simulator().inject(piecemeal(), {...commits, times: Infinity});
    await expect(writer.commit(page('a', ['a1', 'a2'], 500))).rejects.toMatchObject({kind: 'refused'});
    expect(await keys()).toEqual(['a1', 'a2']);
    expect(await writer.commit({...page('a', ['a2']), page: 2})).toEqual({touched: null, rows: null});
    expect(await writer.commit(page('b', ['b1']))).toEqual({touched: inserted('b1'), rows: 1});
  });
});
