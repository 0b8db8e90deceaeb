import {type LexiconDoc, Lexicons, parseLexiconDoc} from '@atproto/lexicon';
import {verifyRepoCar} from '@atproto/repo';
import {describe, expect, it, onTestFinished, vi} from 'vitest';
import {encodeRecord} from '../../../src/sandbox/network/encode.ts';
import {type LocalNetwork, startLocalNetwork} from '../../../src/sandbox/network/network.ts';
import {
  extraordinary,
  manyMatches,
  type WorldOptions,
  worldSpec,
} from '../../../src/sandbox/network/world.ts';
import {collections, lexicons} from '../../../src/sandbox/network/world-lexicons.ts';
import {outOfDateRows} from '../../../src/sandbox/network/world-rows.ts';
import {clientOf, hostOf, refusalOf, resolverOf} from './asking.ts';

const {match, review, profile} = collections;

async function started(options: WorldOptions = {}): Promise<LocalNetwork> {
  const network = await startLocalNetwork(worldSpec(options));
  onTestFinished(() => network.close());
  return network;
}

function repositoryOf(network: LocalNetwork, name: string) {
  const host = worldSpec().accounts?.find(account => account.name === name)?.host ?? '';
  const {repo, sync} = clientOf(hostOf(network, host).origin);
  const did = network.didOf(name);
  return {
    list: (collection: string = match) => repo.listRecords({repo: did, collection, limit: 100}),
    car: async () => (await sync.getRepo({did})).data,
    status: async () => (await sync.getRepoStatus({did})).data,
    did,
  };
}

describe('the sandbox network', () => {
  it('has forty accounts at five hosts, all of whose records are proven but for one', async () => {
    const network = await started();
    const {hosts, accounts = []} = worldSpec();
    expect([Object.keys(hosts).length, accounts.length]).toEqual([5, 40]);
    await network.hosts['lock']?.up();
    const resolver = resolverOf(network);
    const unproven: string[] = [];
    const known = [...network.records()];
    for (const {name, host, status} of accounts) {
      const {car, did} = repositoryOf(network, name);
      // One host is limited.
      if (status !== undefined || host === 'weir') continue;
      const key = await resolver.resolveAtprotoKey(did);
      const proven = await verifyRepoCar(await car(), did, key).catch(() => null);
      if (proven === null) unproven.push(name);
      else expect(proven.creates).toHaveLength(known.filter(record => record.did === did).length);
    }
    expect(unproven).toEqual([extraordinary.lie]);
  });

  it('is the same every time, but for the DID that has a port in it', async () => {
    const contentsOf = (network: LocalNetwork) =>
      [...network.records()].map(({account, did, collection, rkey, cid}) => [
        account === extraordinary.web ? account : did,
        collection,
        rkey,
        cid,
      ]);
    const contents = contentsOf(await started());
    expect(contentsOf(await started())).toEqual(contents);
    expect(contents.length).toBeGreaterThan(1_400);
    expect(contents.length).toBeLessThan(1_800);
  });

  it('can have the same addresses every time', async () => {
    // Below those that the system gives out by itself.
    const first = 20_000 + (process.pid % 10_000);
    const network = await started({firstPort: first});
    expect([network.plc, hostOf(network, 'sluice').origin, network.didOf(extraordinary.web)]).toEqual([
      `http://127.0.0.1:${first}`,
      `http://127.0.0.1:${first + 6}`,
      `did:web:localhost%3A${first + 7}`,
    ]);
  });

  it('has one of everything that the real network has', async () => {
    const network = await started();
    const {sync} = clientOf(network.relays[0] ?? '');
    const named = (await sync.listReposByCollection({collection: match, limit: 2_000})).data.repos.map(
      ({did}) => network.nameOf(did),
    );
    expect(named).toHaveLength(41);
    expect(named.filter(name => name === extraordinary.twice)).toHaveLength(2);

    const refused = {status: 400, error: 'InvalidRequest'};
    for (const name of [extraordinary.takenDown, extraordinary.deactivated, extraordinary.deleted])
      expect(await refusalOf(repositoryOf(network, name).list())).toMatchObject(refused);
    expect(await repositoryOf(network, extraordinary.takenDown).status()).toMatchObject({
      status: 'takendown',
    });
    expect(await repositoryOf(network, extraordinary.deactivated).status()).toMatchObject({
      status: 'deactivated',
    });
    expect((await repositoryOf(network, extraordinary.empty).list()).data.records).toEqual([]);
    expect(network.didOf(extraordinary.web)).toMatch(/^did:web:localhost%3A/);

    const {pds} = await resolverOf(network).resolveAtprotoData(network.didOf(extraordinary.lost));
    const where = clientOf(pds).sync.getRepoStatus({did: network.didOf(extraordinary.lost)});
    expect(await refusalOf(where)).toMatchObject({error: 'RepoNotFound'});

    const texts = async (name: string, collection: string) =>
      JSON.stringify((await repositoryOf(network, name).list(collection)).data.records);
    expect(await texts(extraordinary.nul, review)).toContain('\\u0000');
    expect(await texts(extraordinary.unicode, match)).toContain('"♟️ moves":218');
    expect(
      [...network.records()].filter(({account}) => account === extraordinary.many).length,
    ).toBeGreaterThan(manyMatches);
    const lies = [...network.records()].filter(({isLie}) => isLie);
    expect(lies.map(({account}) => account)).toEqual([extraordinary.lie]);
    for (const {cid, value} of lies) expect((await encodeRecord(value)).cid.toString()).not.toBe(cid);
  });

  it('has a host that is limited, and one that is dead until somebody has looked for it', async () => {
    const network = await started({lockRevivesAfterSeconds: 0.05});
    const {list, did} = repositoryOf(network, 'wanda');
    await expect(list()).rejects.toThrow('fetch failed');
    await resolverOf(network).resolve(did);
    await vi.waitFor(async () => expect((await list()).data.records.length).toBeGreaterThan(0), {
      timeout: 5_000,
    });

    const quinn = repositoryOf(network, 'quinn');
    for (let request = 0; request < 12; request++) await quinn.list(profile);
    expect(await refusalOf(quinn.list())).toMatchObject({status: 429, error: 'RateLimitExceeded'});
  });
});

