import {describe, expect, it, onTestFinished} from 'vitest';
import type {D1AccountOptions} from '../../src/databases/d1-account.ts';
import {D1Database} from '../../src/databases/d1-database.ts';
import {gatewayTimeout, silence, transient} from '../simulators/cloudflare-faults.ts';
import {sharedSimulator, uuidOf} from '../support/cloudflare.ts';
import {accountOf} from '../support/d1.ts';

/** Queries on their way to a real D1: which of them travel together, and what one of them does to the others. */

const simulator = sharedSimulator();

function opened(options: Partial<D1AccountOptions> = {}): D1Database {
  const database = new D1Database(accountOf(simulator(), options), uuidOf(simulator()));
  onTestFinished(() => database.close());
  return database;
}

/** Statements in each request so far. */
function sent(): readonly number[] {
  return simulator().requests.map(({statements}) => statements);
}

/** Several that are under way at once come in any order. */
const inSize = (sizes: readonly number[]) => [...sizes].sort((a, b) => b - a);

const select = (database: D1Database, value: number, signal?: AbortSignal) =>
  database.query('SELECT ? AS value', [value], signal === undefined ? {} : {signal});

const numbers = (count: number) => Array.from({length: count}, (_, number) => number);

describe('queries that are asked for together', () => {
  it('travel as one batch, and each has its own answer', async () => {
    const database = opened();
    const rows = await Promise.all(numbers(12).map(value => select(database, value)));
    expect(rows).toEqual(numbers(12).map(value => [{value}]));
    expect(sent()).toEqual([12]);
  });

  it('travel in several where they are many, or long', async () => {
    const database = opened();
    await Promise.all(numbers(35).map(value => select(database, value)));
    expect(inSize(sent())).toEqual([16, 16, 3]);
    const long = 'x'.repeat(400_000);
    await Promise.all(numbers(5).map(() => database.query('SELECT length(?) AS n', [long])));
    expect(inSize(sent().slice(3))).toEqual([2, 2, 1]);
  });

  it('and those that are asked for while a request waits for its turn go along with it', async () => {
    const database = opened({perSecond: 1});
    await select(database, 0);
    const first = select(database, 1);
    await new Promise(resolve => setImmediate(resolve));
    const second = select(database, 2);
    expect(await Promise.all([first, second])).toEqual([[{value: 1}], [{value: 2}]]);
    expect(sent()).toEqual([1, 2]);
  });

  it('do not fall with a bad one among them', async () => {
    const database = opened();
    const bad = ['SELECT no_such', 'SELECT * FROM missing'].map(sql => database.query(sql));
    const good = numbers(3).map(value => select(database, value));
    const settled = await Promise.allSettled([bad[0], good[0], good[1], bad[1], good[2]]);
    expect(settled).toMatchObject([
      {reason: {kind: 'invalid', message: expect.stringMatching(/no such column: no_such/)}},
      {value: [{value: 0}]},
      {value: [{value: 1}]},
      {reason: {kind: 'invalid', message: expect.stringMatching(/no such table: missing/)}},
      {value: [{value: 2}]},
    ]);
    expect(sent()).toEqual([5, 1, 1, 1, 1, 1]);
  });

  it('fail together where the connection did, for whoever asked to ask again', async () => {
    const database = opened();
    simulator().inject(transient('Network connection lost.'));
    const settled = await Promise.allSettled(numbers(4).map(value => select(database, value)));
    for (const each of settled)
      expect(each).toMatchObject({reason: {kind: 'connection', isUnsettled: false}});
    expect(sent()).toEqual([4]);
  });

  it('are fewer in a request after one that took too long, until it goes well again', async () => {
    const database = opened();
    simulator().inject(gatewayTimeout('never'), {times: 2});
    const ask = () => Promise.allSettled(numbers(8).map(value => select(database, value)));
    const first = await ask();
    for (const each of first) expect(each).toMatchObject({reason: {kind: 'timeout'}});
    const second = await ask();
    expect(second.map(({status}) => status)).toEqual([
      ...Array(4).fill('rejected'),
      ...Array(4).fill('fulfilled'),
    ]);
    const third = await ask();
    for (const each of third) expect(each).toMatchObject({status: 'fulfilled'});
    await ask();
    expect(sent()[0]).toBe(8);
    expect(Math.max(...sent().slice(1, 3))).toBe(4);
    expect(sent().at(-1)).toBe(8);
  });
});

