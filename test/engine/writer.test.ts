import {describe, expect, it, onTestFinished} from 'vitest';
import type {Fault} from '../../src/core/failure.ts';
import type {Statement} from '../../src/core/sql.ts';
import type {D1AccountOptions} from '../../src/databases/d1-account.ts';
import {thisProcess} from '../../src/engine/holder.ts';
import {acquireLease, type LeaseOrder} from '../../src/engine/lease.ts';
import {readMarks} from '../../src/engine/mark.ts';
import type {ReadyPage} from '../../src/engine/page-group.ts';
import {LeaseLost, Writer, type WriterOptions} from '../../src/engine/writer.ts';
import {
  connectionReset,
  gatewayTimeout,
  piecemeal,
  silence,
  transient,
} from '../simulators/cloudflare-faults.ts';
import {sharedSimulator} from '../support/cloudflare.ts';
import {accountOf, targetOn} from '../support/d1.ts';

/** The writer on a real D1: several pages in one transaction, and whatever may become of it. */

const simulator = sharedSimulator();
const commits = {matches: /INTO items/};

const order: Omit<LeaseOrder, 'run' | 'self'> = {
  leaseMs: 60_000,
  leastFence: 0,
  takeOver: null,
  attempts: 5,
  random: () => 0,
  blockedMs: () => 0,
};

interface Options {
  readonly marks?: boolean;
  readonly account?: Partial<D1AccountOptions>;
  readonly writer?: Partial<WriterOptions>;
}

async function makeWriter({marks = true, account = {}, writer = {}}: Options = {}) {
  await simulator().sql('CREATE TABLE items (key TEXT PRIMARY KEY, size INTEGER CHECK (size < 100))');
  const database = await (
    await targetOn(simulator(), {account: accountOf(simulator(), account)})
  ).openDatabase();
  onTestFinished(() => database.close());
  const lease = await acquireLease(database, {...order, run: 'r', self: thisProcess('writer')});
  const raised: number[] = [];
  const retries: string[] = [];
  return {
    database,
    lease,
    raised,
    retries,
    writer: new Writer({
      database,
      run: 'r',
      lease: marks ? lease : null,
      onRaised: async fence => void raised.push(fence),
      attempts: 5,
      patience: {forMs: 0, now: Date.now},
      signal: new AbortController().signal,
      random: () => 0,
      at: () => undefined,
      onRetry: (_, __, {kind}) => void retries.push(kind),
      ...writer,
    }),
  };
}

/** A page of one insert and, where a size is given that breaks the rule, one update that the database refuses. */
function page(partition: string, keys: readonly string[], size = 1): ReadyPage {
  const insert: Statement = {
    sql: 'INSERT INTO items (key, size) SELECT value, 1 FROM json_each(?) WHERE true ON CONFLICT DO NOTHING RETURNING key',
    params: [JSON.stringify(keys)],
    counts: 'inserted',
  };
  const update: Statement = {
    sql: 'UPDATE items SET size = ? WHERE key = ? RETURNING key',
    params: [size, keys[0] ?? ''],
    counts: 'updated',
  };
  const statements = size === 1 ? [insert] : [insert, update];
  return {partition, page: 1, changes: keys.length, statements};
}

function inserted(...made: readonly string[]) {
  return new Map(made.map(key => [key, 'inserted'] as const));
}

const three = [page('a', ['a1', 'a2']), page('b', ['b1']), page('c', ['c1', 'c2'])];

async function keys(): Promise<unknown> {
  return (await simulator().sql('SELECT key FROM items ORDER BY key')).map(({key}) => key);
}

/** Requests that carried pages, each as the partitions of its pages. */
function sent(): readonly (readonly unknown[])[] {
  return simulator()
    .requests.map(({batch}) =>
      batch.flatMap(({sql, params}) =>
        /INTO headgate_marks/.test(sql) ? [partitionIn(params[2])] : /INTO items/.test(sql) ? ['+'] : [],
      ),
    )
    .filter(parts => parts.includes('+'))
    .map(parts => parts.filter(part => part !== '+'));
}

function partitionIn(pages: unknown): unknown {
  return JSON.parse(String(pages))[0].partition;
}

const together = [['a', 'b', 'c']];
const all = ['a1', 'a2', 'b1', 'c1', 'c2'];

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

it('an answer that never comes is waited for as long as is said, and no longer', async () => {
  const {writer, retries} = await makeWriter({account: {requestMs: 200}});
  simulator().inject(silence('never'), commits);
  expect(await writer.commit(page('a', ['a1']))).toEqual({touched: inserted('a1'), rows: 1});
  expect(retries).toEqual(['timeout']);
});
