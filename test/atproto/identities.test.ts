import {describe, expect, it} from 'vitest';
import type {AccountSpec, DocumentSpec} from '../../src/sandbox/network/spec.ts';
import {alice, faultOf, instead, networkOf, signal, type TestOptions} from './network-under-test.ts';

/** How Alice is resolved. */
async function resolved(account: Partial<AccountSpec>, options: TestOptions = {}) {
  const under = await networkOf(alice({}, account), options);
  return {
    ...under,
    resolve: (isFresh = false) =>
      under.network.identities.resolve(under.local.didOf('alice'), {signal, isFresh}),
  };
}

describe('an identity', () => {
  it('of did:plc is where the directory says', async () => {
    const {local, network, resolve} = await resolved({});
    expect(await resolve()).toEqual({
      did: local.didOf('alice'),
      pds: local.hosts['one']?.origin,
      handle: 'alice.test',
      signingKey: expect.stringMatching(/^did:key:z/),
    });
    expect(network.identities.hostOf(local.didOf('alice'))).toBe(new URL(local.plc).host);
  });

  it('of did:web is where its own host says', async () => {
    const {local, network, resolve} = await resolved({identity: {web: 'port'}});
    expect(await resolve()).toMatchObject({pds: local.hosts['one']?.origin});
    expect(network.identities.hostOf(local.didOf('alice'))).toMatch(/^localhost:\d+$/);
    expect(local.plcServer.requests).toEqual({});
  });

  it('of a did:web without a port is asked over https', async () => {
    const {local, network} = await resolved({identity: {web: 'domain', domain: 'alice.example.com'}});
    expect(network.identities.hostOf(local.didOf('alice'))).toBe('alice.example.com');
    // The host that is reached in its place does not have that.
    expect(await network.identities.resolve(local.didOf('alice'), {signal})).toMatchObject({
      handle: 'alice.test',
    });
  });

  it.each<[string, DocumentSpec, string, RegExp]>([
    ['that nobody registered', 'unknown', 'not-found', /knows no such DID/],
    ['that was tombstoned', 'tombstone', 'not-found', /it was tombstoned/],
    ['without a host', 'no-host', 'no-host', /its document names no host \(no #atproto_pds\)/],
    ['with the document of another', 'other-did', 'no-host', /gives the document of did:plc:\w+ for it/],
    ['whose document is none', 'not-json', 'no-host', /gives no DID document for it/],
    ['at no address', {endpoint: 'somewhere'}, 'no-host', /names the host somewhere, which is no address/],
    ['at a file', {endpoint: 'file:///etc/passwd'}, 'no-host', /names the host file:.*, which is not https/],
    ['behind a password', {endpoint: 'https://a:b@pds.example.com'}, 'no-host', /more than where it is/],
    ['below a path', {endpoint: 'https://pds.example.com/xrpc'}, 'no-host', /more than where it is/],
  ])('%s fails as %s', async (_, document, kind, message) => {
    const {local, resolve} = await resolved({document});
    const fault = await faultOf(resolve());
    expect(fault).toMatchObject({kind, message: expect.stringMatching(message)});
    expect(fault.message).toContain(local.didOf('alice'));
  });

  it('that the directory answers as never registered, though it was tombstoned, is not found either', async () => {
    const under = await networkOf({...alice({}, {document: 'tombstone'}), plc: {tombstoneStatus: 404}});
    expect((await faultOf(under.identityOf('alice'))).kind).toBe('not-found');
  });

  it('without a key, or a handle, has none', async () => {
    const {local, resolve} = await resolved({document: 'no-key', handle: 'handle.invalid'});
    expect(await resolve()).toEqual({
      did: local.didOf('alice'),
      pds: local.hosts['one']?.origin,
      handle: null,
      signingKey: null,
    });
  });

  it.each([
    ['did:web:example.com:alice', 'no-host', /names no host, or more than a host/],
    ['did:web:exa%2Fmple.com', 'no-host', /names no host, or more than a host/],
    ['did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme', 'no-host', /of the kind did:key/],
    ['did:plc:', 'not-found', /is no DID/],
    ['alice\u001b[2J', 'not-found', /^alice\\x1b\[2J is no DID$/],
  ])('%j fails as %s, and nobody is asked', async (did, kind, message) => {
    const {local, network} = await resolved({});
    expect(await faultOf(network.identities.resolve(did, {signal}))).toMatchObject({
      kind,
      message: expect.stringMatching(message),
    });
    expect(local.plcServer.requests).toEqual({});
  });
});

describe('a document', () => {
  /** As somebody else may write it. */
  const written = (
    document: (did: string, pds: string) => object,
  ): Promise<Awaited<ReturnType<typeof resolved>>> => {
    const ends = {did: '', pds: ''};
    const meddle = instead('resolve', () => ({body: document(ends.did, ends.pds)}));
    return resolved({}, {meddle}).then(under => {
      ends.did = under.local.didOf('alice');
      ends.pds = under.local.hosts['one']?.origin ?? '';
      return under;
    });
  };

  it('may have other services, keys and names beside, and names in full', async () => {
    const {resolve} = await written((did, pds) => ({
      id: did,
      alsoKnownAs: ['https://alice.example', 7, 'at://Alice.Example.com', 'at://other.example.com'],
      verificationMethod: [
        'did:key:z',
        {id: `${did}#atproto_label`, type: 'Multikey', publicKeyMultibase: 'zOther'},
        {id: `${did}#atproto`, type: 'Multikey', publicKeyMultibase: 'zMine'},
      ],
      service: [
        {id: '#bsky_fg', type: 'BskyFeedGenerator', serviceEndpoint: {uri: 'https://feeds.example.com'}},
        {id: `${did}#atproto_pds`, type: 'AtprotoPersonalDataServer', serviceEndpoint: `${pds}/`},
      ],
    }));
    expect(await resolve()).toMatchObject({
      pds: expect.not.stringMatching(/\/$/),
      handle: 'alice.example.com',
      signingKey: 'did:key:zMine',
    });
  });

  it('may have its key in the form of 2022', async () => {
    const {resolve} = await written((did, pds) => ({
      id: did,
      verificationMethod: [
        {
          id: '#atproto',
          type: 'EcdsaSecp256k1VerificationKey2019',
          publicKeyMultibase:
            'zQYEBzXeuTM9UR3rfvNag6L3RNAs5pQZyYPsomTsgQhsxLdEgCrPTLgFna8yqCnxPpNT7DBk6Ym3dgPKNu86vt9GR',
        },
      ],
      service: [{id: '#atproto_pds', type: 'AtprotoPersonalDataServer', serviceEndpoint: pds}],
    }));
    expect((await resolve()).signingKey).toBe('did:key:zQ3shXjHeiBuRCKmM36cuYnm7YEMzhGnCmCyW92sRJ9pribSF');
  });

  it.each([
    [
      'of another type',
      {type: 'SomethingElse', serviceEndpoint: 'https://a.example'},
      /is of type SomethingElse/,
    ],
    [
      'with a list',
      {type: 'AtprotoPersonalDataServer', serviceEndpoint: ['https://a.example']},
      /is no address/,
    ],
    ['with nothing', {type: 'AtprotoPersonalDataServer'}, /names the host null, which is no address/],
  ])('with a host %s names what was found', async (_, service, message) => {
    const {resolve} = await written(did => ({id: did, service: [{id: '#atproto_pds', ...service}]}));
    expect(await faultOf(resolve())).toMatchObject({
      kind: 'no-host',
      message: expect.stringMatching(message),
    });
  });

  it('with a host nested deeper than can be told fails like any other, and nothing else with it', async () => {
    const nested = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    let did = '';
    const body = () =>
      `{"id":"${did}","service":[{"id":"#atproto_pds","type":"AtprotoPersonalDataServer","serviceEndpoint":${nested}}]}`;
    const {local, resolve} = await resolved({}, {meddle: instead('resolve', () => ({body: body()}))});
    did = local.didOf('alice');
    expect(await faultOf(resolve())).toMatchObject({
      kind: 'no-host',
      message: `${did}: its document names the host (nested too deeply to be told), which is no address`,
    });
  });

  it('larger than documents are is not taken', async () => {
    const {resolve} = await written(did => ({id: did, more: 'x'.repeat(300_000)}));
    expect(await faultOf(resolve())).toMatchObject({
      kind: 'too-large',
      message: expect.stringMatching(/the DID document is larger than 262,144 bytes/),
    });
  });
});

describe('identities', () => {
  it('are remembered, and asked for again where it is said that they may have moved', async () => {
    const under = await networkOf({...alice({}), hosts: {one: {}, two: {}}});
    const {local, network} = under;
    const did = local.didOf('alice');
    await under.identityOf('alice');
    local.move('alice', 'two');
    expect((await under.identityOf('alice')).pds).toBe(local.hosts['one']?.origin);
    expect((await network.identities.resolve(did, {signal, isFresh: true})).pds).toBe(
      local.hosts['two']?.origin,
    );
    expect((await under.identityOf('alice')).pds).toBe(local.hosts['two']?.origin);
    expect(local.plcServer.requests).toEqual({resolve: 2});
  });

  it('are forgotten after an hour; that there was none, after a minute', async () => {
    let now = 1_000_000;
    const {local, resolve} = await resolved({document: 'unknown'}, {now: () => now});
    for (let times = 0; times < 3; times++) await faultOf(resolve());
    expect(local.plcServer.requests).toEqual({resolve: 1});
    local.setDocument('alice', null);
    now += 60_001;
    for (let times = 0; times < 3; times++) await resolve();
    expect(local.plcServer.requests).toEqual({resolve: 2});
    now += 3_600_001;
    await resolve();
    expect(local.plcServer.requests).toEqual({resolve: 3});
  });

  it('are remembered up to a number, those asked for last', async () => {
    const accounts = ['a', 'b', 'c'].map(name => ({name: `${name}lice`, host: 'one'}));
    const under = await networkOf({hosts: {one: {}}, accounts}, {limits: {identities: 2}});
    for (const name of ['alice', 'blice', 'alice', 'clice', 'alice', 'blice']) await under.identityOf(name);
    expect(under.local.plcServer.requests).toEqual({resolve: 4});
  });

  it('are not remembered as absent because the directory was busy', async () => {
    let isBusy = true;
    const {resolve} = await resolved(
      {},
      {
        meddle: async (call, answer) =>
          isBusy && call.server === 'plc' ? {status: 500, headers: {}, body: ''} : answer(call),
      },
    );
    expect((await faultOf(resolve())).kind).toBe('server-error');
    isBusy = false;
    expect(await resolve()).toMatchObject({handle: 'alice.test'});
  });
});
