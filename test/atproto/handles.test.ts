import {describe, expect, it} from 'vitest';
import type {NetworkSpec} from '../../src/sandbox/network/spec.ts';
import {dnsServer} from './dns-server.ts';
import {alice, faultOf, networkOf, signal} from './network-under-test.ts';

describe('a handle', () => {
  const spec: NetworkSpec = alice({}, {handle: 'alice.example.com'});

  it('is resolved by its host, and confirmed by the document', async () => {
    const {local, network} = await networkOf(spec, {dnsServers: [await dnsServer({})]});
    const {identities} = network;
    for (const handle of ['alice.example.com', '@alice.example.com', 'at://Alice.Example.com'])
      expect(await identities.resolveHandle(handle, signal)).toBe(local.didOf('alice'));
    expect(identities.hostOf('Alice.Example.com')).toBe('alice.example.com');
  });

  it('is resolved by DNS where its host does not know it', async () => {
    const {local, open} = await networkOf(spec);
    const dns = await dnsServer({'_atproto.alice.example.com': ['v=spf1', `did=${local.didOf('alice')}`]});
    const network = open({dnsServers: [dns], reach: () => new URL(local.plc)});
    expect(await network.identities.resolveHandle('alice.example.com', signal)).toBe(local.didOf('alice'));
  });

  it('that neither knows is not found', async () => {
    const {network, local} = await networkOf(spec, {
      dnsServers: [await dnsServer({'_atproto.two.example.com': ['did=did:plc:a', 'did=did:plc:b']})],
      reach: hostname => (hostname.endsWith('.example.com') ? new URL(local.plc) : null),
    });
    for (const handle of ['nobody.example.com', 'two.example.com'])
      expect(await faultOf(network.identities.resolveHandle(handle, signal))).toMatchObject({
        kind: 'not-found',
        host: handle,
      });
  });

  it('is not taken from a DID that does not claim it back', async () => {
    const {local, open} = await networkOf(spec);
    const dns = await dnsServer({'_atproto.mallory.example.com': [`did=${local.didOf('alice')}`]});
    const network = open({dnsServers: [dns], reach: () => new URL(local.plc)});
    expect(await faultOf(network.identities.resolveHandle('mallory.example.com', signal))).toMatchObject({
      kind: 'invalid',
      message: `mallory.example.com: it names ${local.didOf('alice')}, whose document does not claim it`,
    });
  });

  it.each([
    ['alice', 'invalid'],
    ['', 'invalid'],
    ['alice..com', 'invalid'],
    ['handle.invalid', 'not-found'],
    ['alice.local', 'not-found'],
  ])('%j fails as %s, and nobody is asked', async (handle, kind) => {
    const {network} = await networkOf(spec, {dnsServers: [await dnsServer({})]});
    expect((await faultOf(network.identities.resolveHandle(handle, signal))).kind).toBe(kind);
  });
});
