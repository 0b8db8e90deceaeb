import {describe, expect, it} from 'vitest';
import {networkUnderTest} from '../../simulators/network-under-test.ts';
import {clientOf, hostOf, match, note, numbered, refusalOf} from './asking.ts';

async function started() {
  const network = await networkUnderTest({
    hosts: {one: {}, two: {refusesLargePagesWith: 500, pageMost: 2}},
    accounts: [
      {
        name: 'alice',
        host: 'one',
        records: {[match]: numbered(5), [note]: {self: {$type: note, text: '🚢'}}},
      },
      {name: 'bob', host: 'two', records: {[match]: numbered(5)}},
      {name: 'empty', host: 'one'},
      {name: 'away', host: 'one', status: 'deactivated', records: {[match]: numbered(1)}},
      {name: 'banned', host: 'one', status: 'takendown', records: {[match]: numbered(1)}},
      {name: 'deleted', host: 'one', status: 'deleted', records: {[match]: numbered(1)}},
    ],
  });
  const {repo, identity} = clientOf(hostOf(network, 'one').origin);
  return {network, repo, identity, didOf: network.didOf};
}

type Repo = ReturnType<typeof clientOf>['repo'];
type Asked = Parameters<Repo['listRecords']>[0];

/** Page after page until one is empty: the record keys of each, and its cursor. */
async function pages(repo: Repo, asked: NonNullable<Asked>) {
  const seen: {readonly keys: readonly string[]; readonly cursor: string | undefined}[] = [];
  for (let cursor: string | undefined; ; ) {
    const {data} = await repo.listRecords({...asked, ...(cursor !== undefined && {cursor})});
    seen.push({keys: data.records.map(({uri}) => uri.split('/').at(-1) ?? ''), cursor: data.cursor});
    if (data.records.length === 0) return seen;
    cursor = data.cursor;
  }
}

describe('listRecords', () => {
  it('gives the newest first, and a cursor with the last page too', async () => {
    const {repo, didOf} = await started();
    expect(await pages(repo, {repo: didOf('alice'), collection: match, limit: 3})).toEqual([
      {keys: ['r00004', 'r00003', 'r00002'], cursor: 'r00002'},
      {keys: ['r00001', 'r00000'], cursor: 'r00000'},
      {keys: [], cursor: undefined},
    ]);
  });

  it('gives them in ascending order where that is asked for, also beyond a key that is not there', async () => {
    const {repo, didOf} = await started();
    const asked = {repo: didOf('alice'), collection: match, limit: 3, reverse: true};
    expect(await pages(repo, asked)).toEqual([
      {keys: ['r00000', 'r00001', 'r00002'], cursor: 'r00002'},
      {keys: ['r00003', 'r00004'], cursor: 'r00004'},
      {keys: [], cursor: undefined},
    ]);
    const {data} = await repo.listRecords({...asked, cursor: 'r00003~'});
    expect(data.records.map(({uri}) => uri)).toEqual([`at://${didOf('alice')}/${match}/r00004`]);
  });

  it('gives each record with its URI, its CID and its content, of that collection alone', async () => {
    const {network, repo, didOf} = await started();
    const {data} = await repo.listRecords({repo: 'alice.test', collection: note});
    const known = [...network.records()].filter(
      ({account, collection}) => account === 'alice' && collection === note,
    );
    expect(data.records).toEqual(known.map(({uri, cid, value}) => ({uri, cid, value})));
    expect(data.records).toMatchObject([{uri: `at://${didOf('alice')}/${note}/self`, value: {text: '🚢'}}]);
    expect((await repo.listRecords({repo: didOf('empty'), collection: match})).data).toEqual({records: []});
  });

  it('refuses a page of more than a hundred, as hosts do: some with a fault of their own', async () => {
    const {network, repo, didOf} = await started();
    const asked = {collection: match, limit: 101};
    expect(await refusalOf(repo.listRecords({...asked, repo: didOf('alice')}))).toEqual({
      status: 400,
      error: 'InvalidRequest',
      message: expect.stringContaining('integer too big (maximum 100, got 101)'),
    });
    const two = clientOf(hostOf(network, 'two').origin).repo;
    expect(await refusalOf(two.listRecords({...asked, repo: didOf('bob')}))).toEqual({
      status: 500,
      error: 'InternalServerError',
      message: 'Internal Server Error',
    });
    expect(
      (await pages(two, {repo: didOf('bob'), collection: match, limit: 100})).map(({keys}) => keys.length),
    ).toEqual([2, 2, 1, 0]);
  });

  it.each(['away', 'banned', 'deleted', 'bob'])(
    'says nothing but that it can not find the repository of %s',
    async name => {
      const {repo, didOf} = await started();
      expect(await refusalOf(repo.listRecords({repo: didOf(name), collection: match}))).toEqual({
        status: 400,
        error: 'InvalidRequest',
        message: `Could not find repo: ${didOf(name)}`,
      });
    },
  );

  it('needs to be told of which repository and collection', async () => {
    const {network} = await started();
    const address = `${hostOf(network, 'one').origin}/xrpc/com.atproto.repo.listRecords`;
    const answer = await fetch(`${address}?repo=alice.test`);
    expect([answer.status, await answer.json()]).toEqual([
      400,
      {
        error: 'InvalidRequest',
        message: 'Invalid com.atproto.repo.listRecords params: Missing required key "collection"',
      },
    ]);
    expect((await fetch(address, {method: 'POST'})).status).toBe(400);
  });
});

