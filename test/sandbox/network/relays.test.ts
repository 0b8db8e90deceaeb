import {describe, expect, it} from 'vitest';
import {z} from 'zod';
import type {LocalNetwork} from '../../../src/sandbox/network/network.ts';
import type {RelaySpec} from '../../../src/sandbox/network/spec.ts';
import {networkUnderTest} from '../../simulators/network-under-test.ts';
import {clientOf, match, note, refusalOf} from './asking.ts';

const records = {[match]: {one: {$type: match}}};
const stray = 'did:plc:straystraystraystraystra';

async function started(...relays: readonly RelaySpec[]) {
  const network = await networkUnderTest({
    hosts: {one: {}, two: {}},
    relays,
    accounts: [
      {name: 'alice', host: 'one', records},
      {name: 'bob', host: 'two', records: {...records, [note]: {one: {$type: note}}}},
      {name: 'empty', host: 'one', listedIn: [match]},
      {name: 'away', host: 'one', status: 'deactivated', records},
      {name: 'moved', host: 'one', records},
    ],
  });
  return {network, ...asking(network)};
}

function asking({relays, nameOf}: LocalNetwork, index = 0) {
  const {sync} = clientOf(relays[index] ?? '');
  /** Page after page until there is no cursor: the accounts on each by their names. */
  const pages = async (collection: string, limit: number) => {
    const seen: (readonly string[])[] = [];
    for (let cursor: string | undefined; ; ) {
      const {data} = await sync.listReposByCollection({
        collection,
        limit,
        ...(cursor !== undefined && {cursor}),
      });
      seen.push(data.repos.map(({did}) => nameOf(did) ?? did));
      if (data.cursor === undefined) return seen;
      cursor = data.cursor;
    }
  };
  return {sync, pages};
}

describe('listReposByCollection', () => {
  it('names everybody who has or had a record, and some that are not there', async () => {
    const {network, pages} = await started({});
    network.move('moved', 'two');
    network.setStatus('bob', 'deleted');
    await network.deleteRecord('alice', match, 'one');
    expect(await pages(match, 2_000)).toEqual([['alice', 'bob', 'empty', 'away', 'moved']]);
    expect(await pages(note, 2_000)).toEqual([['bob']]);
    expect(await pages('games.headgate.play.nothing', 2_000)).toEqual([[]]);
    await network.putRecord('empty', note, 'one', {$type: note});
    expect(await pages(note, 2_000)).toEqual([['bob', 'empty']]);
  });

  it('gives a cursor with every full page, and takes it up from there', async () => {
    const {pages} = await started({});
    expect(await pages(match, 3)).toEqual([
      ['alice', 'bob', 'empty'],
      ['away', 'moved'],
    ]);
    expect(await pages(match, 5)).toEqual([['alice', 'bob', 'empty', 'away', 'moved'], []]);
  });

  it('names some twice, some not at all, and some that nobody knows, as its spec says', async () => {
    const {network} = await started(
      {twice: ['bob'], strays: [stray], pageMost: 4},
      {omits: ['alice'], pageMost: 2},
    );
    expect(await asking(network, 0).pages(match, 2_000)).toEqual([
      ['alice', 'bob', 'empty', 'away'],
      ['moved', 'bob', stray],
    ]);
    expect(await asking(network, 1).pages(match, 2_000)).toEqual([['bob', 'empty'], ['away', 'moved'], []]);
  });

  it('gives two thousand at most, five hundred if it is not said how many', async () => {
    const network = await networkUnderTest({
      hosts: {one: {}},
      crowds: [{name: 'crew', accounts: 2_100, hosts: ['one'], records: {[match]: 1}, isUnsigned: true}],
    });
    const ask = async (query: string) => {
      const address = `${network.relays[0]}/xrpc/com.atproto.sync.listReposByCollection?collection=${match}${query}`;
      return z.object({repos: z.array(z.unknown())}).parse(await (await fetch(address)).json()).repos.length;
    };
    expect([await ask(''), await ask('&limit=9999'), await ask('&limit=all')]).toEqual([500, 2_000, 500]);
  });

  it.each([
    [404, 'Not Found'],
    [400, 'InvalidRequest'],
    [401, 'AuthMissing'],
  ] as const)('is answered with %s by a relay that has it not, until it has', async (status, error) => {
    const {network, sync, pages} = await started({byCollection: status});
    expect(await refusalOf(sync.listReposByCollection({collection: match}))).toMatchObject({status, error});
    network.relayServers[0]?.serve('served');
    expect(await pages(note, 10)).toEqual([['bob']]);
  });

  it('fails for one collection, until it does not any more', async () => {
    const {network, sync, pages} = await started({failsFor: [match]});
    expect(await refusalOf(sync.listReposByCollection({collection: match}))).toMatchObject({
      status: 500,
      error: 'DatabaseError',
    });
    expect(await pages(note, 10)).toEqual([['bob']]);
    network.relayServers[0]?.fail(match, false);
    network.relayServers[0]?.fail(note, true);
    expect((await pages(match, 10)).flat()).toHaveLength(5);
    await expect(pages(note, 10)).rejects.toThrow('failed to read DIDs');
  });

  it('refuses a collection that is none, and a cursor that it never gave', async () => {
    const {network, sync} = await started({});
    const address = `${network.relays[0]}/xrpc/com.atproto.sync.listReposByCollection`;
    expect(await (await fetch(`${address}?collection=nothing`)).json()).toMatchObject({error: 'BadRequest'});
    expect(await refusalOf(sync.listReposByCollection({collection: match, cursor: 'x'}))).toMatchObject({
      status: 500,
    });
  });
});

