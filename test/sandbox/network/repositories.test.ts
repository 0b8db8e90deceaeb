import {
  MemoryBlockstore,
  Repo,
  readCar,
  verifyDiffCar,
  verifyProofs,
  verifyRecords,
  verifyRepoCar,
} from '@atproto/repo';
import {describe, expect, it} from 'vitest';
import type {LocalNetwork} from '../../../src/sandbox/network/network.ts';
import type {NetworkSpec} from '../../../src/sandbox/network/spec.ts';
import {networkUnderTest} from '../../simulators/network-under-test.ts';
import {clientOf, hostOf, match, note, numbered, refusalOf, resolverOf} from './asking.ts';

const spec = {
  hosts: {one: {}, two: {carOrder: 'tree', ignoresSince: true}},
  accounts: [
    {name: 'alice', host: 'one', records: {[match]: numbered(300), [note]: {self: {text: '艦これ 🚢'}}}},
    {name: 'bob', host: 'two', records: {[match]: numbered(300)}},
    {name: 'empty', host: 'one'},
    {name: 'away', host: 'one', status: 'deactivated'},
    {name: 'banned', host: 'one', status: 'takendown'},
    {name: 'suspended', host: 'one', status: 'suspended'},
    {name: 'deleted', host: 'one', status: 'deleted'},
  ],
  crowds: [{name: 'crew', accounts: 3, hosts: ['one', 'two'], records: {[match]: 12}, shapes: 2}],
} satisfies NetworkSpec;

async function started(more: Partial<NetworkSpec> = {}) {
  return asking(await networkUnderTest({...spec, ...more}));
}

function asking(network: LocalNetwork) {
  const clientAt = (host: string) => clientOf(hostOf(network, host).origin).sync;
  return {
    network,
    sync: clientAt('one'),
    carOf: async (name: string, host = 'one', since?: string) =>
      (await clientAt(host).getRepo({did: network.didOf(name), ...(since !== undefined && {since})})).data,
    keyOf: (name: string) => resolverOf(network).resolveAtprotoKey(network.didOf(name)),
    known: (name: string) =>
      [...network.records()]
        .filter(({account}) => account === name)
        .map(({collection, rkey, cid}) => ({collection, rkey, cid})),
  };
}

type Created = Awaited<ReturnType<typeof verifyRepoCar>>['creates'];

function inText(creates: Created) {
  return creates
    .map(({collection, rkey, cid}) => ({
      collection: String(collection),
      rkey: String(rkey),
      cid: cid.toString(),
    }))
    .sort((one, other) => (`${one.collection}/${one.rkey}` < `${other.collection}/${other.rkey}` ? -1 : 1));
}

describe('getRepo', () => {
  it.each([
    ['alice', 'one'],
    ['bob', 'two'],
    ['empty', 'one'],
    ['crew-0', 'one'],
    ['crew-1', 'two'],
  ])(
    'gives a CAR of %s that is proven down to the signature by the key of its document',
    async (name, host) => {
      const {network, carOf, keyOf, known} = await started();
      const {creates, commit} = await verifyRepoCar(
        await carOf(name, host),
        network.didOf(name),
        await keyOf(name),
      );
      expect(inText(creates)).toEqual(known(name));
      const {data} = await clientOf(hostOf(network, host).origin).sync.getLatestCommit({
        did: network.didOf(name),
      });
      expect(data).toEqual({cid: commit.cid.toString(), rev: commit.rev});
    },
  );

  it('sends blocks as the reference PDS does, or as the tree is walked: the commit first only there', async () => {
    const {carOf} = await started();
    const orderOf = async (name: string, host: string) => {
      const {roots, blocks} = await readCar(await carOf(name, host));
      return {root: String(roots), order: blocks.cids().map(String)};
    };
    const {root, order} = await orderOf('alice', 'one');
    expect(order).toEqual(order.toSorted().reverse());
    expect(order.indexOf(root)).toBeGreaterThan(0);
    const walked = await orderOf('bob', 'two');
    expect(walked.order[0]).toBe(walked.root);
    expect(walked.order).not.toEqual(walked.order.toSorted().reverse());
  });

  it('gives what came since a revision, which is a difference to what was there before', async () => {
    const {network, carOf, keyOf} = await started();
    const did = network.didOf('alice');
    const before = await readCar(await carOf('alice'));
    const [root] = before.roots;
    const repository = await Repo.load(new MemoryBlockstore(before.blocks), root);
    const put = await network.putRecord('alice', match, 'r00007', {$type: match, n: 70});
    await network.deleteRecord('alice', match, 'r00008');
    await network.putRecord('alice', note, 'new', {text: 'new'});
    const difference = await carOf('alice', 'one', repository.commit.rev);
    const {writes} = await verifyDiffCar(repository, difference, did, await keyOf('alice'));
    expect(writes).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({action: 'create', rkey: 'new'}),
        expect.objectContaining({action: 'update', rkey: 'r00007'}),
        expect.objectContaining({action: 'delete', rkey: 'r00008'}),
      ]),
    );
    expect(writes.flatMap(write => ('cid' in write ? String(write.cid) : []))).toContain(put);
    expect(writes).toHaveLength(3);
    expect(difference.length).toBeLessThan((await carOf('alice')).length / 4);
  });

  it('gives everything whatever it is asked since, where the host does so', async () => {
    const {network, carOf} = await started();
    const {rev} = (
      await clientOf(hostOf(network, 'two').origin).sync.getLatestCommit({did: network.didOf('bob')})
    ).data;
    expect(await carOf('bob', 'two', rev)).toEqual(await carOf('bob', 'two'));
  });

  it.each([
    ['away', 'RepoDeactivated', 'Repo has been deactivated'],
    ['banned', 'RepoTakendown', 'Repo has been takendown'],
    ['suspended', 'RepoSuspended', 'Repo has been suspended'],
    ['deleted', 'RepoNotFound', 'Could not find repo for DID'],
    ['bob', 'RepoNotFound', 'Could not find repo for DID'],
  ])('says of %s that it is %s', async (name, error, message) => {
    const {network, carOf} = await started();
    expect(await refusalOf(carOf(name))).toEqual({
      status: 400,
      error,
      message: `${message}: ${network.didOf(name)}`,
    });
  });
});

