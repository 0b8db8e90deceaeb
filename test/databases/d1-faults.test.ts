import {createServer, type RequestListener} from 'node:http';
import {afterEach, describe, expect, it, onTestFinished, vi} from 'vitest';
import type {FailureKind} from '../../src/core/failure.ts';
import {D1Account} from '../../src/databases/d1-account.ts';
import {faultOfD1} from '../../src/databases/d1-faults.ts';
import {listen} from '../../src/sandbox/listen.ts';

/** Every answer that D1 and the API in front of it are known to give, and what becomes of it. */

interface Case {
  readonly status: number;
  readonly code: number;
  readonly message: string;
  readonly kind: FailureKind;
  readonly isUnsettled: boolean;
}

function answered(status: number, code: number, kind: FailureKind, isUnsettled: boolean) {
  return (message: string): Case => ({status, code, message, kind, isUnsettled});
}

const cases: readonly Case[] = [
  ...['Authentication error', 'Invalid API Token'].map(answered(401, 10_000, 'denied', false)),
  answered(
    403,
    7_403,
    'denied',
    false,
  )('The given account is not valid or is not authorized to access this service'),
  answered(400, 10_000, 'denied', false)('Authentication error'),
  answered(
    404,
    7_003,
    'not-found',
    false,
  )('Could not route to /accounts/x/d1, perhaps your object identifier is invalid?'),
  answered(404, 7_404, 'not-found', false)('The database x could not be found'),
  answered(400, 7_400, 'invalid', false)('The request is malformed'),
  answered(429, 971, 'rate-limited', false)('Please wait and consider throttling your request speed'),
  answered(504, 7_009, 'timeout', true)('Upstream service unavailable'),
  answered(500, 7_009, 'timeout', true)('Upstream service unavailable'),
  ...[408, 504, 524].map(status => answered(status, 0, 'timeout', true)('A timeout occurred')),
  ...[500, 502, 503, 520].map(status => answered(status, 0, 'server-error', true)('Bad Gateway')),
  answered(413, 0, 'too-large', false)('Payload Too Large'),
  // https://developers.cloudflare.com/d1/observability/debug-d1/#error-list, all with code 7500.
  ...[
    'Network connection lost.',
    "Can't read from request stream because client disconnected.",
    'D1 DB reset because its code was updated.',
    'Internal error while starting up D1 DB storage caused object to be reset.',
    'Internal error in D1 DB storage caused object to be reset.',
    'Cannot resolve D1 DB due to transient issue on remote node.',
    'internal error; reference = 0123456789',
  ].map(answered(500, 7_500, 'connection', true)),
  ...[
    'D1 DB is overloaded. Requests queued for too long.',
    'D1 DB is overloaded. Too many requests queued.',
  ].map(answered(500, 7_500, 'rate-limited', true)),
  ...[
    'D1 DB storage operation exceeded timeout which caused object to be reset.',
    'D1 DB exceeded its CPU time limit and was reset.',
    "D1 DB's isolate exceeded its memory limit and was reset.",
  ].map(answered(400, 7_500, 'timeout', true)),
  ...[
    'NOT NULL constraint failed: headgate_marks.fence: SQLITE_CONSTRAINT',
    'UNIQUE constraint failed: files.key: SQLITE_CONSTRAINT_UNIQUE',
    'CHECK constraint failed: internal error: SQLITE_CONSTRAINT',
    'the connection lost its way: SQLITE_CONSTRAINT_TRIGGER',
  ].map(answered(400, 7_500, 'refused', false)),
  ...['string or blob too big: SQLITE_TOOBIG', 'statement too long: SQLITE_TOOBIG'].map(
    answered(400, 7_500, 'too-large', false),
  ),
  ...[
    'near "INSRT": syntax error at offset 0: SQLITE_ERROR',
    'no such table: files: SQLITE_ERROR',
    'no such column: nothing at offset 7: SQLITE_ERROR',
    'too many SQL variables at offset 200: SQLITE_ERROR',
  ].map(answered(400, 7_500, 'invalid', false)),
  answered(400, 7_500, 'timeout', false)('database is locked: SQLITE_BUSY'),
  answered(400, 7_500, 'denied', false)('not authorized: SQLITE_AUTH'),
  // What nobody has seen yet is not tried again, and may have been carried out.
  ...['Exceeded maximum DB size.', 'something new'].map(answered(400, 7_500, 'invalid', true)),
  answered(500, 7_500, 'server-error', true)('something new'),
  answered(200, 7_500, 'connection', true)('internal error'),
  answered(200, 0, 'invalid', true)('success is false, without a reason'),
];

