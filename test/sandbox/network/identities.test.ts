import {request} from 'node:http';
import {text} from 'node:stream/consumers';
import {describe, expect, it} from 'vitest';
import type {NetworkSpec} from '../../../src/sandbox/network/spec.ts';
import {networkUnderTest} from '../../simulators/network-under-test.ts';
import {hostOf, resolverOf} from './asking.ts';

const spec = {
  hosts: {one: {}, two: {}},
  accounts: [
    {name: 'alice', host: 'one', handle: 'alice.example'},
    {name: 'webby', host: 'one', identity: {web: 'port'}},
    {name: 'domain', host: 'two', identity: {web: 'domain', domain: 'games.example'}},
  ],
} satisfies NetworkSpec;

async function started(plc: NetworkSpec['plc'] = {}) {
  const network = await networkUnderTest({...spec, plc});
  return {network, resolver: resolverOf(network), one: hostOf(network, 'one'), two: hostOf(network, 'two')};
}

/** As a server would be asked that had that name. */
async function askedAs(origin: string, name: string, path: string) {
  const {promise, resolve, reject} = Promise.withResolvers<readonly [number | undefined, string]>();
  request(origin + path, {headers: {host: name}}, response => {
    text(response).then(body => resolve([response.statusCode, body]), reject);
  })
    .once('error', reject)
    .end();
  return promise;
}

describe('the directory', () => {
  it('tells of an account where it is, what it is called, and with which key it signs', async () => {
    const {network, resolver, one} = await started();
    const did = network.didOf('alice');
    expect(did).toMatch(/^did:plc:[a-z2-7]{24}$/);
    expect(await resolver.resolveAtprotoData(did)).toEqual({
      did,
      handle: 'alice.example',
      pds: one.origin,
      signingKey: expect.stringMatching(/^did:key:zQ3sh/),
    });
    const answer = await fetch(`${network.plc}/${encodeURIComponent(did)}`);
    expect(answer.headers.get('content-type')).toBe('application/did+ld+json; charset=utf-8');
    expect(network.plcServer.requests).toEqual({resolve: 2});
  });

  it('knows nobody else, and no did:web', async () => {
    const {network, resolver} = await started();
    expect(await resolver.resolve('did:plc:aaaaaaaaaaaaaaaaaaaaaaaa')).toBeNull();
    const answer = await fetch(`${network.plc}/${network.didOf('domain')}`);
    expect([answer.status, await answer.json()]).toEqual([
      404,
      {message: 'DID not registered: did:web:games.example'},
    ]);
    expect((await fetch(network.plc)).status).toBe(404);
  });

  it('is wrong about an account as it is told to be, until it is not any more', async () => {
    const {network, resolver, two} = await started();
    const did = network.didOf('alice');
    const status = async () => (await fetch(`${network.plc}/${did}`)).status;
    const {signingKey} = await resolver.resolveAtprotoData(did);

    network.setDocument('alice', 'unknown');
    expect(await resolver.resolve(did)).toBeNull();
    network.setDocument('alice', 'tombstone');
    expect(await status()).toBe(410);
    network.setDocument('alice', 'no-host');
    await expect(resolver.resolveAtprotoData(did)).rejects.toThrow('Could not parse pds');
    network.setDocument('alice', 'no-key');
    await expect(resolver.resolveAtprotoData(did)).rejects.toThrow('Could not parse signingKey');
    network.setDocument('alice', 'other-key');
    expect((await resolver.resolveAtprotoData(did)).signingKey).not.toBe(signingKey);
    network.setDocument('alice', 'other-did');
    await expect(resolver.resolve(did)).rejects.toThrow('Poorly formatted DID Document');
    network.setDocument('alice', 'not-json');
    await expect(resolver.resolve(did)).rejects.toThrow('not valid JSON');
    network.setDocument('alice', {endpoint: 'ftp://nowhere'});
    await expect(resolver.resolveAtprotoData(did)).rejects.toThrow('Could not parse pds');
    network.setDocument('alice', {host: 'two'});
    expect((await resolver.resolveAtprotoData(did)).pds).toBe(two.origin);
    network.setDocument('alice', null);
    expect(await resolver.resolveAtprotoKey(did)).toBe(signingKey);
  });

  it('says of a tombstone what its source does, where it is told to', async () => {
    const {network, resolver} = await started({tombstoneStatus: 404});
    network.setDocument('alice', 'tombstone');
    expect(await resolver.resolve(network.didOf('alice'))).toBeNull();
  });
});

describe('a did:web', () => {
  it('on this machine has a port in its name, and its document there', async () => {
    const {network, resolver, one} = await started();
    const did = network.didOf('webby');
    expect(did).toMatch(/^did:web:localhost%3A\d+$/);
    expect(await resolver.resolveAtprotoData(did)).toMatchObject({
      did,
      pds: one.origin,
      handle: 'webby.test',
    });
    network.setDocument('webby', 'unknown');
    expect(await resolver.resolve(did)).toBeNull();
  });

  it('has the port that it wants if that is free, and another if not', async () => {
    // Below those that the system gives out by itself.
    const free = 10_000 + (process.pid % 10_000);
    const wants = {
      ...spec,
      accounts: [{name: 'webby', host: 'one', identity: {web: 'port', port: free}}],
    } as const;
    const first = await networkUnderTest(wants);
    expect(first.didOf('webby')).toBe(`did:web:localhost%3A${free}`);
    expect((await networkUnderTest(wants)).didOf('webby')).not.toBe(first.didOf('webby'));
  });

  it('with a domain has its document at its host, which goes by that name', async () => {
    const {two, network} = await started();
    const [status, body] = await askedAs(two.origin, 'games.example', '/.well-known/did.json');
    expect([status, JSON.parse(body)]).toMatchObject([
      200,
      {id: 'did:web:games.example', service: [{serviceEndpoint: two.origin}]},
    ]);
    expect(await askedAs(two.origin, 'other.example', '/.well-known/did.json')).toMatchObject([
      404,
      'Not Found',
    ]);
    expect(network.nameOf('did:web:games.example')).toBe('domain');
  });
});

it('a handle is confirmed by the host that goes by its name', async () => {
  const {network, one, two} = await started();
  const path = '/.well-known/atproto-did';
  expect(await askedAs(one.origin, 'alice.example', path)).toEqual([200, network.didOf('alice')]);
  expect(await askedAs(two.origin, 'alice.example', path)).toEqual([404, 'User not found']);
});