describe('getRecord', () => {
  it('gives one record, of one CID where that is asked for', async () => {
    const {network, repo, didOf} = await started();
    const [known] = [...network.records()].filter(({collection}) => collection === note);
    const asked = {repo: didOf('alice'), collection: note, rkey: 'self'};
    const {data} = await repo.getRecord(asked);
    expect(data).toEqual({uri: known?.uri, cid: known?.cid, value: known?.value});
    expect((await repo.getRecord({...asked, cid: data.cid ?? ''})).data).toEqual(data);
    const other = [...network.records()].find(({collection}) => collection === match)?.cid ?? '';
    const message = `Could not locate record: at://${didOf('alice')}/${note}/self`;
    expect(await refusalOf(repo.getRecord({...asked, cid: other}))).toEqual({
      status: 400,
      error: 'RecordNotFound',
      message,
    });
  });

  it('tells a record that is gone from a repository that is not here', async () => {
    const {repo, didOf} = await started();
    const asked = {collection: match, rkey: 'r00009'};
    expect(await refusalOf(repo.getRecord({...asked, repo: didOf('alice')}))).toMatchObject({
      status: 400,
      error: 'RecordNotFound',
    });
    expect(await refusalOf(repo.getRecord({...asked, repo: didOf('away')}))).toEqual({
      status: 400,
      error: 'InvalidRequest',
      message: 'Could not locate record',
    });
  });
});

describe('describeRepo', () => {
  it('names the collections that have records, and where the account is', async () => {
    const {network, repo, didOf} = await started();
    const {data} = await repo.describeRepo({repo: didOf('alice')});
    expect(data).toMatchObject({
      did: didOf('alice'),
      handle: 'alice.test',
      handleIsCorrect: true,
      collections: [match, note],
      didDoc: {service: [{serviceEndpoint: hostOf(network, 'one').origin}]},
    });
    expect((await repo.describeRepo({repo: didOf('empty')})).data.collections).toEqual([]);
  });

  it.each([
    ['away', 'RepoDeactivated', 'Repo has been deactivated'],
    ['banned', 'RepoTakendown', 'Repo has been takendown'],
    ['deleted', 'RepoNotFound', 'Could not find repo for DID'],
  ])('says of %s that it is %s', async (name, error, message) => {
    const {repo, didOf} = await started();
    const did = didOf(name);
    expect(await refusalOf(repo.describeRepo({repo: did}))).toEqual({
      status: 400,
      error,
      message: `${message}: ${did}`,
    });
  });
});

it('handles of accounts that are here resolve', async () => {
  const {identity, didOf} = await started();
  expect((await identity.resolveHandle({handle: 'alice.test'})).data).toEqual({did: didOf('alice')});
  expect(await refusalOf(identity.resolveHandle({handle: 'bob.test'}))).toEqual({
    status: 400,
    error: 'HandleNotFound',
    message: 'Unable to resolve handle',
  });
});

it('what no host has is for its appview, and that is for those who are signed in', async () => {
  const {network} = await started();
  const {sync} = clientOf(hostOf(network, 'one').origin);
  const refused = {status: 401, error: 'AuthMissing'};
  expect(await refusalOf(sync.listBlobs({did: network.didOf('alice')}))).toMatchObject(refused);
  expect(await refusalOf(sync.listReposByCollection({collection: match}))).toMatchObject(refused);
});