describe('an answer', () => {
  it('that lacks the rows of a statement is a failure, not an empty table', async () => {
    await simulator().sql(['CREATE TABLE items (name TEXT)', "INSERT INTO items VALUES ('a')"]);
    const database = opened();
    simulator().inject(short(1));
    const settled = await Promise.allSettled(numbers(2).map(() => database.query('SELECT name FROM items')));
    for (const each of settled)
      expect(each).toMatchObject({reason: {kind: 'server-error', isUnsettled: false}});
    simulator().inject(short(0));
    const insert = {sql: "INSERT INTO items VALUES ('b') RETURNING name", params: []};
    await expect(database.transaction([insert])).rejects.toMatchObject({
      kind: 'server-error',
      isUnsettled: true,
    });
  });

  it('has columns of every name, and the last of two with the same', async () => {
    const [row] = await opened().query(
      'SELECT 1 AS "select", 2 AS __proto__, 3 AS constructor, 4 AS a, 5 AS a',
    );
    expect(Object.entries(row ?? {})).toEqual([
      ['select', 1],
      ['__proto__', 2],
      ['constructor', 3],
      ['a', 5],
    ]);
  });
});

/** An answer with the results of the first so many statements alone. */
function short(results: number) {
  const body = {
    success: true,
    errors: [],
    messages: [],
    result: numbers(results).map(() => ({
      success: true,
      results: {columns: ['name'], rows: [['a']]},
      meta: {},
    })),
  };
  return {
    answer: {status: 200, headers: {'content-type': 'application/json'}, body: JSON.stringify(body)},
    lands: 'before-answer',
  } as const;
}

