import {setTimeout as delay} from 'node:timers/promises';
import {readCar} from '@atproto/repo';
import {describe, expect, it, vi} from 'vitest';
import {cidTextOf} from '../../src/sandbox/network/identifiers.ts';
import {clientOf, hostOf, match, numbered, refusalOf, resolverOf} from '../sandbox/network/asking.ts';
import type {Narrowing, NetworkFaultType, StormHeaders} from './network-fault-kinds.ts';
import type {NetworkSimulator} from './network-simulator.ts';
import {networkUnderTest} from './network-under-test.ts';

async function started() {
  const network = await networkUnderTest({
    hosts: {one: {}, two: {}},
    accounts: [
      {name: 'alice', host: 'one', records: {[match]: numbered(5)}},
      {name: 'bob', host: 'one', records: {[match]: numbered(2)}},
    ],
  });
  return {network, ...asking(network)};
}

function asking(network: NetworkSimulator) {
  const {origin} = hostOf(network, 'one');
  const {repo, sync} = clientOf(origin);
  const did = network.didOf('alice');
  const listRecords = `${origin}/xrpc/com.atproto.repo.listRecords?repo=${did}&collection=${match}&reverse=true`;
  const getRepo = `${origin}/xrpc/com.atproto.sync.getRepo?did=${did}`;
  const read = async (more = '') => readPage(await fetch(`${listRecords}${more}`));
  return {origin, repo, sync, did, listRecords, getRepo, read};
}

interface Read {
  readonly keys: readonly string[];
  readonly cursor: string | undefined;
  readonly records: readonly Listed[];
}

interface Listed {
  readonly uri: string;
  readonly cid: string;
  readonly value: unknown;
}

async function readPage(response: Response): Promise<Read> {
  const {records, cursor}: {readonly records: readonly Listed[]; readonly cursor?: string} = JSON.parse(
    await response.text(),
  );
  return {records, cursor, keys: records.map(({uri}) => uri.split('/').at(-1) ?? '')};
}

/** All that came of a body, and how it ended. */
async function readBody(response: Response): Promise<{readonly bytes: Buffer; readonly ended: string}> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of response.body ?? []) chunks.push(chunk);
  } catch (error) {
    return {bytes: Buffer.concat(chunks), ended: codeOf(error)};
  }
  return {bytes: Buffer.concat(chunks), ended: 'well'};
}

function codeOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code;
  return cause instanceof Error ? cause.name : String(cause);
}

async function failureOf(call: Promise<unknown>): Promise<string> {
  return call.then(() => 'none', codeOf);
}

const inOrder = ['r00000', 'r00001', 'r00002', 'r00003', 'r00004'];

