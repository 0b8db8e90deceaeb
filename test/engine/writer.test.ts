import {describe, expect, it} from 'vitest';
import {readMarks} from '../../src/engine/mark.ts';
import {connectionReset, gatewayTimeout, silence, transient} from '../simulators/cloudflare-faults.ts';
import {
  all,
  commits,
  inserted,
  keys,
  makeWriter,
  page,
  sent,
  simulator,
  three,
  together,
  withSimulator,
} from './writer-under-test.ts';

withSimulator();

/** What may become of pages that are written together. */

describe('pages that are ready at the same time', () => {
  it('go into one transaction, each with its mark', async () => {
    const {writer, database} = await makeWriter();
    const committed = await Promise.all(three.map(each => writer.commit(each)));
    expect(committed).toEqual([
      {touched: inserted('a1', 'a2'), rows: 2},
      {touched: inserted('b1'), rows: 1},
      {touched: inserted('c1', 'c2'), rows: 2},
    ]);
    expect(sent()).toEqual(together);
    expect((await readMarks(database, 'r'))?.get('c')).toMatchObject({page: 1, inserted: 2});
  });

  it.each([
    ['a gateway that gave up', gatewayTimeout('before-answer')],
    ['a lost connection', transient('Network connection lost.', {lands: 'before-answer'})],
    ['a reset', connectionReset('before-answer')],
  ])('and were committed, though the answer was %s, are known by their marks', async (_, fault) => {
    const {writer, raised} = await makeWriter();
    simulator().inject(fault, commits);
    const committed = await Promise.all(three.map(each => writer.commit(each)));
    expect(committed).toEqual([2, 1, 2].map(rows => ({touched: null, rows})));
    expect(sent()).toEqual(together);
    expect(raised).toEqual([2]);
    expect(await keys()).toEqual(all);
  });

  it('and land after they were given up are refused', async () => {
    const {writer} = await makeWriter();
    const late = simulator().inject(transient('Network connection lost.', {lands: 'on-release'}), commits);
    await Promise.all(three.map(each => writer.commit(each)));
    expect(sent()).toEqual([...together, ...together]);
    expect(await late.release()).toEqual([400]);
    expect(await keys()).toEqual(all);
  });

  it('and took too long are written one by one, then given back to be cut', async () => {
    const {writer, raised} = await makeWriter();
    simulator().inject(gatewayTimeout('never'), {...commits, times: 3});
    const written = await Promise.allSettled(three.map(each => writer.commit(each)));
    expect(written).toMatchObject([
      {status: 'rejected', reason: {kind: 'too-large', message: expect.stringMatching(/2 changes at once/)}},
      {status: 'fulfilled', value: {rows: 1}},
      {status: 'fulfilled', value: {rows: 2}},
    ]);
    expect(sent()).toEqual([...together, ['a'], ['b'], ['b'], ['c']]);
    expect(raised).toEqual([2, 3, 4]);
    expect(await keys()).toEqual(['b1', 'c1', 'c2']);
  });

  it('do not fall with one that the database refuses', async () => {
    const {writer, database} = await makeWriter();
    const pages = [page('a', ['a1']), page('b', ['b1'], 500), page('c', ['c1'])];
    const written = await Promise.allSettled(pages.map(each => writer.commit(each)));
    expect(written).toMatchObject([
      {value: {rows: 1}},
      {reason: {kind: 'refused', message: expect.stringMatching(/CHECK constraint/)}},
      {value: {rows: 1}},
    ]);
    expect(await keys()).toEqual(['a1', 'c1']);
    expect([...((await readMarks(database, 'r')) ?? [])].map(([partition]) => partition)).toEqual(['a', 'c']);
  });

  it.each([
    ['a connection that stays lost', transient('Network connection lost.'), 'connection', 5],
    ['a token that was taken away', transient('not authorized', {status: 403}), 'denied', 1],
  ])('fall together with %s, without being sent one by one', async (_, fault, kind, requests) => {
    const {writer} = await makeWriter();
    simulator().inject(fault, {...commits, times: Infinity});
    const written = await Promise.allSettled(three.map(each => writer.commit(each)));
    for (const each of written) expect(each).toMatchObject({status: 'rejected', reason: {kind}});
    expect(sent()).toEqual(Array.from({length: requests}, () => together[0]));
    expect(await keys()).toEqual([]);
  });

  it('take the marks of finished partitions along', async () => {
    const {writer, database} = await makeWriter();
    await Promise.all(three.map(each => writer.commit(each)));
    writer.forget('a');
    writer.forget('b');
    await writer.commit({...page('c', ['c3']), page: 2});
    expect([...((await readMarks(database, 'r')) ?? []).keys()]).toEqual(['c']);
    await writer.commit({...page('c', ['c4']), page: 3});
    const dropped = simulator().requests.map(
      ({batch}) => batch.filter(({sql}) => /^DELETE FROM headgate_marks/.test(sql)).length,
    );
    expect(dropped.filter(marks => marks > 0)).toEqual([1]);
  });

  it('wait for their turn only as long as the run is not stopped', async () => {
    const stop = new AbortController();
    const {writer} = await makeWriter({account: {perSecond: 2}, writer: {signal: stop.signal}});
    const before = simulator().requests.length;
    const first = writer.commit(page('a', ['a1']));
    await first;
    const second = writer.commit({...page('a', ['a2']), page: 2});
    stop.abort(new Error('paused'));
    await expect(second).rejects.toThrow('paused');
    expect(simulator().requests.length - before).toBeLessThanOrEqual(1);
    expect(await keys()).toEqual(['a1']);
  });
});

it('an answer that never comes is waited for as long as is said, and no longer', async () => {
  const {writer, retries} = await makeWriter({account: {requestMs: 200}});
  simulator().inject(silence('never'), commits);
  expect(await writer.commit(page('a', ['a1']))).toEqual({touched: inserted('a1'), rows: 1});
  expect(retries).toEqual(['timeout']);
});
