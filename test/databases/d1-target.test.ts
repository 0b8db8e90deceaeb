import {createServer} from 'node:http';
import {describe, expect, it, onTestFinished} from 'vitest';
import {type Config, loadConfig, parseConfig} from '../../src/config/config.ts';
import {Connections} from '../../src/config/connections.ts';
import {d1Target} from '../../src/databases/d1.ts';
import {D1Account} from '../../src/databases/d1-account.ts';
import type {Target} from '../../src/databases/database.ts';
import {d1Api} from '../../src/sandbox/d1-api.ts';
import {listen} from '../../src/sandbox/listen.ts';
import {localD1} from '../../src/sandbox/local-d1.ts';
import {
  authenticationError,
  badGateway,
  connectionReset,
  gatewayTimeout,
  rateLimited,
  transient,
} from '../simulators/cloudflare-faults.ts';
import {sharedSimulator, uuidOf} from '../support/cloudflare.ts';
import {accountOf, targetOn} from '../support/d1.ts';
import {tempFolder} from '../support/temp.ts';

const simulator = sharedSimulator({databases: ['assets', 'records']});

const accountId = 'a'.repeat(32);

/** Cloudflare's API over databases that are only named: finding one of them asks nothing of it. */
async function apiWith(names: readonly string[], account = accountId): Promise<D1Account> {
  const databases = names.map(name => localD1(name, new URL('http://127.0.0.1:1')));
  const api = await listen(d1Api({accountId: account, token: 't', databases}));
  onTestFinished(() => api.close());
  const baseUrl = `http://127.0.0.1:${api.port}/client/v4`;
  return new D1Account({accountId, token: 't', baseUrl, perSecond: 1_000, now: Date.now});
}

function find(account: D1Account, database: string): Promise<Target> {
  return d1Target({account, database, label: `d1:${database}`});
}

describe('a D1 database as a target', () => {
  it('is found by its name, and by its id in either case', async () => {
    const target = await targetOn(simulator(), {database: 'records'});
    expect(target).toMatchObject({
      name: 'records',
      label: 'd1:records',
      environment: null,
      marks: true,
      provesAtomicity: true,
    });
    const uuid = uuidOf(simulator(), 'records');
    for (const id of [uuid, uuid.toUpperCase()]) {
      const byId = await targetOn(simulator(), {database: id});
      expect(byId).toMatchObject({id: target.id, name: 'records'});
    }
    expect((await targetOn(simulator(), {database: 'assets'})).id).not.toBe(target.id);
  });

  it('is called as the config calls it', async () => {
    const account = accountOf(simulator());
    const options = {
      account,
      database: 'assets',
      label: 'main',
      name: 'main',
      environment: 'production',
      marks: false,
    };
    expect(await d1Target(options)).toMatchObject({
      name: 'main',
      label: 'main',
      environment: 'production',
      marks: false,
    });
  });

  it('is found among many whose names have its own in them, by its whole name alone', async () => {
    const others = Array.from({length: 2_300}, (_, number) => `assets-${number}`);
    const account = await apiWith([...others, 'assets', 'old-assets']);
    expect((await find(account, 'assets')).name).toBe('assets');
    expect((await find(account, 'assets-2299')).name).toBe('assets-2299');
    await expect(find(account, 'asset')).rejects.toMatchObject({
      message: 'target d1:asset: the account has no database "asset"',
      hint: expect.stringMatching(/^It has assets-0, assets-1, .* and more\.$/),
    });
  });

  it.each([
    ['some', ['b', 'a'], 'It has b, a.'],
    [
      'none',
      [],
      'The account has none at all, or the token may not see them: is CLOUDFLARE_ACCOUNT_ID the right account?',
    ],
  ])('that there is not is an error that names %s that there are', async (_, names, hint) => {
    const account = await apiWith(names);
    for (const name of ['missing', ''])
      await expect(find(account, name)).rejects.toMatchObject({code: 'usage', hint});
  });

  it('that an id names and that is gone is said to be gone', async () => {
    const uuid = uuidOf(simulator()).replace(/^./, '9');
    await expect(find(accountOf(simulator()), uuid)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/there is no such account or database .*could not be found/),
    });
  });
});

