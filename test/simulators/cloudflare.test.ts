import {type APIError, AuthenticationError} from 'cloudflare';
import {describe, expect, it} from 'vitest';
import {
  clientOf,
  postStatements,
  refusal,
  type StatementBody,
  sharedSimulator,
  uuidOf,
} from '../support/cloudflare.ts';
import {
  authenticationError,
  badGateway,
  type CloudflareFault,
  connectionReset,
  gatewayTimeout,
  quota,
  rateLimited,
  silence,
  stalledBody,
  transient,
  transientMessages,
  truncatedJson,
  unsuccessful,
} from './cloudflare-faults.ts';

const simulator = sharedSimulator({databases: ['assets', 'records']});

const makeItems =
  'CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT UNIQUE, amount INTEGER NOT NULL DEFAULT 0)';

function client() {
  return clientOf(simulator());
}

function account() {
  return {account_id: simulator().accountId};
}

function post(operation: 'query' | 'raw', body: StatementBody): Promise<unknown> {
  return postStatements(simulator(), operation, body);
}

function query(sql: string, ...params: readonly unknown[]): Promise<unknown> {
  return post('query', {sql, params});
}

function insert(name: string): Promise<unknown> {
  return query('INSERT INTO items (name) VALUES (?)', name);
}

async function names(): Promise<readonly unknown[]> {
  return (await simulator().sql('SELECT name FROM items ORDER BY id')).map(({name}) => name);
}

/** What the client makes of the answer, and whether the insert has happened by then. */
const faults: readonly [string, CloudflareFault, object, boolean][] = [
  ['429', rateLimited(), refusal(429, 971, expect.stringMatching(/throttling/)), false],
  ['429 with retry-after', rateLimited({retryAfter: 7}), {status: 429}, false],
  ['401', authenticationError(), refusal(401, 10000, 'Authentication error'), false],
  ...transientMessages.flatMap((message): [string, CloudflareFault, object, boolean][] => [
    [`${message} before`, transient(message), refusal(500, 7500, message), false],
    [
      `${message} after`,
      transient(message, {status: 400, lands: 'before-answer'}),
      refusal(400, 7500, message),
      true,
    ],
  ]),
  ['504 before', gatewayTimeout('never'), refusal(504, 7009, 'Upstream service unavailable'), false],
  ['504 after', gatewayTimeout('before-answer'), refusal(504, 7009, 'Upstream service unavailable'), true],
  ['reset before', connectionReset('never'), {name: 'Error', message: 'Connection error.'}, false],
  ['reset after', connectionReset('before-answer'), {message: 'Connection error.'}, true],
  ['HTML before', badGateway('never'), {status: 502}, false],
  ['HTML after', badGateway('before-answer'), {status: 502}, true],
  ['truncated JSON', truncatedJson(), {name: 'SyntaxError'}, true],
];

