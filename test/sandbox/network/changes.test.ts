import {verifyRepoCar} from '@atproto/repo';
import {describe, expect, it, onTestFinished, vi} from 'vitest';
import {startLocalNetwork} from '../../../src/sandbox/network/network.ts';
import type {HostSpec, LimitHeaders} from '../../../src/sandbox/network/spec.ts';
import {networkUnderTest} from '../../simulators/network-under-test.ts';
import {clientOf, hostOf, match, note, refusalOf, resolverOf} from './asking.ts';

async function started(one: HostSpec = {}) {
  const network = await networkUnderTest({
    hosts: {one, two: {}},
    accounts: [{name: 'alice', host: 'one', records: {[match]: {one: {$type: match, n: 1}}}}],
    crowds: [{name: 'crew', accounts: 2, hosts: ['one'], records: {[match]: 2}}],
  });
  const host = hostOf(network, 'one');
  return {network, host, did: network.didOf('alice'), ...clientOf(host.origin)};
}

describe('a record', () => {
  it('that is put or deleted is so in the listing, in the tree and in what is really there', async () => {
    const {network, repo, sync, did} = await started();
    const cid = await network.putRecord('alice', match, 'two', {$type: match, n: 2});
    await network.putRecord('alice', match, 'one', {$type: match, n: 10});
    await network.putRecord('alice', note, 'self', {$type: note});
    await network.deleteRecord('alice', note, 'self');
    const {data} = await repo.listRecords({repo: did, collection: match, reverse: true});
    expect(data.records).toMatchObject([{value: {n: 10}}, {cid, value: {n: 2}}]);
    expect((await repo.describeRepo({repo: did})).data.collections).toEqual([match]);
    expect([...network.records()].filter(({account}) => account === 'alice')).toMatchObject(data.records);
    const key = await resolverOf(network).resolveAtprotoKey(did);
    const {creates, commit} = await verifyRepoCar((await sync.getRepo({did})).data, did, key);
    expect(creates.map(({rkey}) => rkey).toSorted()).toEqual(['one', 'two']);
    expect((await sync.getRepoStatus({did})).data.rev).toBe(commit.rev);
  });

  it('of one in a crowd changes for that one alone', async () => {
    const {network} = await started();
    const [first] = [...network.records()].filter(({account}) => account === 'crew-0');
    await network.putRecord('crew-0', match, first?.rkey ?? '', {$type: match, text: 'changed'});
    const valuesOf = (name: string) =>
      [...network.records()].filter(({account}) => account === name).map(({value}) => value);
    expect(valuesOf('crew-0')).toContainEqual({$type: match, text: 'changed'});
    expect(valuesOf('crew-1')).not.toContainEqual({$type: match, text: 'changed'});
  });

  it('is put one after another, however many are at once', async () => {
    const {network, sync, did} = await started();
    await Promise.all(
      Array.from({length: 20}, (_, n) => network.putRecord('alice', note, `n${n}`, {$type: note, n})),
    );
    await expect(network.deleteRecord('alice', note, 'nothing')).rejects.toThrow();
    expect((await verifyRepoCar((await sync.getRepo({did})).data, did)).creates).toHaveLength(21);
  });
});

describe('an account', () => {
  it('that is not active has no records, and has them again when it is', async () => {
    const {network, repo, did} = await started();
    const listed = () => repo.listRecords({repo: did, collection: match});
    const before = (await listed()).data;
    for (const status of ['deactivated', 'takendown', 'suspended', 'deleted'] as const) {
      network.setStatus('alice', status);
      expect(await refusalOf(listed())).toMatchObject({status: 400, error: 'InvalidRequest'});
      expect([...network.records()].map(({account}) => account)).not.toContain('alice');
    }
    network.setStatus('alice', 'active');
    expect((await listed()).data).toEqual(before);
  });

  it('that moves is at another host, and the one before knows nothing of it', async () => {
    const {network, repo, sync, did} = await started();
    const {data} = await repo.listRecords({repo: did, collection: match});
    network.move('alice', 'two');
    expect(await refusalOf(repo.listRecords({repo: did, collection: match}))).toMatchObject({status: 400});
    expect(await refusalOf(sync.getRepo({did}))).toMatchObject({status: 400, error: 'RepoNotFound'});
    const {pds} = await resolverOf(network).resolveAtprotoData(did);
    expect(pds).toBe(hostOf(network, 'two').origin);
    expect((await clientOf(pds).repo.listRecords({repo: did, collection: match})).data).toEqual(data);
    expect(() => network.move('alice', 'three')).toThrow('no host is called three');
  });
});