describe('Cloudflare that can not be asked', () => {
  it.each([
    ['with another token', {token: 'wrong'}, 'auth', /refused the token .*Authentication error \(10000\)/],
    ['for another account', {accountId: 'b'.repeat(32)}, 'auth', /not valid or is not authorized/],
    ['for what is no account', {accountId: 'x'}, 'usage', /no such account or database/],
    ['at another path', {baseUrl: 'http://127.0.0.1:PORT/v5'}, 'usage', /no such account or database/],
  ])('%s: an error that says what to look at', async (_, changes, kind, message) => {
    const port = new URL(simulator().baseUrl).port;
    const baseUrl = ('baseUrl' in changes ? changes.baseUrl : undefined)?.replace('PORT', port);
    const account = accountOf(simulator(), {...changes, ...(baseUrl === undefined ? {} : {baseUrl})});
    await expect(find(account, 'assets')).rejects.toMatchObject({
      code: kind,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(/\w/),
    });
  });

  it('at an address where nobody listens: an error that says what to look at', async () => {
    const nobody = await listen(createServer());
    await nobody.close();
    const account = accountOf(simulator(), {baseUrl: `http://127.0.0.1:${nobody.port}/client/v4`});
    await expect(find(account, 'assets')).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringMatching(/can't be reached .*ECONNREFUSED/),
      hint: expect.stringMatching(/CLOUDFLARE_BASE_URL/),
    });
  });

  it.each([
    ['a token that may not', transient('not allowed', {status: 403}), 1, 'auth', /refused the token/],
    ['a token that is none', authenticationError(), 1, 'auth', /refused the token/],
    [
      'too many requests',
      rateLimited({retryAfter: 300}),
      1,
      'failed',
      /takes no more requests for now .*throttling/,
    ],
    ['a gateway that gave up', gatewayTimeout('never'), 1, 'failed', /can't be reached/],
    ['an outage', badGateway('never'), 3, 'failed', /can't be reached .*502 Bad Gateway/],
  ])('because of %s: an error, after as many tries as may help', async (_, fault, tries, kind, message) => {
    const injected = simulator().inject(fault, {times: Infinity});
    await expect(find(accountOf(simulator()), 'assets')).rejects.toMatchObject({
      code: kind,
      message: expect.stringMatching(message),
    });
    expect(injected.fired).toBe(tries);
  });

  it.each([
    ['a connection that breaks', connectionReset('never')],
    ['an outage', badGateway('never')],
  ])('for a moment, because of %s, is asked again', async (_, fault) => {
    simulator().inject(fault, {times: 2});
    expect((await find(accountOf(simulator()), 'assets')).name).toBe('assets');
  });
});

describe('the bookmark', () => {
  it('moves with what is written, and with nothing else', async () => {
    const target = await targetOn(simulator());
    const before = await target.bookmark();
    expect(before).toEqual(expect.any(String));
    const database = await target.openDatabase();
    await database.query('SELECT 1');
    expect(await target.bookmark()).toBe(before);
    await database.transaction([{sql: 'CREATE TABLE items (id)', params: []}]);
    expect(await target.bookmark()).not.toBe(before);
    await database.close();
  });

  it('is null where the API has none to give', async () => {
    const target = await targetOn(simulator());
    const body = JSON.stringify({success: true, errors: [], messages: [], result: {}});
    const nothing = {status: 200, headers: {'content-type': 'application/json'}, body};
    simulator().inject({answer: nothing, lands: 'never'});
    expect(await target.bookmark()).toBeNull();
  });
});

describe('the connections of a config', () => {
  async function connections(
    targets: object,
    environment: Readonly<Record<string, string>> = {},
    perSecond = 4,
  ) {
    const parsed = parseConfig('config', {targets, settings: {d1: {requestsPerSecond: perSecond}}});
    const defaults = await loadConfig(null, tempFolder());
    const config: Config = {
      ...defaults,
      targets: parsed.targets,
      settings: {...defaults.settings, d1: {requestsPerSecond: perSecond}},
    };
    const {accountId: id, token, baseUrl} = simulator();
    const access = {CLOUDFLARE_API_TOKEN: token, CLOUDFLARE_ACCOUNT_ID: id, CLOUDFLARE_BASE_URL: baseUrl};
    return new Connections({config, environment: {...access, ...environment}, now: Date.now});
  }

  it('keep to one pace for all databases and readers of an account', async () => {
    const open = await connections({first: {d1: 'assets'}, second: {d1: 'records'}});
    const targets = [await open.target('first'), await open.target('second'), await open.target('d1:assets')];
    const readers = await Promise.all(targets.map(target => target.openReader()));
    const ask = async (reader: (typeof readers)[number]) => {
      for (let time = 0; time < 3; time++) await reader.query('SELECT 1');
    };
    await Promise.all(readers.map(ask));
    await Promise.all(readers.map(reader => reader.close()));
    const arrived = simulator().requests.map(({at}) => at);
    expect(arrived).toHaveLength(3 + 9);
    // What left in different seconds may arrive a little closer together.
    for (const from of arrived)
      expect(arrived.filter(at => at >= from && at - from < 900).length).toBeLessThanOrEqual(4);
    expect(targets.map(target => target.traffic()?.requests)).toEqual([12, 12, 12]);
    expect(targets[0]?.id).toBe(targets[2]?.id);
  });

  it('take the account of the config before that of the environment', async () => {
    const mine = simulator().accountId;
    const open = await connections(
      {main: {d1: 'assets', account: mine}},
      {CLOUDFLARE_ACCOUNT_ID: 'b'.repeat(32)},
    );
    expect((await open.target('main')).id).toBe(
      `d1:${mine}@${new URL(simulator().baseUrl).host}/${uuidOf(simulator())}`,
    );
    await expect(open.target('d1:assets')).rejects.toMatchObject({code: 'auth'});
  });

  it('name every variable that is missing, and ask for nothing', async () => {
    const open = await connections({}, {CLOUDFLARE_API_TOKEN: '', CLOUDFLARE_ACCOUNT_ID: ''});
    await expect(open.target('d1:assets')).rejects.toMatchObject({
      code: 'auth',
      message: 'target d1:assets: CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID are not set',
    });
    const half = await connections({}, {CLOUDFLARE_API_TOKEN: ''});
    await expect(half.target('d1:assets')).rejects.toThrow(/CLOUDFLARE_API_TOKEN is not set/);
    expect(simulator().requests).toEqual([]);
  });
});

it('an answer of another form than the API’s is said to be that', async () => {
  const server = createServer((request, response) => {
    request.resume();
    response
      .writeHead(200, {'content-type': 'application/json'})
      .end('{"success":true,"result":{"not":"a list"}}');
  });
  const listening = await listen(server);
  onTestFinished(() => listening.close());
  const account = accountOf(simulator(), {baseUrl: `http://127.0.0.1:${listening.port}`});
  await expect(find(account, 'assets')).rejects.toMatchObject({
    code: 'failed',
    message: expect.stringMatching(/not of the form that the API documents/),
  });
});