describe('a fault', () => {
  it.each(faults)('%s, once', async (_, fault, expected, applied) => {
    await simulator().sql(makeItems);
    const injected = simulator().inject(fault);
    await expect(insert('a')).rejects.toMatchObject(expected);
    expect(await names()).toEqual(applied ? ['a'] : []);
    await insert('b');
    expect(await names()).toEqual(applied ? ['a', 'b'] : ['b']);
    expect(injected.fired).toBe(1);
  });

  it('429 carries what it is told to carry', async () => {
    const headersOf = async (fault: CloudflareFault) => {
      simulator().inject(fault);
      const error = await query('SELECT 1').then(
        () => expect.unreachable('it was refused'),
        (refused: APIError) => refused,
      );
      return ['retry-after', 'ratelimit', 'ratelimit-policy'].map(name => error.headers?.get(name));
    };
    expect(await headersOf(rateLimited())).toEqual([null, null, null]);
    expect(await headersOf(rateLimited({retryAfter: 7}))).toEqual(['7', null, null]);
    const quotaHeaders = ['"default";r=0;t=30', '"default";q=1200;w=300'];
    expect(await headersOf(rateLimited({withQuota: true}))).toEqual([null, ...quotaHeaders]);
  });

  it('of the quota leaves the answer good', async () => {
    simulator().inject(quota(12, 60), {times: Infinity});
    const asking = client().d1.database.query(uuidOf(simulator()), {...account(), sql: 'SELECT 1 AS a'});
    const {data, response} = await asking.withResponse();
    expect(data.result[0]?.results).toEqual([{a: 1}]);
    expect(response.headers.get('ratelimit')).toBe('"default";r=12;t=60');
    expect(response.headers.get('ratelimit-policy')).toBe('"default";q=1200;w=300');
  });

  it.each([true, false])(
    'of success:false in a 200 looks like a success to the client (applied: %s)',
    async applied => {
      await simulator().sql(makeItems);
      simulator().inject(unsuccessful(applied ? 'before-answer' : 'never', 'internal error; reference = x'));
      expect(await insert('a')).toMatchObject({success: false, result: null, errors: [{code: 7500}]});
      expect(await names()).toEqual(applied ? ['a'] : []);
    },
  );

  it.each([
    ['504', gatewayTimeout('on-release'), {status: 504}],
    ['reset', connectionReset('on-release'), {message: 'Connection error.'}],
    ['transient', transient('Network connection lost.', {lands: 'on-release'}), {status: 500}],
  ])('of a late landing (%s) is applied when it is released, and only then', async (_, fault, expected) => {
    await simulator().sql(makeItems);
    const late = simulator().inject(fault, {times: 2});
    await expect(insert('a')).rejects.toMatchObject(expected);
    await expect(insert('b')).rejects.toMatchObject(expected);
    await insert('c');
    expect(await names()).toEqual(['c']);
    expect(await late.release()).toEqual([200, 200]);
    expect(await names()).toEqual(['c', 'a', 'b']);
    expect(await late.release()).toEqual([]);
  });

  it('of a late landing says that the database refused it', async () => {
    await simulator().sql(makeItems);
    const late = simulator().inject(gatewayTimeout('on-release'));
    await expect(insert('a')).rejects.toMatchObject({status: 504});
    await insert('a');
    expect(await late.release()).toEqual([400]);
    expect(await names()).toEqual(['a']);
  });

  it.each([
    ['before it is applied', silence('never'), []],
    ['after it was applied', silence('before-answer'), ['a']],
  ])('of silence %s ends only where the client gives up', async (_, fault, applied) => {
    await simulator().sql(makeItems);
    const injected = simulator().inject(fault);
    const {signal, abort} = givingUp();
    const body = {batch: [{sql: "INSERT INTO items (name) VALUES ('a')"}]};
    const asking = client().d1.database.query(uuidOf(simulator()), {...account(), ...body}, {signal});
    const outcome = expect(asking).rejects.toMatchObject({message: 'Request was aborted.'});
    await expect.poll(() => injected.fired).toBe(1);
    await expect.poll(names).toEqual(applied);
    abort();
    await outcome;
    expect(simulator().requests).toMatchObject([{operation: 'query', statements: 1, status: null}]);
  });

  it('of a stalled body gives headers and half a body, and then nothing', async () => {
    await simulator().sql(makeItems);
    simulator().inject(stalledBody());
    const {signal, abort} = givingUp();
    const response = await fetch(
      `${simulator().baseUrl}/accounts/${simulator().accountId}/d1/database/${uuidOf(simulator())}/query`,
      {
        method: 'POST',
        headers: {authorization: `Bearer ${simulator().token}`},
        body: JSON.stringify({sql: "INSERT INTO items (name) VALUES ('a') RETURNING name"}),
        signal,
      },
    );
    const reader = response.body?.getReader();
    const half = Buffer.from((await reader?.read())?.value ?? []);
    expect(half.length).toBe(Math.ceil(Number(response.headers.get('content-length')) / 2));
    expect(half.toString()).toMatch(/^\{"success":true/);
    expect(await names()).toEqual(['a']);
    const rest = expect(reader?.read()).rejects.toThrow('aborted');
    abort();
    await rest;
  });

  it('takes only what it is limited to', async () => {
    await simulator().sql(makeItems);
    const inserts = simulator().inject(gatewayTimeout('never'), {
      matches: /INSERT INTO items/,
      skip: 1,
      times: 2,
    });
    const raw = simulator().inject(rateLimited(), {operation: 'raw', times: Infinity});
    await query('SELECT 1');
    await insert('a');
    await expect(insert('b')).rejects.toMatchObject({status: 504});
    await query('SELECT 1');
    await expect(insert('c')).rejects.toMatchObject({status: 504});
    await insert('d');
    await expect(post('raw', {sql: 'SELECT 1'})).rejects.toMatchObject({status: 429});
    await expect(post('raw', {sql: 'SELECT 1'})).rejects.toMatchObject({status: 429});
    raw.lift();
    await post('raw', {sql: 'SELECT 1'});
    expect([inserts.fired, raw.fired]).toEqual([2, 2]);
    expect(await names()).toEqual(['a', 'd']);
  });

  it('can start with the n-th request and never end', async () => {
    simulator().inject(authenticationError(), {skip: 2, times: Infinity});
    await query('SELECT 1');
    await client().d1.database.get(uuidOf(simulator()), account());
    for (let time = 0; time < 3; time++) await expect(query('SELECT 1')).rejects.toThrow(AuthenticationError);
    await expect(client().user.tokens.verify()).rejects.toThrow(AuthenticationError);
  });

  it('that was injected first takes the request', async () => {
    const first = simulator().inject(rateLimited());
    const second = simulator().inject(gatewayTimeout('never'));
    await expect(query('SELECT 1')).rejects.toMatchObject({status: 429});
    expect([first.fired, second.fired]).toEqual([1, 0]);
    await expect(query('SELECT 1')).rejects.toMatchObject({status: 504});
    expect([first.fired, second.fired]).toEqual([1, 1]);
  });
});

it('keeps a list of the requests that came', async () => {
  const before = Date.now();
  simulator().inject(gatewayTimeout('never'), {operation: 'raw'});
  simulator().inject(connectionReset('never'), {operation: 'bookmark'});
  await post('query', {batch: [{sql: 'SELECT 1'}, {sql: 'SELECT 2'}]});
  await expect(post('raw', {sql: 'SELECT 1'})).rejects.toThrow();
  for await (const _ of client().d1.database.list(account())) break;
  await client().d1.database.get(uuidOf(simulator()), account());
  await expect(client().d1.database.timeTravel.getBookmark(uuidOf(simulator()), account())).rejects.toThrow();
  await client().user.tokens.verify();
  await expect(client().get('/zones')).rejects.toThrow();
  expect(
    simulator().requests.map(({operation, method, statements, status}) => [
      operation,
      method,
      statements,
      status,
    ]),
  ).toEqual([
    ['query', 'POST', 2, 200],
    ['raw', 'POST', 1, 504],
    ['list', 'GET', 0, 200],
    ['get', 'GET', 0, 200],
    ['bookmark', 'GET', 0, null],
    ['verify', 'GET', 0, 200],
    ['other', 'GET', 0, 404],
  ]);
  for (const {at} of simulator().requests) expect(at).toBeGreaterThanOrEqual(before);
});

describe('a reset', () => {
  it('leaves nothing in any database, whatever refers to what', async () => {
    await simulator().sql([
      'CREATE TABLE "parent ""x""" (id INTEGER PRIMARY KEY AUTOINCREMENT)',
      'CREATE TABLE child (id INTEGER PRIMARY KEY, parent REFERENCES "parent ""x""" (id))',
      'INSERT INTO "parent ""x""" VALUES (7)',
      'INSERT INTO child VALUES (1, 7)',
      'CREATE VIEW both AS SELECT * FROM child',
      'CREATE TRIGGER t AFTER DELETE ON child BEGIN SELECT 1; END',
      'CREATE VIRTUAL TABLE words USING fts5 (word)',
    ]);
    await simulator().sql(makeItems, 'records');
    await simulator().reset();
    const left = "SELECT name FROM sqlite_schema WHERE name NOT GLOB '_cf_*' AND name <> 'sqlite_sequence'";
    expect(await simulator().sql(left)).toEqual([]);
    expect(await simulator().sql(left, 'records')).toEqual([]);
  });

  it('forgets requests, faults and what was held, and lets go of who still waits', async () => {
    await simulator().sql(makeItems);
    const late = simulator().inject(gatewayTimeout('on-release'));
    await expect(insert('a')).rejects.toMatchObject({status: 504});
    simulator().inject(silence('never'));
    simulator().inject(rateLimited(), {times: Infinity});
    const waiting = expect(insert('b')).rejects.toMatchObject({message: 'Connection error.'});
    await expect.poll(() => simulator().requests.length).toBe(2);
    await simulator().reset();
    await waiting;
    expect(simulator().requests).toEqual([]);
    await query(makeItems);
    expect(await late.release()).toEqual([]);
    expect(await names()).toEqual([]);
  });
});

function givingUp() {
  const controller = new AbortController();
  return {signal: controller.signal, abort: () => controller.abort()};
}
