import {EventEmitter, getEventListeners, once} from 'node:events';
import {createServer as createHttpsServer} from 'node:https';
import {createServer as createTcpServer, type Server, type Socket} from 'node:net';
import {describe, expect, it, onTestFinished} from 'vitest';
import {openNetwork} from '../../src/atproto/open-network.ts';
import type {LimitHeaders} from '../../src/sandbox/network/spec.ts';
import {selfSigned} from '../stores/self-signed.ts';
import {
  alice,
  faultOf,
  instead,
  networkOf,
  post,
  posts,
  signal,
  type TestOptions,
} from './network-under-test.ts';

const listRecords = 'com.atproto.repo.listRecords';

/** A host that answers a page of Alice's records, or whatever it is made to. */
async function asking(options: TestOptions = {}, records = posts(3)) {
  const under = await networkOf(alice({[post]: records}), options);
  const pds = await under.pdsOf('alice');
  const did = under.local.didOf('alice');
  const ask = (given = signal) => pds.listRecords({did, collection: post, cursor: null}, given);
  const fetch = (given = signal) =>
    pds.repository({did, collections: [post], mostBytes: 1_000_000, proof: null, onBytes: () => {}}, given);
  return {...under, pds, ask, fetch, requests: () => under.local.hosts['one']?.requests ?? {}};
}