describe('a repository', () => {
  it('is the same every time, and another from another seed', async () => {
    const contents = async (seed?: string) => {
      const {network, sync} = await started(seed === undefined ? {} : {seed});
      return {records: [...network.records()], repos: (await sync.listRepos()).data.repos};
    };
    const [one, same, other] = [await contents(), await contents(), await contents('another')];
    expect(same).toEqual(one);
    expect(one.repos).toHaveLength(7);
    for (const {did} of one.repos) expect(other.repos.map(repo => repo.did)).not.toContain(did);
  });

  it('proves one record, and that there is none', async () => {
    const {network, sync, keyOf, known} = await started();
    const did = network.didOf('alice');
    const key = await keyOf('alice');
    const proof = async (rkey: string) => (await sync.getRecord({did, collection: match, rkey})).data;
    const records = await verifyRecords(await proof('r00042'), did, key);
    expect(records).toContainEqual({collection: match, rkey: 'r00042', record: {$type: match, n: 42}});
    const missing = {collection: match, rkey: 'r99999', cid: null};
    expect(await verifyProofs(await proof('r99999'), [missing], did, key)).toEqual({
      verified: [missing],
      unverified: [],
    });
    expect(known('alice')).toHaveLength(301);
  });

  it('keeps a block as long as one of the records with that content is left', async () => {
    const {network, carOf} = await started();
    const [one, two] = ['one', 'two'];
    const same = {text: 'the same'};
    expect(await network.putRecord('empty', note, one, same)).toBe(
      await network.putRecord('empty', note, two, same),
    );
    await network.deleteRecord('empty', note, one);
    const did = network.didOf('empty');
    expect((await verifyRepoCar(await carOf('empty'), did)).creates).toMatchObject([{rkey: two}]);
    await network.deleteRecord('empty', note, two);
    expect((await verifyRepoCar(await carOf('empty'), did)).creates).toEqual([]);
    expect((await readCar(await carOf('empty'))).blocks.size).toBe(2);
  });

  it('is not proven by the key of a document that shows another', async () => {
    const {network, carOf, keyOf} = await started();
    network.setDocument('alice', 'other-key');
    await expect(
      verifyRepoCar(await carOf('alice'), network.didOf('alice'), await keyOf('alice')),
    ).rejects.toThrow('Invalid signature');
  });

  it('of an unsigned crowd is whole, and not proven', async () => {
    const {network, carOf, keyOf} = await started({
      crowds: [{name: 'cheap', accounts: 1, hosts: ['one'], records: {[match]: 3}, isUnsigned: true}],
    });
    const did = network.didOf('cheap-0');
    expect((await verifyRepoCar(await carOf('cheap-0'), did)).creates).toHaveLength(3);
    await expect(verifyRepoCar(await carOf('cheap-0'), did, await keyOf('cheap-0'))).rejects.toThrow();
  });

  it('that lies has a block that is not what its CID is of, and lists it under that CID', async () => {
    const network = await networkUnderTest({
      hosts: {one: {}},
      accounts: [
        {
          name: 'liar',
          host: 'one',
          records: {[note]: {honest: {text: 'so'}, lie: {text: 'what it should be'}}},
          lies: {[`${note}/lie`]: {text: 'what it is'}},
        },
      ],
    });
    const {carOf} = asking(network);
    const did = network.didOf('liar');
    await expect(verifyRepoCar(await carOf('liar'), did)).rejects.toThrow('Not a valid CID for bytes');
    const {data} = await clientOf(hostOf(network, 'one').origin).repo.listRecords({
      repo: did,
      collection: note,
    });
    expect(data.records).toMatchObject([{value: {text: 'what it is'}}, {value: {text: 'so'}}]);
    expect([...network.records()].map(({rkey, isLie}) => [rkey, isLie])).toEqual([
      ['honest', false],
      ['lie', true],
    ]);
    const honest = await network.putRecord('liar', note, 'lie', {text: 'what it should be'});
    expect(data.records[0]?.cid).toBe(honest);
    expect((await verifyRepoCar(await carOf('liar'), did)).creates).toHaveLength(2);
  });
});

it('a spec that can not be built says why', async () => {
  const records = {[note]: {one: {text: 'one'}}};
  const started = (more: object) =>
    networkUnderTest({hosts: {one: {}}, accounts: [{name: 'alice', host: 'one', records, ...more}]});
  await expect(started({host: 'two'})).rejects.toThrow('no host is called two');
  await expect(started({lies: {[`${note}/two`]: {}}})).rejects.toThrow(
    'alice lies about records that it has not',
  );
  await expect(started({records: {[note]: {one: {n: 1.5}}}})).rejects.toThrow();
});