describe('listRepos', () => {
  it('tells of all accounts in what state they are, page by page', async () => {
    const {network, sync} = await started({});
    network.setStatus('alice', 'takendown');
    const first = (await sync.listRepos({limit: 3})).data;
    const second = (await sync.listRepos({limit: 3, cursor: first.cursor ?? ''})).data;
    expect(
      [...first.repos, ...second.repos].map(({did, active, status}) => [network.nameOf(did), active, status]),
    ).toEqual([
      ['alice', false, 'takendown'],
      ['bob', true, undefined],
      ['empty', true, undefined],
      ['away', false, 'deactivated'],
      ['moved', true, undefined],
    ]);
    expect(second.cursor).toBeUndefined();
    expect(await refusalOf(sync.listRepos({cursor: 'x'}))).toMatchObject({
      status: 400,
      error: 'BadRequest',
    });
  });

  it('of a host tells of its own accounts alone', async () => {
    const {network} = await started({});
    network.move('moved', 'two');
    network.setStatus('alice', 'deleted');
    const {sync} = clientOf(network.hosts['one']?.origin ?? '');
    const {data} = await sync.listRepos();
    expect(data.repos.map(({did}) => network.nameOf(did))).toEqual(['empty', 'away']);
    const next = async (cursor?: string) =>
      (await sync.listRepos({limit: 1, ...(cursor !== undefined && {cursor})})).data;
    const first = await next();
    const second = await next(first.cursor);
    expect([...first.repos, ...second.repos]).toEqual(data.repos);
    expect(await next(second.cursor)).toEqual({repos: []});
    expect(second.cursor).toBe(data.cursor);
    expect(await refusalOf(next('x'))).toMatchObject({status: 400, message: 'Malformed cursor'});
  });
});

it('the state of an account can be asked for, of relays and hosts', async () => {
  const {network, sync} = await started({});
  const host = clientOf(network.hosts['one']?.origin ?? '').sync;
  const did = network.didOf('away');
  for (const {data} of [await sync.getRepoStatus({did}), await host.getRepoStatus({did})])
    expect(data).toMatchObject({did, active: false, status: 'deactivated'});
  const alice = network.didOf('alice');
  const {rev} = (await host.getLatestCommit({did: alice})).data;
  expect((await host.getRepoStatus({did: alice})).data).toEqual({did: alice, active: true, rev});
  expect(await refusalOf(host.getRepoStatus({did: network.didOf('bob')}))).toMatchObject({
    status: 400,
    error: 'RepoNotFound',
  });
  expect(await refusalOf(sync.getRepoStatus({did: stray}))).toMatchObject({
    status: 404,
    error: 'RepoNotFound',
  });
});