describe('an account that has moved', () => {
  it('may be left where it was, as deactivated, until it comes back', async () => {
    const {network, repo, sync, did} = await started();
    network.move('alice', 'two', 'deactivated');
    expect(await refusalOf(sync.getRepo({did}))).toMatchObject({status: 400, error: 'RepoDeactivated'});
    expect((await sync.getRepoStatus({did})).data).toEqual({did, active: false, status: 'deactivated'});
    expect(await refusalOf(repo.listRecords({repo: did, collection: match}))).toMatchObject({status: 400});
    expect((await sync.listRepos()).data.repos).toContainEqual(expect.objectContaining({did, active: false}));
    const {pds} = await resolverOf(network).resolveAtprotoData(did);
    expect((await clientOf(pds).sync.getRepoStatus({did})).data.active).toBe(true);
    network.move('alice', 'one');
    expect((await sync.getRepoStatus({did})).data.active).toBe(true);
    expect(await refusalOf(clientOf(pds).sync.getRepoStatus({did}))).toMatchObject({error: 'RepoNotFound'});
  });
});

describe('a host', () => {
  const codeOf = async (origin: string) => {
    try {
      return (await fetch(origin)).status;
    } catch (error) {
      return error instanceof Error && error.cause instanceof Error && 'code' in error.cause
        ? error.cause.code
        : error;
    }
  };

  it('that is down refuses connections, and has the same address when it is up again', async () => {
    const {host} = await started();
    await host.down();
    await host.down();
    expect(await codeOf(host.origin)).toBe('ECONNREFUSED');
    await host.up();
    await host.up();
    expect(await codeOf(host.origin)).toBe(404);
  });

  it('can be down from the start', async () => {
    const {host} = await started({isDown: true});
    expect(await codeOf(host.origin)).toBe('ECONNREFUSED');
    await host.up();
    expect(await codeOf(host.origin)).toBe(404);
  });

  it('comes back so long after somebody looked for one of its accounts', async () => {
    const {network, host, did} = await started({revivesAfterSeconds: 0.05});
    expect(await codeOf(host.origin)).toBe('ECONNREFUSED');
    await resolverOf(network).resolve(did);
    await vi.waitFor(async () => expect(await codeOf(host.origin)).toBe(404), {timeout: 5_000});
  });

  it('counts what it is asked, by method, and how much of it at once', async () => {
    const {network, host, repo, did} = await started();
    const listed = () => repo.listRecords({repo: did, collection: match});
    await listed();
    await listed();
    expect(host.mostAtOnce).toBe(1);
    const held = network.inject({type: 'held', times: 3});
    const three = Promise.all([listed(), listed(), listed()]);
    await vi.waitFor(() => expect(held.fired).toBe(3));
    held.release();
    await three;
    await fetch(host.origin);
    expect(host.requests).toEqual({'com.atproto.repo.listRecords': 5, '/': 1});
    expect(host.mostAtOnce).toBe(3);
  });
});

describe('a limit', () => {
  async function limited(announces: LimitHeaders) {
    let now = 1_000_000_900;
    const network = await startLocalNetwork(
      {hosts: {one: {limit: {requests: 2, seconds: 3, announces}}}},
      {now: () => now},
    );
    onTestFinished(() => network.close());
    const ask = async () => {
      const {status, headers} = await fetch(
        `${hostOf(network, 'one').origin}/xrpc/com.atproto.sync.listRepos`,
      );
      const names = [
        'ratelimit-limit',
        'ratelimit-remaining',
        'ratelimit-reset',
        'ratelimit-policy',
        'retry-after',
      ];
      return [status, ...names.map(name => headers.get(name))];
    };
    return {ask, pass: (ms: number) => (now += ms)};
  }

  it('of the reference PDS is told with every answer, and when it ends', async () => {
    const {ask, pass} = await limited('both');
    expect(await ask()).toEqual([200, '2', '1', '1000003', '2;w=3', null]);
    expect(await ask()).toEqual([200, '2', '0', '1000003', '2;w=3', null]);
    pass(1_200);
    expect(await ask()).toEqual([429, '2', '0', '1000003', '2;w=3', '2']);
    pass(1_800);
    expect(await ask()).toEqual([200, '2', '1', '1000006', '2;w=3', null]);
  });

  it('counts getRepo apart where it is told to, and what is refused at once not at all', async () => {
    const limit = {requests: 1, repositories: 2, seconds: 600, announces: 'both'} as const;
    const {host, did} = await started({limit});
    const ask = async (method: string) => {
      const {status, headers} = await fetch(`${host.origin}/xrpc/com.atproto.${method}`);
      return [status, headers.get('ratelimit-remaining')];
    };
    expect(await ask('sync.getRepo')).toEqual([400, null]);
    expect(await ask(`sync.getRepo?did=${did}`)).toEqual([200, '1']);
    expect(await ask(`sync.getRepoStatus?did=${did}`)).toEqual([200, '0']);
    expect(await ask(`sync.getRepoStatus?did=${did}`)).toEqual([429, '0']);
    expect(await ask(`sync.getRepo?did=${did}`)).toEqual([200, '0']);
    expect(await ask(`sync.getRepo?did=${did}`)).toEqual([429, '0']);
  });

  it.each([
    ['ratelimit', [429, '2', '0', '1000003', '2;w=3', null]],
    ['retry-after', [429, null, null, null, null, '3']],
    ['nothing', [429, null, null, null, null, null]],
  ] as const)('can be told by %s alone', async (announces, refused) => {
    const {ask} = await limited(announces);
    await ask();
    await ask();
    expect(await ask()).toEqual(refused);
  });
});
