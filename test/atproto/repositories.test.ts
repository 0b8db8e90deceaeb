import {describe, expect, it} from 'vitest';
import type {FetchedRecord, Pds, RepositoryOrder} from '../../src/atproto/network.ts';
import type {AccountSpec, Json, NetworkSpec} from '../../src/sandbox/network/spec.ts';
import {
  alice,
  faultOf,
  like,
  listed,
  networkOf,
  post,
  posts,
  signal,
  type UnderTest,
} from './network-under-test.ts';

const getRepo = 'com.atproto.sync.getRepo';

interface Order extends Partial<RepositoryOrder> {
  readonly account?: string;
}

async function fetched(under: UnderTest, {account = 'alice', ...order}: Order = {}) {
  const {pds: origin} = await under.identityOf(account);
  return await repositoryOf(under.network.pds(origin), {did: under.local.didOf(account), ...order});
}

async function repositoryOf(pds: Pds, order: Order & {readonly did: string}) {
  const whole = {collections: [post], mostBytes: 10_000_000, proof: null, onBytes: () => {}};
  const {rev, records} = await pds.repository({...whole, ...order}, signal);
  return {rev, records: [...records()].flat(), pages: [...records()].map(page => page.length)};
}

const contents = (records: readonly FetchedRecord[]) =>
  records.map(({uri, cid, json, fault}) => ({uri, cid, fault, value: json === '' ? null : JSON.parse(json)}));

const both = (more: Partial<AccountSpec> = {}, host: NetworkSpec['hosts'][string] = {}): NetworkSpec => ({
  ...alice({[post]: posts(700), [like]: {a: {$type: like}, b: {$type: like, subject: 'x'}}}, more),
  hosts: {one: host},
});

describe('a repository as one CAR', () => {
  it.each(['cid', 'tree'] as const)(
    'has what listing it record by record has; blocks by %s',
    async carOrder => {
      const under = await networkOf(both({}, {carOrder}));
      const {rev, records, pages} = await fetched(under);
      const pds = await under.pdsOf('alice');
      expect(contents(records)).toEqual(contents(await listed(pds, under.local.didOf('alice'), post)));
      expect(records).toHaveLength(700);
      expect(pages).toEqual([256, 256, 188]);
      expect(rev).toMatch(/^[234567a-z]{13}$/);
    },
  );

  it('has the records of the collections that were asked for, by collection and key', async () => {
    const under = await networkOf(both());
    const {records} = await fetched(under, {collections: [like, post, 'com.example.none']});
    expect(records.map(({collection}) => collection)).toEqual([
      ...Array.from({length: 2}, () => like),
      ...Array.from({length: 700}, () => post),
    ]);
    expect((await fetched(under, {collections: []})).records).toEqual([]);
  });

  it('may be empty', async () => {
    const under = await networkOf(alice({}));
    expect(await fetched(under, {proof: (await under.identityOf('alice')).signingKey})).toMatchObject({
      records: [],
    });
  });

  it('has another revision after every change', async () => {
    const under = await networkOf(both());
    const before = await fetched(under);
    await under.local.putRecord('alice', post, 'zzz', {$type: post, text: 'new'});
    const after = await fetched(under);
    expect(after.rev > before.rev).toBe(true);
    expect(after.records).toHaveLength(701);
    expect(after.records.at(-1)).toMatchObject({rkey: 'zzz', json: `{"text":"new","$type":"${post}"}`});
  });

  it('is refused as soon as there is more of it than may be, and tells how much came', async () => {
    const under = await networkOf(both());
    let bytes = 0;
    const onBytes = (count: number) => {
      bytes += count;
    };
    await fetched(under, {onBytes});
    const whole = bytes;
    expect(whole).toBeGreaterThan(80_000);
    bytes = 0;
    const fault = await faultOf(fetched(under, {mostBytes: whole - 1, onBytes}));
    expect(fault).toMatchObject({
      kind: 'too-large',
      message: expect.stringContaining(
        `${getRepo} is larger than ${(whole - 1).toLocaleString('en-US')} bytes`,
      ),
    });
    expect(bytes).toBeLessThan(whole);
  });

  it('tells of U+0000, and keeps the largest whole number of JavaScript', async () => {
    const value: Json = {$type: post, text: 'a\u0000b'};
    const under = await networkOf(alice({[post]: {a: value, b: {$type: post, n: 2 ** 53 - 1}}}));
    const {records} = await fetched(under);
    expect(records).toMatchObject([
      {isUnstorable: true, json: `{"text":"a\\u0000b","$type":"${post}"}`},
      {isUnstorable: false, json: `{"n":9007199254740991,"$type":"${post}"}`},
    ]);
  });

  it('takes all but a record that its host changed', async () => {
    const under = await networkOf(both({lies: {[`${post}/r000007`]: {$type: post, text: 'something else'}}}));
    const {records} = await fetched(under);
    expect(records).toHaveLength(700);
    expect(records.filter(({fault}) => fault !== null)).toMatchObject([
      {
        rkey: 'r000007',
        json: '',
        fault: {
          kind: 'invalid',
          message: expect.stringMatching(/^its host gives something else for bafyrei\w+ than/),
        },
      },
    ]);
  });
});

describe('the proof of a repository', () => {
  it('is the signature of its account', async () => {
    const under = await networkOf(both());
    const {signingKey} = await under.identityOf('alice');
    expect(signingKey).toMatch(/^did:key:zQ3s/);
    expect((await fetched(under, {proof: signingKey})).records).toHaveLength(700);
  });

  it.each([
    ['another key', 'did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme'],
    ['a key of another curve', 'did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169'],
    ['no key at all', 'did:key:zabc'],
  ])('fails by %s', async (_, proof) => {
    const under = await networkOf(both());
    expect(await faultOf(fetched(under, {proof}))).toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining(`its signature is not that of ${proof}`),
    });
  });

  it('fails where the commit was signed by nobody', async () => {
    const under = await networkOf({
      hosts: {one: {}},
      crowds: [{name: 'crowd', accounts: 1, hosts: ['one'], records: {[post]: 10}, isUnsigned: true}],
    });
    const {signingKey} = await under.identityOf('crowd-0');
    expect((await fetched(under, {account: 'crowd-0'})).records).toHaveLength(10);
    expect((await faultOf(fetched(under, {account: 'crowd-0', proof: signingKey}))).kind).toBe('invalid');
  });

  it('does not make another repository this one', async () => {
    const spec = both();
    const under = await networkOf(
      {
        ...spec,
        accounts: [...(spec.accounts ?? []), {name: 'bob', host: 'one', records: {[post]: posts(3)}}],
      },
      {
        meddle: (call, answer) => {
          if (call.method === getRepo) call.query.set('did', under.local.didOf('bob'));
          return answer(call);
        },
      },
    );
    expect(await faultOf(fetched(under))).toMatchObject({
      kind: 'invalid',
      host: (await under.pdsOf('alice')).host,
      message: expect.stringContaining(`it is of another repository, ${under.local.didOf('bob')}`),
    });
  });
});