describe('who gives up', () => {
  it('has his answer at once, and the others have theirs', async () => {
    const database = opened();
    const ending = new AbortController();
    const held = simulator().inject(silence('never'));
    const mine = select(database, 1, ending.signal);
    const gone = expect(mine).rejects.toThrow('gone');
    const theirs = select(database, 2);
    const told = theirs.then(
      () => 'answered',
      () => 'failed',
    );
    await expect.poll(() => held.fired).toBe(1);
    ending.abort(new Error('gone'));
    await gone;
    expect(await Promise.race([told, Promise.resolve('waiting')])).toBe('waiting');
    await simulator().reset();
    expect(await told).toBe('failed');
  });

  it('calls the request back where nobody else waits for it', async () => {
    const database = opened();
    const ending = new AbortController();
    const held = simulator().inject(silence('never'));
    const both = [select(database, 1, ending.signal), select(database, 2, ending.signal)].map(each =>
      each.catch((error: unknown) => error),
    );
    await expect.poll(() => held.fired).toBe(1);
    ending.abort('gone');
    expect(await Promise.all(both)).toEqual(['gone', 'gone']);
    const account = await select(database, 3);
    expect(account).toEqual([{value: 3}]);
    await database.close();
  });

  it('while waiting for a turn sends nothing, and takes nobody along who asks in the same moment', async () => {
    const account = accountOf(simulator(), {perSecond: 1});
    const database = new D1Database(account, uuidOf(simulator()));
    await select(database, 0);
    const ending = new AbortController();
    const mine = select(database, 1, ending.signal).catch((error: unknown) => error);
    ending.abort('gone');
    const theirs = select(database, 2);
    expect(await mine).toBe('gone');
    expect(await theirs).toEqual([{value: 2}]);
    expect(sent()).toEqual([1, 1]);
    expect(account.traffic()).toMatchObject({inFlight: 0, requests: 2});
    await database.close();
  });

  it('before he has asked sends nothing', async () => {
    await expect(select(opened(), 1, AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
    expect(sent()).toEqual([]);
  });

  it('is not asked for again when a batch is taken apart', async () => {
    const database = opened();
    const ending = new AbortController();
    const alone = simulator().inject(silence('never'), {skip: 1});
    const bad = database.query('SELECT no_such').catch((error: unknown) => error);
    const mine = select(database, 1, ending.signal).catch((error: unknown) => error);
    const theirs = select(database, 2);
    await expect.poll(() => alone.fired).toBe(1);
    ending.abort('gone');
    await simulator().reset();
    expect(await Promise.all([bad, mine, theirs])).toEqual([expect.any(Error), 'gone', [{value: 2}]]);
    expect(sent()).toEqual([1]);
  });
});

describe('closing', () => {
  it('waits for what was asked for: queries, and transactions in their order', async () => {
    await simulator().sql('CREATE TABLE items (id INTEGER PRIMARY KEY)');
    const database = opened({perSecond: 20});
    const insert = {sql: 'INSERT INTO items DEFAULT VALUES RETURNING id', params: []};
    const asked = [
      select(database, 1),
      ...numbers(5).map(() => database.transaction([insert]).then(([rows]) => rows)),
    ];
    await database.close();
    expect(await Promise.all(asked)).toEqual([[{value: 1}], ...numbers(5).map(id => [{id: id + 1}])]);
    await expect(database.transaction([insert])).rejects.toThrow('closed');
  });

  it('does not wait for what was given up', async () => {
    const database = opened();
    const ending = new AbortController();
    const held = simulator().inject(silence('never'));
    const mine = select(database, 1, ending.signal).catch((error: unknown) => error);
    await expect.poll(() => held.fired).toBe(1);
    const closed = database.close();
    ending.abort('gone');
    await closed;
    expect(await mine).toBe('gone');
  });
});

describe('transactions', () => {
  it('are sent one after the other, also where one fails', async () => {
    await simulator().sql('CREATE TABLE items (id INTEGER PRIMARY KEY)');
    const database = opened();
    const insert = (id: number) =>
      database.transaction([{sql: 'INSERT INTO items VALUES (?)', params: [id]}]);
    const written = await Promise.allSettled([insert(1), insert(1), insert(2)]);
    expect(written.map(({status}) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await simulator().sql('SELECT id FROM items')).toEqual([{id: 1}, {id: 2}]);
  });

  it('that are given up while they wait for a turn are not sent; one that was sent is finished', async () => {
    await simulator().sql('CREATE TABLE items (id INTEGER PRIMARY KEY)');
    const database = opened({requestMs: 500});
    const ending = new AbortController();
    const insert = (id: number) =>
      database.transaction([{sql: 'INSERT INTO items VALUES (?)', params: [id]}], {signal: ending.signal});
    const unanswered = simulator().inject(silence('before-answer'));
    const first = insert(1).catch((error: unknown) => error);
    const second = insert(2).catch((error: unknown) => error);
    await expect.poll(() => unanswered.fired).toBe(1);
    ending.abort('gone');
    expect(await first).toMatchObject({kind: 'timeout', isUnsettled: true});
    expect(await second).toBe('gone');
    expect(await simulator().sql('SELECT id FROM items')).toEqual([{id: 1}]);
  });

  it('may carry a thousand of the longest keys that a bucket holds', async () => {
    const keys = JSON.stringify(numbers(1_000).map(number => String(number).padStart(1_024, 'k')));
    const counted = {sql: 'SELECT count(*) AS n FROM json_each(?)', params: [keys]};
    expect(await opened().transaction([counted])).toEqual([[{n: 1_000}]]);
  });

  it('that can not be sent are refused before anything is', async () => {
    const database = opened();
    const refusals = [
      [{sql: `SELECT '${'x'.repeat(100_000)}'`, params: []}, 'too-large'],
      [{sql: 'SELECT ?', params: ['x'.repeat(1_900_001)]}, 'too-large'],
      [{sql: 'SELECT ?', params: ['é'.repeat(950_001)]}, 'too-large'],
      [{sql: 'SELECT 1', params: numbers(101)}, 'invalid'],
    ] as const;
    for (const [statement, kind] of refusals)
      await expect(database.transaction([statement])).rejects.toMatchObject({kind, isUnsettled: false});
    const long = {sql: 'SELECT length(?) AS n', params: ['x'.repeat(1_000_000)]};
    await expect(database.transaction(numbers(7).map(() => long))).rejects.toMatchObject({kind: 'too-large'});
    expect(sent()).toEqual([]);
    expect(await database.transaction(numbers(5).map(() => long))).toEqual(
      numbers(5).map(() => [{n: 1_000_000}]),
    );
  });
});