/** A server that is no HTTP server, or not a sound one; its port. */
async function serving(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sockets = new Set<Socket>();
  server.on('connection', socket => sockets.add(socket.on('error', () => {})));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** A page of whoever is at this origin. */
function askAt(origin: string, limits: TestOptions['limits'] = {}) {
  const {pds} = openNetwork({label: 'test', allowPrivateHosts: true, limits});
  return pds(origin).listRecords({did: 'did:plc:a', collection: post, cursor: null}, signal);
}

describe('an answer of a host', () => {
  it.each([
    [401, 'denied'],
    [403, 'denied'],
    [408, 'timeout'],
    [410, 'not-found'],
    [418, 'invalid'],
    [500, 'server-error'],
    [502, 'server-error'],
    [503, 'server-error'],
  ])('of %i is a failure of kind %s, with what it says', async (status, kind) => {
    const body = {error: 'SomeName', message: 'so it is\u001b[2J'};
    const {ask, pds} = await asking({meddle: instead(listRecords, () => ({status, body}))});
    expect(await faultOf(ask())).toMatchObject({
      kind,
      host: pds.host,
      message: expect.stringMatching(
        new RegExp(`^${pds.host}: ${status} .*: ${listRecords}: SomeName: so it is\\\\x1b\\[2J$`),
      ),
      retryAfterMs: undefined,
    });
  });

  const now = Date.parse('2026-01-01T00:00:00Z');
  const inSeconds = (seconds: number) => String(now / 1_000 + seconds);
  const dated = (seconds: number) => new Date(now + seconds * 1_000).toUTCString();

  it.each<[string, number, Record<string, string>, number]>([
    ['the time at which there is more', 429, {'ratelimit-reset': inSeconds(30), 'retry-after': '7'}, 30_000],
    ['the seconds until then, as an older draft has it', 429, {'ratelimit-reset': '30'}, 30_000],
    ['the seconds to wait', 429, {'retry-after': '7'}, 7_000],
    ['the time to wait for', 429, {'retry-after': dated(9)}, 9_000],
    ['nothing', 429, {}, 5_000],
    ['rubbish', 429, {'ratelimit-reset': 'soon', 'retry-after': 'later'}, 5_000],
    ['more than two minutes', 429, {'retry-after': '3600'}, 120_000],
    ['a time that has passed', 429, {'ratelimit-reset': inSeconds(-30)}, 1_000],
    ['the seconds to wait, as overloaded', 503, {'retry-after': '7'}, 7_000],
    [
      'that there is nothing left, as overloaded',
      503,
      {'ratelimit-remaining': '0', 'ratelimit-reset': inSeconds(3)},
      3_000,
    ],
  ])('that it is asked too often says %s', async (_, status, headers, retryAfterMs) => {
    const meddle = instead(listRecords, () => ({status, headers, body: {error: 'RateLimitExceeded'}}));
    const {ask, pds} = await asking({meddle, now: () => now});
    expect(await faultOf(ask())).toMatchObject({kind: 'rate-limited', host: pds.host, retryAfterMs});
  });

  it.each<LimitHeaders>(['ratelimit', 'retry-after', 'both', 'nothing'])(
    'that was the last for a while is followed by a wait; a limit told by %s',
    async announces => {
      const spec = alice({[post]: posts(3)});
      const under = await networkOf({...spec, hosts: {one: {limit: {requests: 3, seconds: 60, announces}}}});
      const pds = await under.pdsOf('alice');
      const ask = () =>
        pds.listRecords({did: under.local.didOf('alice'), collection: post, cursor: null}, signal);
      for (let times = 0; times < 3; times++) await ask();
      const fault = await faultOf(ask());
      expect(fault).toMatchObject({kind: 'rate-limited', host: pds.host});
      if (announces === 'nothing') expect(fault.retryAfterMs).toBe(5_000);
      else expect(fault.retryAfterMs).toBeGreaterThan(50_000);
      expect(fault.retryAfterMs).toBeLessThanOrEqual(60_000);
    },
  );

  it('that leaves no room for another is the last until its time, and costs no request meanwhile', async () => {
    let time = now;
    let headers: Record<string, string> = {'ratelimit-remaining': '0', 'ratelimit-reset': inSeconds(20)};
    const {ask, pds, requests} = await asking({
      now: () => time,
      meddle: instead(listRecords, () => ({headers, body: {records: []}})),
    });
    await ask();
    time += 5_000;
    expect(await faultOf(ask())).toMatchObject({kind: 'rate-limited', host: pds.host, retryAfterMs: 15_000});
    expect(requests()).toEqual({[listRecords]: 1});
    time += 15_000;
    headers = {'ratelimit-remaining': '1', 'ratelimit-reset': inSeconds(20)};
    await ask();
    await ask();
    expect(requests()).toEqual({[listRecords]: 3});
  });

  it('that leads elsewhere is not followed', async () => {
    const {ask, local, pds} = await asking({
      meddle: instead(listRecords, () => ({
        status: 302,
        headers: {location: `${local.plc}/secret`},
        body: '',
      })),
    });
    expect(await faultOf(ask())).toMatchObject({
      kind: 'invalid',
      message: `${pds.host}: it sends us to ${local.plc}/secret, where nobody may send us`,
    });
    expect(local.plcServer.requests).toEqual({resolve: 1});
  });

  it('that is compressed, though nobody asked for that, is not taken', async () => {
    const headers = {'content-encoding': 'gzip'};
    const {ask} = await asking({meddle: instead(listRecords, () => ({headers, body: '\x1f\x8b'}))});
    expect((await faultOf(ask())).message).toMatch(/it compresses what nobody asked it to/);
  });

  it('of a failure is read no further than its beginning', async () => {
    const body = 'x'.repeat(10_000_000);
    const {ask} = await asking({meddle: instead(listRecords, () => ({status: 500, body}))});
    expect(await faultOf(ask())).toMatchObject({kind: 'server-error'});
  });
});

describe('a host that can not be asked', () => {
  it('because it is down', async () => {
    const {ask, local, pds} = await asking();
    await local.hosts['one']?.down();
    expect(await faultOf(ask())).toMatchObject({
      kind: 'connection',
      host: pds.host,
      message: expect.stringMatching(/^127\.0\.0\.1:\d+: it refuses connections \(connect ECONNREFUSED/),
    });
  });

  it('because there is no such name', async () => {
    expect(await faultOf(askAt('https://nowhere.invalid'))).toMatchObject({
      kind: 'connection',
      host: 'nowhere.invalid',
      message: expect.stringMatching(/its name can not be resolved \(getaddrinfo (ENOTFOUND|EAI_AGAIN)/),
    });
  });

  it.each<[string, (socket: Socket) => void, string, RegExp]>([
    ['it hangs up', socket => socket.destroy(), 'http', /it broke the connection|it closes/],
    [
      'it speaks something else',
      socket => socket.end('220 ready\r\n'),
      'http',
      /it does not speak HTTP there/,
    ],
    [
      'it speaks no TLS',
      socket => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
      'https',
      /it does not speak TLS/,
    ],
  ])('because %s', async (_, treat, protocol, message) => {
    const port = await serving(createTcpServer(treat));
    expect(await faultOf(askAt(`${protocol}://127.0.0.1:${port}`))).toMatchObject({
      kind: 'connection',
      message: expect.stringMatching(message),
    });
  });

  it('because of its certificate', async () => {
    const port = await serving(createHttpsServer(selfSigned));
    expect(await faultOf(askAt(`https://127.0.0.1:${port}`))).toMatchObject({
      kind: 'connection',
      message: expect.stringMatching(/its certificate is not good \(self-signed certificate/),
    });
  });

  it('because no connection comes to stand', async () => {
    const port = await serving(createTcpServer());
    expect(await faultOf(askAt(`https://127.0.0.1:${port}`, {connectMs: 100}))).toMatchObject({
      kind: 'timeout',
      message: `127.0.0.1:${port}: no connection (0.1 s)`,
    });
  });
});

describe('a host that breaks off', () => {
  it.each(['ask', 'fetch'] as const)('in the middle of its answer has not answered: %s', async way => {
    const under = await asking({
      meddle: async (call, answer, response) => {
        if (call.server !== 'one') return await answer(call);
        const {status, headers, body} = await answer(call);
        response.writeHead(status, {...headers, 'content-length': Buffer.byteLength(body)});
        response.write(body.slice(0, 100), () => response.destroy());
        return null;
      },
    });
    expect(await faultOf(under[way]())).toMatchObject({
      kind: 'connection',
      host: under.pds.host,
      message: expect.stringMatching(/it broke the connection/),
    });
  });

  it.each(['ask', 'fetch'] as const)('or says nothing more is waited for so long: %s', async way => {
    const under = await asking({
      limits: {idleMs: 100},
      meddle: async (call, answer, response) => {
        if (call.server !== 'one') return await answer(call);
        response.writeHead(200).write('{');
        return null;
      },
    });
    expect(await faultOf(under[way]())).toMatchObject({
      kind: 'timeout',
      message: `${under.pds.host}: nothing came (0.1 s)`,
    });
  });

  it('or never says anything', async () => {
    const {ask, pds} = await asking({
      limits: {idleMs: 100},
      meddle: async (call, answer) => (call.server === 'one' ? null : await answer(call)),
    });
    expect(await faultOf(ask())).toMatchObject({
      kind: 'timeout',
      message: `${pds.host}: nothing came (0.1 s)`,
    });
  });

  it('or says one thing after the other without end', async () => {
    const {ask, pds} = await asking({
      limits: {pageMs: 200},
      meddle: async (call, answer, response) => {
        if (call.server !== 'one') return await answer(call);
        const timer = setInterval(() => response.write(' '), 10);
        response.writeHead(200).on('close', () => clearInterval(timer));
        return null;
      },
    });
    expect(await faultOf(ask())).toMatchObject({
      kind: 'timeout',
      message: `${pds.host}: its answer takes too long (0.2 s)`,
    });
  });

  it('or only begins to say more than it may', async () => {
    const {ask, pds} = await asking({
      limits: endless,
      meddle: async (call, answer, response) => {
        if (call.server !== 'one') return await answer(call);
        response.writeHead(200, {'content-length': 20_000_000}).write('{');
        return null;
      },
    });
    expect(await faultOf(ask())).toMatchObject({
      kind: 'too-large',
      message: `${pds.host}: a page of one record is larger than 16,777,216 bytes`,
    });
  });

  it('or has more to say than it may', async () => {
    const {ask, pds} = await asking({
      limits: {pageBytes: 10_000},
      meddle: async (call, answer, response) => {
        if (call.server !== 'one') return await answer(call);
        const more = () => response.write(' '.repeat(1_000), error => error ?? more());
        response.writeHead(200);
        more();
        return null;
      },
    });
    expect(await faultOf(ask())).toMatchObject({kind: 'too-large', host: pds.host});
  });
});

/** Longer than a test may take: nothing ends by itself. */
const endless = {idleMs: 600_000, pageMs: 600_000};

describe('whoever gives up', () => {
  it.each(['nothing is said', 'an answer is half there'])('is let go at once, while %s', async when => {
    const seen = new EventEmitter();
    const {ask} = await asking({
      limits: endless,
      meddle: async (call, answer, response) => {
        if (call.server !== 'one') return await answer(call);
        if (when !== 'nothing is said') response.writeHead(200).write('{');
        response.on('close', () => seen.emit('closed'));
        seen.emit('asked');
        return null;
      },
    });
    const giving = new AbortController();
    const asked = once(seen, 'asked');
    const closed = once(seen, 'closed');
    const answer = ask(giving.signal).catch((error: unknown) => error);
    await asked;
    const reason = new Error('enough');
    giving.abort(reason);
    expect(await answer).toBe(reason);
    await closed;
  });

  it('before asking does not ask', async () => {
    const {ask, requests} = await asking();
    await expect(ask(AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
    expect(requests()).toEqual({});
  });

  it('or not leaves nothing behind at the signal', async () => {
    const {ask, fetch} = await asking();
    const long = new AbortController();
    for (let times = 0; times < 3; times++) {
      await ask(long.signal);
      await fetch(long.signal);
    }
    expect(getEventListeners(long.signal, 'abort')).toEqual([]);
  });
});

describe('a connection', () => {
  const page = 'HTTP/1.1 200 OK\r\ncontent-length: 14\r\n\r\n{"records":[]}';

  it('is used for one request after the other', async () => {
    let connections = 0;
    let requests = 0;
    const port = await serving(
      createTcpServer(socket => {
        connections++;
        socket.on('data', () => {
          requests++;
          socket.write(page);
        });
      }),
    );
    const {pds} = openNetwork({label: 'test', allowPrivateHosts: true});
    const host = pds(`http://127.0.0.1:${port}`);
    for (let times = 0; times < 5; times++)
      await host.listRecords({did: 'did:plc:a', collection: post, cursor: null}, signal);
    expect([connections, requests]).toEqual([1, 5]);
  });

  it('that the host had closed is replaced, once', async () => {
    let connections = 0;
    const port = await serving(
      createTcpServer(socket => {
        connections++;
        socket.once('data', () => {
          socket.write(page);
          socket.once('data', () => socket.destroy());
        });
      }),
    );
    const {pds} = openNetwork({label: 'test', allowPrivateHosts: true});
    const host = pds(`http://127.0.0.1:${port}`);
    for (let times = 0; times < 3; times++)
      expect(
        await host.listRecords({did: 'did:plc:a', collection: post, cursor: null}, signal),
      ).toMatchObject({
        records: [],
      });
    expect(connections).toBe(3);
  });
});

describe('a network', () => {
  it('is the same for the same relays and directory, and has the usual ones if none are named', () => {
    const ids = [
      {relays: ['https://a.example', 'https://B.example/'], plc: 'https://plc.example/'},
      {relays: ['https://b.example', 'https://a.example', 'https://a.example'], plc: 'https://PLC.example'},
    ].map(options => openNetwork({label: 'x', ...options}));
    expect(ids[0]?.id).toBe(ids[1]?.id);
    expect(ids[1]?.relays.map(({host}) => host)).toEqual(['b.example', 'a.example']);
    const usual = openNetwork({label: 'bluesky'});
    expect(usual).toMatchObject({label: 'bluesky', relays: [{host: 'relay1.us-east.bsky.network'}]});
    expect(usual.identities.hostOf('did:plc:a')).toBe('plc.directory');
    expect(usual.id).not.toBe(ids[0]?.id);
  });

  it.each(['relay1', 'ftp://relay.example', 'https://relay.example/xrpc', ''])(
    'has no relay called %j',
    relay => {
      expect(() => openNetwork({label: 'x', relays: [relay]})).toThrow(
        /^the relay .* is not an address such as/,
      );
    },
  );

  it('tells which relay or directory can not be reached, and takes any answer for one', async () => {
    const {local, network, open} = await networkOf(
      {hosts: {one: {}}, relays: [{}, {}]},
      {
        meddle: async (call, answer) =>
          call.server === 'plc' ? {status: 302, headers: {location: '/'}, body: ''} : await answer(call),
      },
    );
    const findings = () => network.check();
    expect((await findings()).map(({level}) => level)).toEqual(['ok', 'ok', 'ok']);
    await local.relayServers[1]?.down();
    const host = network.relays[1]?.host;
    expect(await findings()).toEqual([
      {level: 'ok', subject: 'source', message: `${network.relays[0]?.host} answers`},
      {
        level: 'error',
        subject: 'source',
        message: expect.stringMatching(new RegExp(`^${host}: it refuses connections`)),
        remedy: 'Check the address and the network, or name another.',
        retryAfterMs: null,
      },
      {level: 'ok', subject: 'source', message: `${new URL(local.plc).host} answers`},
    ]);
    expect(open({relays: []}).relays).toHaveLength(1);
  });

  it('knows a host by its origin', () => {
    const {pds} = openNetwork({label: 'x'});
    expect(pds('https://pds.example.com')).toMatchObject({
      host: 'pds.example.com',
      origin: 'https://pds.example.com',
    });
    expect(pds('https://pds.example.com')).toBe(pds('https://pds.example.com'));
  });
});
