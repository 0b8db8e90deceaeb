import {verifyRepoCar} from '@atproto/repo';
import {describe, expect, it} from 'vitest';
import {atprotoFolder} from '../support/atproto.ts';
import type {RealAccount} from '../support/real-account.ts';
import {clientOf, identityOf, listRecords, listReposByCollection} from '../support/real-reading.ts';
import {awkwardContents, awkwardKeys, unstorableContents, worldCollections} from '../support/real-records.ts';
import {sharedRealWorld} from '../support/real-world.ts';
import {gone} from '../support/world-in-making.ts';

/**
 * What a real PLC directory and real PDSes answer, read with the network's own client: the facts that src/atproto is
 * built on, and a world whose every record is known, for the backfill of it.
 */

const folder = atprotoFolder();

describe.skipIf(folder === null)('a real network', {timeout: 120_000}, () => {
  const world = sharedRealWorld(folder);
  const present = () => [...world().accounts].flatMap(([name, account]) => (gone.has(name) ? [] : [account]));
  const expectedOf = ({did}: RealAccount) =>
    new Map([...world().expected].filter(([uri]) => uri.startsWith(`at://${did}/`)));

  it('lists in listRecords what was written, in ascending order of the bytes of the keys', async () => {
    for (const account of present()) {
      const records = await listRecords(account);
      expect(new Map(records.map(({uri, cid}) => [uri, cid]))).toEqual(expectedOf(account));
    }
    const keys = (await listRecords(world().account('awkward'), ['app.example.play'])).map(({uri}) =>
      rkeyOf(uri),
    );
    expect(keys).toEqual(awkwardKeys);
  });

  it('gives in getRepo what was written, proven down to the signature of the key in the directory', async () => {
    for (const account of present()) {
      const {data} = await clientOf(account.pds.origin).com.atproto.sync.getRepo({did: account.did});
      const {signingKey} = await identityOf(account, world().network.plc);
      const {creates} = await verifyRepoCar(data, account.did, signingKey);
      expect(
        new Map(
          creates.map(({collection, rkey, cid}) => [`at://${account.did}/${collection}/${rkey}`, `${cid}`]),
        ),
      ).toEqual(expectedOf(account));
    }
  });

  it('keeps every text as it was written, U+0000 as well', async () => {
    const account = world().account('awkward');
    for (const [collection, contents] of [
      ['app.example.note', awkwardContents],
      ['app.example.link', unstorableContents],
    ] as const) {
      const values = new Map(
        (await listRecords(account, [collection])).map(({uri, value}) => [rkeyOf(uri), value]),
      );
      for (const [key, content] of Object.entries(contents))
        expect(values.get(key)).toEqual({$type: collection, ...content});
    }
  });

  it('has an updated record as it is now, and nothing of one that was deleted', async () => {
    const records = await listRecords(world().account('edited'));
    expect(records).toHaveLength(9);
    expect(records[0]?.value).toMatchObject({text: 'as it is now'});
    expect(await listRecords(world().account('emptied'))).toEqual([]);
  });

  it('resolves every account to its host, and its handle to the account', async () => {
    for (const account of world().accounts.values()) {
      const {did, handle, pds} = await identityOf(account, world().network.plc);
      expect({did, handle, pds}).toEqual({
        did: account.did,
        handle: account.handle,
        pds: account.pds.origin,
      });
    }
    for (const {did, handle, pds} of present())
      expect((await clientOf(pds.origin).com.atproto.identity.resolveHandle({handle})).data).toEqual({
        did,
      });
  });

  it('has a relay that lists by collection also those that are gone, a page at a time', async () => {
    const didsOf = (...accounts: readonly string[]) => accounts.map(name => world().account(name).did);
    const plain = [1, 2, 3, 4, 5].map(number => `plain-${number}`);
    const holders = {
      'app.example.link': didsOf('awkward', ...plain),
      'app.example.note': didsOf('awkward', 'edited', 'emptied', ...plain),
      'app.example.play': didsOf('large', 'awkward', ...gone, ...plain),
    };
    for (const collection of worldCollections) {
      const listed = await listReposByCollection(world().network.relays[0], collection, 3);
      expect(listed.toSorted()).toEqual(holders[collection].toSorted());
    }
  });

  it('has a relay that lists repositories alone, each with its state', async () => {
    const agent = clientOf(world().network.relays[1]);
    await expect(
      agent.com.atproto.sync.listReposByCollection({collection: 'app.example.note'}),
    ).rejects.toMatchObject({status: 404});
    const {repos} = (await agent.com.atproto.sync.listRepos()).data;
    const states = new Map(repos.map(({did, active, status}) => [did, active ? 'active' : status]));
    expect(states).toEqual(
      new Map([
        ...present().map(({did}) => [did, 'active'] as const),
        [world().account('deactivated').did, 'deactivated'],
        [world().account('taken-down').did, 'takendown'],
      ]),
    );
  });

  it.each([
    ['deactivated', 'RepoDeactivated', {active: false, status: 'deactivated'}],
    ['taken-down', 'RepoTakendown', {active: false, status: 'takendown'}],
    ['deleted', 'RepoNotFound', null],
  ])(
    'says why it does not serve an account that is %s, but not in listRecords',
    async (name, error, status) => {
      const {did, pds} = world().account(name);
      const {com} = clientOf(pds.origin);
      const refusal = {status: 400, error};
      await expect(com.atproto.sync.getRepo({did})).rejects.toMatchObject(refusal);
      await expect(com.atproto.repo.describeRepo({repo: did})).rejects.toMatchObject(refusal);
      const asked = com.atproto.sync.getRepoStatus({did});
      if (status === null) await expect(asked).rejects.toMatchObject(refusal);
      else expect((await asked).data).toEqual({did, ...status});
      const collection = 'app.example.play';
      const unknown = {status: 400, error: 'InvalidRequest'};
      await expect(com.atproto.repo.listRecords({repo: did, collection})).rejects.toMatchObject({
        ...unknown,
        message: `Could not find repo: ${did}`,
      });
      await expect(com.atproto.repo.getRecord({repo: did, collection, rkey: 'any'})).rejects.toMatchObject({
        ...unknown,
        message: 'Could not locate record',
      });
    },
  );
});

function rkeyOf(uri: string): string {
  return uri.slice(uri.lastIndexOf('/') + 1);
}