/** One of each: what a client meets while it is injected. The type makes sure that none is left out. */
const meets: Readonly<Record<NetworkFaultType, () => Promise<void>>> = {
  error: async () => {
    const {network, repo, did} = await started();
    network.inject({
      type: 'error',
      status: 502,
      error: 'UpstreamFailure',
      message: 'Upstream Failure',
      times: 1,
    });
    const listed = () => repo.listRecords({repo: did, collection: match});
    expect(await refusalOf(listed())).toEqual({
      status: 502,
      error: 'UpstreamFailure',
      message: 'Upstream Failure',
    });
    expect((await listed()).data.records).toHaveLength(5);
  },

  limit: async () => {
    const {network, listRecords} = await started();
    const headersOf = async (announces: StormHeaders) => {
      network.inject({type: 'limit', announces, seconds: 30, times: 1});
      const {status, headers} = await fetch(listRecords);
      expect(status).toBe(429);
      return [headers.get('ratelimit-reset'), headers.get('retry-after')];
    };
    const now = Math.floor(Date.now() / 1_000);
    const [reset, none] = await headersOf('ratelimit');
    expect(Number(reset) - now).toBeGreaterThanOrEqual(30);
    expect(none).toBeNull();
    expect(await headersOf('retry-after')).toEqual([null, '30']);
    expect(await headersOf('both')).toEqual([expect.stringMatching(/^\d+$/), '30']);
    expect(await headersOf('nothing')).toEqual([null, null]);
    const [, date] = await headersOf('date');
    expect(Date.parse(date ?? '') / 1_000 - now).toBeGreaterThanOrEqual(30);
    expect(Number((await headersOf('past'))[0])).toBeLessThan(Date.now() / 1_000);
    expect(await headersOf('nonsense')).toEqual(['soon', 'a while']);
  },

  html: async () => {
    const {network, listRecords} = await started();
    network.inject({type: 'html', status: 200});
    const answer = await fetch(listRecords);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html']);
    expect(await answer.text()).toContain('Please sign in.');
  },

  redirect: async () => {
    const {network, getRepo, did} = await started();
    const ask = async (to: string) => {
      network.inject({type: 'redirect', to, status: 302, times: 1});
      const {status, headers} = await fetch(getRepo, {redirect: 'manual'});
      return [status, headers.get('location')];
    };
    const path = `/xrpc/com.atproto.sync.getRepo?did=${did.replaceAll(':', '%3A')}`;
    expect(await ask('two')).toEqual([302, `${hostOf(network, 'two').origin}${path}`]);
    expect(await ask('http://169.254.169.254/latest')).toEqual([302, 'http://169.254.169.254/latest']);
  },

  'content-type': async () => {
    const {network, getRepo} = await started();
    network.inject({type: 'content-type', as: 'application/octet-stream'});
    const answer = await fetch(getRepo);
    expect(answer.headers.get('content-type')).toBe('application/octet-stream');
    expect((await readCar(await answer.bytes())).roots).toHaveLength(1);
  },

  'cursor-ignored': async () => {
    const {network, read} = await started();
    const fault = network.inject({type: 'cursor-ignored'});
    expect((await read()).keys).toEqual(inOrder);
    expect((await read('&cursor=r00002')).keys).toEqual(inOrder);
    expect(fault.fired).toBe(1);
  },

  'other-account': async () => {
    const {network, read, getRepo, did} = await started();
    network.inject({type: 'other-account', as: 'bob'});
    const {records} = await read();
    expect(records.map(({uri}) => uri.split('/')[2])).toEqual([network.didOf('bob'), network.didOf('bob')]);
    const {blocks} = await readCar(await (await fetch(getRepo)).bytes());
    expect([...blocks.values()].some(bytes => Buffer.from(bytes).includes(did))).toBe(false);
  },

  'repeated-cursor': async () => {
    const {network, read} = await started();
    network.inject({type: 'repeated-cursor'});
    expect((await read('&limit=2')).cursor).toBe('r00001');
    expect(await read('&limit=2&cursor=r00001')).toMatchObject({
      keys: ['r00002', 'r00003'],
      cursor: 'r00001',
    });
  },

  'endless-cursor': async () => {
    const {network, read} = await started();
    network.inject({type: 'endless-cursor'});
    const pages = [await read(), await read('&cursor=~'), await read('&cursor=~')];
    expect(pages.flatMap(({keys}) => keys)).toEqual([]);
    expect(new Set(pages.map(({cursor}) => cursor)).size).toBe(3);
    const {data} = await clientOf(network.relays[0] ?? '').sync.listReposByCollection({collection: match});
    expect(data).toEqual({repos: [], cursor: expect.any(String)});
  },

  'unsorted-page': async () => {
    const {network, read} = await started();
    const fault = network.inject({type: 'unsorted-page'});
    expect((await read()).keys.slice(0, 3)).toEqual(['r00001', 'r00000', 'r00002']);
    await read('&limit=1');
    expect(fault.fired).toBe(1);
  },

  duplicate: async () => {
    const {network, read} = await started();
    network.inject({type: 'duplicate'});
    expect((await read()).keys).toEqual(['r00000', ...inOrder]);
    const {data} = await clientOf(network.relays[0] ?? '').sync.listReposByCollection({collection: match});
    expect(data.repos.map(({did}) => network.nameOf(did))).toEqual(['alice', 'alice', 'bob']);
  },

  'missing-field': async () => {
    const {network, read, listRecords} = await started();
    network.inject({type: 'missing-field', name: 'cursor', times: 1});
    expect(await read()).toMatchObject({keys: inOrder, cursor: undefined});
    network.inject({type: 'missing-field', name: 'cid', times: 1});
    expect((await read()).records.map(record => 'cid' in record)).toEqual([false, true, true, true, true]);
    network.inject({type: 'missing-field', name: 'records', times: 1});
    expect(await (await fetch(listRecords)).json()).toEqual({cursor: 'r00004'});
  },

  'foreign-uri': async () => {
    const {network, read, did} = await started();
    const firstWith = async (part: 'did' | 'collection' | 'rkey', as: string) => {
      network.inject({type: 'foreign-uri', part, as, times: 1});
      return (await read()).records.slice(0, 2).map(({uri}) => uri);
    };
    const second = `at://${did}/${match}/r00001`;
    expect(await firstWith('did', 'did:plc:else')).toEqual([`at://did:plc:else/${match}/r00000`, second]);
    expect(await firstWith('collection', 'a.b.c')).toEqual([`at://${did}/a.b.c/r00000`, second]);
    expect(await firstWith('rkey', 'r00000/deeper')).toEqual([`at://${did}/${match}/r00000/deeper`, second]);
  },

  'wrong-cid': async () => {
    const {network, repo, did} = await started();
    const asked = {repo: did, collection: match, rkey: 'r00003'};
    const {data: before} = await repo.getRecord(asked);
    const as = [...network.records()].find(({cid}) => cid !== before.cid)?.cid ?? '';
    network.inject({type: 'wrong-cid', as, method: 'com.atproto.repo.getRecord', times: 1});
    expect((await repo.getRecord(asked)).data).toEqual({...before, cid: as});
    expect((await repo.getRecord(asked)).data).toEqual(before);
  },

  'large-record': async () => {
    const {network, read} = await started();
    network.inject({type: 'large-record', length: 2_000_000});
    const [first, second] = (await read()).records;
    expect(first?.value).toEqual({text: 'x'.repeat(2_000_000)});
    // A map of one: "text", and a text whose length takes four bytes.
    const head = Buffer.concat([
      Buffer.from([0xa1, 0x64]),
      Buffer.from('text'),
      Buffer.from([0x7a, 0, 0x1e, 0x84, 0x80]),
    ]);
    expect(first?.cid).toBe(cidTextOf(Buffer.concat([head, Buffer.alloc(2_000_000, 'x')])));
    expect(second?.value).toEqual({$type: match, n: 1});
  },

  'deep-record': async () => {
    const {network, read} = await started();
    network.inject({type: 'deep-record', levels: 3});
    const [first] = (await read()).records;
    expect(first?.value).toEqual({nested: [[['the innermost']]]});
    expect([...network.records()].map(({cid}) => cid)).not.toContain(first?.cid);
  },

  'invalid-utf8': async () => {
    const {network, listRecords} = await started();
    network.inject({type: 'invalid-utf8'});
    const bytes = await (await fetch(listRecords)).bytes();
    expect(() => new TextDecoder('utf-8', {fatal: true}).decode(bytes)).toThrow();
    expect(JSON.parse(Buffer.from(bytes).toString()).records[0].value).toEqual({text: '\ufffd\ufffd'});
  },

  'raw-value': async () => {
    const {network, listRecords} = await started();
    network.inject({
      type: 'raw-value',
      json: '{"n": 9007199254740993, "half": "\\ud83d"}',
      cid: 'bafy',
      times: 1,
    });
    expect(await (await fetch(listRecords)).text()).toContain(
      '"cid":"bafy","value":{"n": 9007199254740993, "half": "\\ud83d"}}',
    );
    network.inject({type: 'raw-value', json: '1.5'});
    expect(await (await fetch(listRecords)).text()).toMatch(/"cid":"bafyrei\w+","value":1\.5\}/);
  },

  truncated: async () => {
    const {network, listRecords, getRepo} = await started();
    const whole = await (await fetch(listRecords)).bytes();
    network.inject({type: 'truncated', after: -10, times: 1});
    const cut = await readBody(await fetch(listRecords));
    expect(cut).toEqual({bytes: Buffer.from(whole.subarray(0, -10)), ended: 'well'});
    network.inject({type: 'truncated', after: 500, times: 1});
    await expect(readCar(await (await fetch(getRepo)).bytes())).rejects.toThrow();
  },

  'flipped-bit': async () => {
    const {network, getRepo} = await started();
    const whole = Buffer.from(await (await fetch(getRepo)).bytes());
    network.inject({type: 'flipped-bit', at: whole.length - 1, times: 1});
    const flipped = Buffer.from(await (await fetch(getRepo)).bytes());
    expect(flipped.equals(whole)).toBe(false);
    expect(flipped.subarray(0, -1)).toEqual(whole.subarray(0, -1));
    network.inject({type: 'flipped-bit', times: 1});
    await expect(readCar(await (await fetch(getRepo)).bytes())).rejects.toThrow();
  },

  oversized: async () => {
    const {network, read, listRecords, getRepo} = await started();
    const lengthOf = async (address: string) => (await (await fetch(address)).bytes()).length;
    const [list, car] = [await lengthOf(listRecords), await lengthOf(getRepo)];
    const before = (await readCar(await (await fetch(getRepo)).bytes())).blocks.size;
    network.inject({type: 'oversized', bytes: 100_000});
    expect(await lengthOf(listRecords)).toBe(list + 100_000);
    expect((await read()).keys).toEqual(inOrder);
    expect(await lengthOf(getRepo)).toBeGreaterThan(car + 100_000);
    expect((await readCar(await (await fetch(getRepo)).bytes())).blocks.size).toBe(before + 1);
  },

  'missing-block': async () => {
    const {network, getRepo, listRecords} = await started();
    const car = async () => readCar(await (await fetch(getRepo)).bytes());
    const whole = (await car()).blocks.size;
    for (const which of ['commit', 'tree', 'record'] as const) {
      const fault = network.inject({type: 'missing-block', which});
      await fetch(listRecords);
      const {roots, blocks} = await car();
      expect(blocks.size).toBe(whole - 1);
      expect(roots.map(root => blocks.has(root))).toEqual([which !== 'commit']);
      expect(fault.fired).toBe(1);
      fault.end();
    }
    expect((await car()).blocks.size).toBe(whole);
  },

  'wrong-roots': async () => {
    const {network, getRepo} = await started();
    const rootsWith = async (count: 0 | 2) => {
      network.inject({type: 'wrong-roots', count, times: 1});
      return (await readCar(await (await fetch(getRepo)).bytes())).roots.length;
    };
    expect([await rootsWith(0), await rootsWith(2)]).toEqual([0, 2]);
  },

  latency: async () => {
    const {network, listRecords} = await started();
    network.inject({type: 'latency', ms: 60});
    const before = performance.now();
    await fetch(listRecords);
    expect(performance.now() - before).toBeGreaterThanOrEqual(58);
  },

  held: async () => {
    const {network, read} = await started();
    const fault = network.inject({type: 'held', times: 2});
    let answered = 0;
    const two = [read(), read()].map(async page => {
      await page;
      answered++;
    });
    await vi.waitFor(() => expect(fault.fired).toBe(2));
    expect((await read()).keys).toHaveLength(5);
    expect(answered).toBe(0);
    await network.deleteRecord('alice', match, 'r00000');
    fault.release();
    await Promise.all(two);
    expect((await read()).keys).toHaveLength(4);
  },

  'stalled-headers': async () => {
    const {network, listRecords} = await started();
    network.inject({type: 'stalled-headers'});
    expect(await failureOf(fetch(listRecords, {signal: AbortSignal.timeout(60)}))).toBe('TimeoutError');
  },

  reset: async () => {
    const {network, listRecords} = await started();
    network.inject({type: 'reset'});
    expect(await failureOf(fetch(listRecords))).toBe('ECONNRESET');
  },

  'cut-body': async () => {
    const {network, listRecords, getRepo} = await started();
    const fault = network.inject({type: 'cut-body', after: 900, by: 'reset'});
    expect(await readBody(await fetch(getRepo))).toMatchObject({bytes: {length: 900}, ended: 'ECONNRESET'});
    expect((await readBody(await fetch(`${listRecords}&limit=1`))).ended).toBe('well');
    expect(fault.fired).toBe(1);
    fault.end();
    network.inject({type: 'cut-body', after: 900, by: 'close'});
    expect(await readBody(await fetch(getRepo))).toMatchObject({
      bytes: {length: 900},
      ended: 'UND_ERR_SOCKET',
    });
  },

  'stalled-body': async () => {
    const {network, getRepo} = await started();
    network.inject({type: 'stalled-body', after: 900});
    const reader = (await fetch(getRepo)).body?.getReader();
    let bytes = 0;
    while (bytes < 900) bytes += (await reader?.read())?.value?.length ?? Number.POSITIVE_INFINITY;
    expect(bytes).toBe(900);
    const more = reader?.read().then(() => 'more');
    expect(await Promise.race([more, delay(60, 'nothing')])).toBe('nothing');
    await reader?.cancel();
  },

  'slow-drip': async () => {
    const {network, read} = await started();
    network.inject({type: 'slow-drip', bytes: 400, everyMs: 20});
    const before = performance.now();
    expect((await read()).keys).toEqual(inOrder);
    expect(performance.now() - before).toBeGreaterThanOrEqual(38);
  },

  'endless-body': async () => {
    const {network, getRepo} = await started();
    network.inject({type: 'endless-body'});
    let bytes = 0;
    for await (const chunk of (await fetch(getRepo)).body ?? []) {
      bytes += chunk.length;
      if (bytes > 5_000_000) break;
    }
    expect(bytes).toBeGreaterThan(5_000_000);
  },
};

