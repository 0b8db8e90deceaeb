import {describe, expect, it} from 'vitest';
import type {FetchedRecord, Network, RecordPage, Relay, RepositoryPage} from '../../src/atproto/network.ts';
import {openNetwork} from '../../src/atproto/open-network.ts';
import {atprotoFolder} from '../support/atproto.ts';
import type {RealAccount} from '../support/real-account.ts';
import {keyOf, worldCollections} from '../support/real-records.ts';
import {sharedRealWorld} from '../support/real-world.ts';
import {gone} from '../support/world-in-making.ts';

const folder = atprotoFolder();
const {signal} = new AbortController();

describe.skipIf(folder === null)('a real network, read by src/atproto', {timeout: 120_000}, () => {
  const world = sharedRealWorld(folder);
  const present = () => [...world().accounts].flatMap(([name, account]) => (gone.has(name) ? [] : [account]));
  const opened = (): Network => {
    const {plc, relays} = world().network;
    const reach = (hostname: string) => {
      const of = [...world().accounts.values()].find(({handle}) => handle === hostname);
      return of === undefined ? null : new URL(of.pds.origin);
    };
    return openNetwork({label: 'real', relays, plc, allowPrivateHosts: true, reach});
  };

  it('finds nothing to say against relays and directory', async () => {
    expect((await opened().check()).filter(({level}) => level !== 'ok')).toEqual([]);
  });

  it('lists every repository of a collection, and where the relay knows no collections all that are active', async () => {
    const [byCollection, all] = opened().relays;
    const without = (...names: readonly string[]) =>
      [...world().accounts].flatMap(([name, {did}]) => (names.includes(name) ? [] : [did])).toSorted();
    expect(await didsOf(byCollection, 'app.example.play')).toEqual(without('edited', 'emptied'));
    expect(await didsOf(all, 'app.example.play')).toEqual(without(...gone));
  });

  it('resolves accounts and handles', async () => {
    const {identities} = opened();
    for (const {did, handle, pds} of world().accounts.values())
      expect(await identities.resolve(did, {signal})).toMatchObject({did, handle, pds: pds.origin});
    for (const {did, handle} of present()) expect(await identities.resolveHandle(handle, signal)).toBe(did);
  });

  it('reads every record page by page', async () => {
    const network = opened();
    const records: FetchedRecord[] = [];
    for (const account of present())
      for (const collection of worldCollections)
        records.push(...(await listed(network, account, collection)));
    seesTheWorld(records);
  });

  it('reads every record of whole repositories, proven', async () => {
    const network = opened();
    const records: FetchedRecord[] = [];
    for (const {did, pds} of present()) {
      const {signingKey} = await network.identities.resolve(did, {signal});
      const order = {did, collections: worldCollections, mostBytes: 10_000_000, onBytes: () => {}};
      const repository = await network.pds(pds.origin).repository({...order, proof: signingKey}, signal);
      for (const page of repository.records()) records.push(...page);
    }
    seesTheWorld(records);
  });

  function seesTheWorld(records: readonly FetchedRecord[]): void {
    expect(records.filter(({fault}) => fault !== null)).toEqual([]);
    expect(new Map(records.map(({uri, cid}) => [uri, cid]))).toEqual(world().expected);
    expect(records).toHaveLength(world().expected.size);
    const unstorable = records.filter(({isUnstorable}) => isUnstorable).map(({uri}) => uri);
    expect(new Set(unstorable)).toEqual(world().unstorable);
  }

  it.each([
    ['deactivated', 'deactivated'],
    ['taken-down', 'taken-down'],
    ['deleted', 'not-found'],
  ])('knows an account that is %s as such, whatever it asks for', async (name, kind) => {
    const {did, pds} = world().account(name);
    const host = opened().pds(pds.origin);
    const collection = 'app.example.play';
    const order = {did, collections: [collection], mostBytes: 1_000_000, proof: null, onBytes: () => {}};
    for (const ask of [
      () => host.collections(did, signal),
      () => host.listRecords({did, collection, cursor: null}, signal),
      () => host.repository(order, signal),
      () => host.record(did, collection, keyOf(0), signal),
    ])
      await expect(ask()).rejects.toMatchObject({kind});
  });

  it('reads a single record, and knows one that is gone', async () => {
    const {did, pds} = world().account('edited');
    const host = opened().pds(pds.origin);
    const now = await host.record(did, 'app.example.note', keyOf(0), signal);
    expect(JSON.parse(now?.json ?? '')).toEqual({$type: 'app.example.note', text: 'as it is now'});
    expect(await host.record(did, 'app.example.note', keyOf(1), signal)).toBeNull();
  });
});

async function didsOf(relay: Relay | undefined, collection: string): Promise<readonly string[]> {
  const dids: string[] = [];
  let cursor: string | null = null;
  do {
    const page: RepositoryPage | undefined = await relay?.repositories(collection, cursor, signal);
    dids.push(...(page?.dids ?? []));
    cursor = page?.cursor ?? null;
  } while (cursor !== null);
  return dids.toSorted();
}

async function listed(
  network: Network,
  {did, pds}: RealAccount,
  collection: string,
): Promise<readonly FetchedRecord[]> {
  const records: FetchedRecord[] = [];
  let cursor: string | null = null;
  do {
    const page: RecordPage = await network.pds(pds.origin).listRecords({did, collection, cursor}, signal);
    records.push(...page.records);
    cursor = page.cursor;
  } while (cursor !== null);
  return records;
}