describe('its lexicons', () => {
  const known = new Lexicons(
    lexicons.map((document): LexiconDoc => parseLexiconDoc(structuredClone(document))),
  );

  it('hold for all records but two', async () => {
    const network = await started();
    const reasons: string[] = [];
    for (const {account, collection, value} of network.records()) {
      const result = known.validate(collection, value);
      if (!result.success) reasons.push(`${account}: ${result.error.message}`);
    }
    expect(reasons.toSorted()).toEqual([
      `${extraordinary.invalid}: Record must have the property "result"`,
      `${extraordinary.invalid}: Record/rating can not be greater than 5`,
    ]);
  });
});

describe('the rows of before', () => {
  it('are in part as they should be, in part old, and in part of what is gone; most are missing', async () => {
    const network = await started();
    const rows = await outOfDateRows(network);
    const there = new Map([...network.records()].map(({uri, cid}) => [uri, cid]));
    const count = (is: (cid: string | undefined, row: (typeof rows)[number]) => boolean) =>
      rows.filter(row => is(there.get(row.uri), row)).length;
    const same = count((cid, row) => cid === row.cid);
    const old = count((cid, row) => cid !== undefined && cid !== row.cid);
    const gone = count(cid => cid === undefined);
    const missing = there.size - same - old;
    expect(same + old + gone).toBe(rows.length);
    expect({same: same > 400, old: old > 100, missing: missing > 600}).toEqual({
      same: true,
      old: true,
      missing: true,
    });
    expect(rows.filter(({did}) => did === network.didOf(extraordinary.deactivated)).length).toBeGreaterThan(
      2,
    );
    expect(gone).toBe(12 + rows.filter(({did}) => did === network.didOf(extraordinary.deactivated)).length);
    expect(new Set(rows.map(({uri}) => uri)).size).toBe(rows.length);
  });

  it('have the CID of their own content, and the URI of their own columns', async () => {
    for (const {uri, did, collection, rkey, record, cid} of await outOfDateRows(await started())) {
      expect(uri).toBe(`at://${did}/${collection}/${rkey}`);
      expect((await encodeRecord(JSON.parse(record))).cid.toString()).toBe(cid);
    }
  });
});