describe('a fault', () => {
  it.each(Object.entries(meets))('%s', (_type, meet) => meet());

  it.each<[string, Narrowing, readonly string[]]>([
    ['another host', {server: 'two'}, []],
    ['a host', {server: 'one'}, ['alice', 'bob', 'alice', 'bob']],
    ['another method', {method: 'com.atproto.sync.getRepo'}, []],
    ['an account', {account: 'bob'}, ['bob', 'bob']],
    ['so many', {times: 3}, ['alice', 'bob', 'alice']],
    ['what comes after', {skip: 3}, ['bob']],
    ['each second', {every: 2}, ['bob', 'bob']],
    ['the third alone', {skip: 2, times: 1}, ['alice']],
  ])('for %s happens to that alone', async (_what, narrowed, expected) => {
    const {network, repo} = await started();
    const fault = network.inject({type: 'error', status: 500, ...narrowed});
    const met: string[] = [];
    for (const name of ['alice', 'bob', 'alice', 'bob'])
      await repo.listRecords({repo: network.didOf(name), collection: match}).catch(() => met.push(name));
    expect(met).toEqual(expected);
    expect(fault.fired).toBe(expected.length);
  });

  it('of the directory is for an account as well', async () => {
    const {network} = await started();
    network.inject({type: 'error', status: 503, server: 'plc', account: 'alice'});
    const statusOf = async (name: string) => (await fetch(`${network.plc}/${network.didOf(name)}`)).status;
    expect([await statusOf('alice'), await statusOf('bob')]).toEqual([503, 200]);
  });
});

it('calls are kept in their order, with what was asked', async () => {
  const {network, repo, did} = await started();
  await resolverOf(network).resolve(did);
  await repo.listRecords({repo: did, collection: match, limit: 3});
  expect(network.calls).toEqual([
    {server: 'plc', method: 'resolve', query: {}, account: 'alice'},
    {
      server: 'one',
      method: 'com.atproto.repo.listRecords',
      query: {repo: did, collection: match, limit: '3'},
      account: 'alice',
    },
  ]);
});

it('what is stalled or held does not keep it from ending', async () => {
  const {network, listRecords} = await started();
  const held = network.inject({type: 'held', times: 1});
  const waiting = failureOf(fetch(listRecords));
  await vi.waitFor(() => expect(held.fired).toBe(1));
  const late = network.inject({type: 'latency', ms: 600_000});
  const later = failureOf(fetch(listRecords));
  await vi.waitFor(() => expect(late.fired).toBe(1));
  await network.close();
  expect([await waiting, await later]).not.toContain('none');
});
