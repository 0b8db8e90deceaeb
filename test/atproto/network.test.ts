import {describe, expect, it} from 'vitest';
import {openNetwork} from '../../src/atproto/open-network.ts';
import {networkOf} from './network-under-test.ts';

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