describe('an answer', () => {
  it.each(cases)(
    '$status $code "$message" is $kind, unsettled: $isUnsettled',
    ({kind, isUnsettled, ...answer}) => {
      const fault = faultOfD1({...answer, retryAfterMs: undefined}, 'h');
      expect(fault).toMatchObject({
        kind,
        isUnsettled,
        host: 'h',
        message: expect.stringContaining(answer.message),
      });
    },
  );
});

interface Serving {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An account on a server that gives every request the same answer; `serve` may do anything else instead. */
async function accountOn(serve: Serving | RequestListener): Promise<D1Account> {
  const server = createServer(
    typeof serve === 'function'
      ? serve
      : (request, response) => {
          request.resume();
          response.writeHead(serve.status ?? 200, {'content-type': 'application/json', ...serve.headers});
          response.end(serve.body);
        },
  );
  const listening = await listen(server);
  onTestFinished(() => listening.close());
  return at(`http://127.0.0.1:${listening.port}`);
}

function at(baseUrl: string): D1Account {
  return new D1Account({
    accountId: 'a',
    token: 't',
    baseUrl,
    perSecond: 1_000,
    requestMs: 300,
    now: Date.now,
  });
}

function failureOf(account: D1Account, isWrite = true): Promise<unknown> {
  return account.request({method: 'post', path: 'x', body: () => ({sql: 'SELECT 1'}), isWrite}).then(
    () => expect.unreachable('it failed'),
    (error: unknown) => error,
  );
}

const refusedWith = (code: number, message: string) =>
  JSON.stringify({success: false, errors: [{code, message}], messages: [], result: null});

describe('over HTTP', () => {
  it.each<[string, Serving, object]>([
    [
      'a page of HTML',
      {
        status: 502,
        headers: {'content-type': 'text/html'},
        body: '<html><head><title>502 Bad Gateway</title></head></html>',
      },
      {kind: 'server-error', isUnsettled: true, message: 'D1: 502 Bad Gateway'},
    ],
    [
      'a page of HTML with 200',
      {headers: {'content-type': 'text/html'}, body: '<title>Log in</title>'},
      {kind: 'server-error', isUnsettled: true},
    ],
    [
      'half an answer',
      {body: '{"success":true,"errors":[],"resu'},
      {kind: 'server-error', isUnsettled: true},
    ],
    ['nothing', {body: ''}, {kind: 'server-error', isUnsettled: true}],
    [
      'success: false in 200',
      {body: refusedWith(7_500, 'internal error')},
      {kind: 'connection', isUnsettled: true},
    ],
    [
      'success: false without a word',
      {body: '{"success":false,"errors":null,"result":null}'},
      {kind: 'invalid', isUnsettled: true},
    ],
    [
      'an error of SQL',
      {status: 400, body: refusedWith(7_500, 'no such table: files: SQLITE_ERROR')},
      {kind: 'invalid', isUnsettled: false, message: 'D1: no such table: files: SQLITE_ERROR (7500)'},
    ],
  ])('%s', async (_, serving, expected) => {
    expect(await failureOf(await accountOn(serving))).toMatchObject(expected);
  });

  it('an envelope without errors is a success', async () => {
    const account = await accountOn({body: '{"success":true,"errors":null,"messages":null,"result":7}'});
    expect(await account.request({method: 'get', path: 'x'})).toBe(7);
  });

  it.each<[string, Readonly<Record<string, string>>, number]>([
    ['Retry-After in seconds', {'retry-after': '7'}, 7_000],
    ['Retry-After over what the quota says', {'retry-after': '7', ratelimit: '"default";r=0;t=30'}, 7_000],
    ['a quota that is spent', {ratelimit: '"default";r=0;t=30'}, 30_000],
    ['two quotas, one of them spent', {ratelimit: '"default";r=50;t=300, "burst";r=0;t=12'}, 12_000],
    ['neither', {}, 75_000],
    ['a quota that is not spent', {ratelimit: '"default";r=5;t=30'}, 75_000],
    ['Retry-After that is no number', {'retry-after': 'soon'}, 75_000],
  ])('429 with %s waits as long', async (_, headers, waitMs) => {
    const account = await accountOn({status: 429, headers, body: refusedWith(971, 'slow down')});
    expect(await failureOf(account)).toMatchObject({
      kind: 'rate-limited',
      isUnsettled: false,
      retryAfterMs: waitMs,
    });
    const until = account.traffic().waitsUntil ?? 0;
    expect(until - Date.now()).toBeGreaterThan(waitMs - 2_000);
    expect(until - Date.now()).toBeLessThanOrEqual(waitMs);
  });

  it('429 with a date to wait for waits until then', async () => {
    const date = new Date(Date.now() + 60_000).toUTCString();
    const account = await accountOn({
      status: 429,
      headers: {'retry-after': date},
      body: refusedWith(971, 'slow'),
    });
    const {retryAfterMs} = (await failureOf(account)) as {retryAfterMs: number};
    expect(retryAfterMs).toBeGreaterThan(57_000);
    expect(retryAfterMs).toBeLessThanOrEqual(60_000);
  });

  it('a good answer that says that little is left slows the pace down', async () => {
    const headers = {ratelimit: '"default";r=30;t=60', 'ratelimit-policy': '"default";q=1200;w=300'};
    const account = await accountOn({headers, body: '{"success":true,"result":1}'});
    await account.request({method: 'get', path: 'x'});
    expect(account.traffic()).toMatchObject({perSecond: 0.5, requests: 1, inFlight: 0});
  });

  it.each<[string, RequestListener]>([
    ['no answer', () => undefined],
    [
      'headers and half a body',
      (_, response) => {
        response.writeHead(200, {'content-type': 'application/json', 'content-length': 100});
        response.write('{"success":true,');
      },
    ],
    [
      'headers of a failure and no body',
      (_, response) => {
        response.writeHead(504, {'content-type': 'application/json', 'content-length': 100});
        response.write('{');
      },
    ],
  ])('%s is waited for only so long', async (_, serve) => {
    const account = await accountOn(serve);
    const startedAt = performance.now();
    expect(await failureOf(account)).toMatchObject({kind: 'timeout', isUnsettled: true});
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(account.traffic()).toMatchObject({inFlight: 0, reason: 'timeout'});
  });

  it.each([
    ['write has its answer all the same', true, 7],
    ['read is called back', false, 'gone'],
  ])('a request that is given up after it was sent: a %s', async (_, isWrite, outcome) => {
    const {promise: arrived, resolve: arrive} = Promise.withResolvers<void>();
    const {promise: told, resolve: tell} = Promise.withResolvers<void>();
    const account = await accountOn((request, response) => {
      request.resume();
      arrive();
      response.writeHead(200, {'content-type': 'application/json'});
      void told.then(() => response.end('{"success":true,"result":7}'));
    });
    const ending = new AbortController();
    const asked = account.request({method: 'post', path: 'x', isWrite, signal: ending.signal});
    const answered = asked.catch((error: unknown) => error);
    await arrived;
    ending.abort('gone');
    await new Promise(resolve => setImmediate(resolve));
    tell();
    expect(await answered).toBe(outcome);
    expect(account.traffic().inFlight).toBe(0);
  });

  it('a connection that breaks leaves a write open, and not a read', async () => {
    const account = await accountOn(request => request.socket.resetAndDestroy());
    expect(await failureOf(account)).toMatchObject({kind: 'connection', isUnsettled: true});
    expect(await failureOf(account, false)).toMatchObject({kind: 'connection', isUnsettled: false});
  });

  it('a connection that could not be made leaves nothing open', async () => {
    const server = createServer();
    const listening = await listen(server);
    await listening.close();
    expect(await failureOf(at(`http://127.0.0.1:${listening.port}`))).toMatchObject({
      kind: 'connection',
      isUnsettled: false,
      message: expect.stringMatching(/^D1: connect ECONNREFUSED/),
    });
  });
});

describe('credentials', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('are the token alone, whatever else the environment has for Cloudflare', async () => {
    vi.stubEnv('CLOUDFLARE_API_KEY', 'another key');
    vi.stubEnv('CLOUDFLARE_EMAIL', 'ada@example.com');
    vi.stubEnv('CLOUDFLARE_API_USER_SERVICE_KEY', 'a third');
    const seen: string[] = [];
    const account = await accountOn((request, response) => {
      seen.push(
        ...Object.entries(request.headers).flatMap(([name, value]) =>
          /auth/.test(name) ? [`${name}: ${value}`] : [],
        ),
      );
      response.writeHead(200, {'content-type': 'application/json'}).end('{"success":true,"result":1}');
    });
    await account.request({method: 'get', path: 'x'});
    expect(seen).toEqual(['authorization: Bearer t']);
  });
});
