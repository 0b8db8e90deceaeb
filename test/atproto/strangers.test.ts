import type {LookupAddress} from 'node:dns';
import {describe, expect, it} from 'vitest';
import {isPublicAddress, type LookupAll, publicLookup} from '../../src/atproto/public-address.ts';
import {alice, faultOf, networkOf, post, posts, signal} from './network-under-test.ts';

/** What a stranger may name to make us ask ourselves. */

describe('an address', () => {
  it.each([
    '1.1.1.1',
    '93.184.215.14',
    '172.15.255.255',
    '172.32.0.1',
    '192.167.1.1',
    '2606:4700:4700::1111',
    '2a00:1450:4001::1',
    '64:ff9b::1.1.1.1',
  ])('%s is public', address => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.2.1',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:1.1.1.1',
    '64:ff9b::',
    '64:ff9b::10.0.0.1',
    '64:ff9b::a9fe:a9fe',
    'fc00::1',
    'fe80::1',
    'fe80::1%eth0',
    'ff02::1',
    '2001:db8::1',
    '2002:7f00:1::1',
    '2001::1',
    'example.com',
    '',
  ])('%s is not', address => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe('a name', () => {
  /** What a socket is given to connect to, where names have these addresses. */
  const connectsTo = (addresses: readonly LookupAddress[], all: boolean) =>
    new Promise(resolve => {
      const lookup: LookupAll = (_name, _options, callback) => callback(null, addresses);
      publicLookup(lookup)('pds.example.com', {all}, (error, address) => resolve(error?.message ?? address));
    });
  const v4 = (address: string): LookupAddress => ({address, family: 4});

  it('leads to its addresses where all of them are public', async () => {
    expect(await connectsTo([v4('1.1.1.1'), v4('1.0.0.1')], true)).toEqual([v4('1.1.1.1'), v4('1.0.0.1')]);
    expect(await connectsTo([v4('1.1.1.1'), v4('1.0.0.1')], false)).toBe('1.1.1.1');
  });

  it('leads nowhere where one of them is not, or there is none', async () => {
    expect(await connectsTo([v4('1.1.1.1'), v4('10.0.0.1')], true)).toBe(
      'the address 10.0.0.1 is not a public one',
    );
    expect(await connectsTo([], true)).toBe('pds.example.com has no address');
  });
});

describe('where private hosts are not allowed', () => {
  it.each([
    'https://127.0.0.1:PORT',
    'https://2130706433:PORT',
    'https://0x7f.1:PORT',
    'https://[::1]:PORT',
    'https://[::ffff:127.0.0.1]:PORT',
    'https://10.0.0.1',
    'https://169.254.169.254',
    'https://localhost:PORT',
    'https://pds.localhost:PORT',
    'https://localhost.:PORT',
    'https://pds',
  ])('an identity that names the host %s has none', async endpoint => {
    const {local, open} = await networkOf(alice({}));
    local.setDocument('alice', {endpoint: endpoint.replace('PORT', new URL(local.plc).port)});
    const {identities} = open({allowPrivateHosts: false});
    expect(await faultOf(identities.resolve(local.didOf('alice'), {signal}))).toMatchObject({
      kind: 'no-host',
      message: expect.stringMatching(/names the host https:\/\/\S+, which is not a public address$/),
    });
  });

  it('nor one without https', async () => {
    const {local, open} = await networkOf(alice({}));
    local.setDocument('alice', {endpoint: 'http://pds.example.com'});
    const {identities} = open({allowPrivateHosts: false});
    expect(await faultOf(identities.resolve(local.didOf('alice'), {signal}))).toMatchObject({
      kind: 'no-host',
      message: expect.stringMatching(/names the host http:\/\/pds\.example\.com, which is not https$/),
    });
  });

  it('a name that leads to this machine is not asked, whatever way it came', async () => {
    const {local, open} = await networkOf(alice({[post]: posts(1)}));
    const host = local.hosts['one'];
    const port = new URL(host?.origin ?? '').port;
    const network = open({allowPrivateHosts: false});
    const listing = {did: local.didOf('alice'), collection: post, cursor: null};
    for (const ask of [
      () => network.pds(`https://localhost:${port}`).listRecords(listing, signal),
      () => network.identities.resolve(`did:web:localhost%3A${port}`, {signal}),
    ])
      expect(await faultOf(ask())).toMatchObject({
        kind: 'no-host',
        host: `localhost:${port}`,
        message: expect.stringMatching(
          /the address (127\.0\.0\.1|::1) is not a public one, so nothing is asked there/,
        ),
      });
    for (const ask of [
      () => network.pds(`https://127.0.0.1:${port}`).listRecords(listing, signal),
      () => network.identities.resolve(`did:web:127.0.0.1%3A${port}`, {signal}),
    ])
      expect((await faultOf(ask())).message).toMatch(/the address 127\.0\.0\.1 is not a public one/);
    expect(await faultOf(network.pds(`http://127.0.0.1:${port}`).listRecords(listing, signal))).toMatchObject(
      {
        kind: 'no-host',
        message: expect.stringContaining('it is to be asked without encryption'),
      },
    );
    expect(host?.requests).toEqual({});
  });

  it('relays and directory are still where the operator says', async () => {
    const {local, open} = await networkOf({
      hosts: {one: {}},
      accounts: [
        {
          name: 'alice',
          host: 'one',
          records: {[post]: posts(1)},
          document: {endpoint: 'https://pds.example.com'},
        },
      ],
    });
    const network = open({allowPrivateHosts: false});
    const page = await network.relays[0]?.repositories(post, null, signal);
    expect(page?.dids).toEqual([local.didOf('alice')]);
    expect(await network.identities.resolve(local.didOf('alice'), {signal})).toMatchObject({
      pds: 'https://pds.example.com',
    });
  });
});
