import {describe, expect, it} from 'vitest';
import {namedObjects} from '../../../src/backfills/uploads/named-objects.ts';
import {
  countAssets,
  readAssets,
  readByObjects,
  readLooks,
  uploadedTo,
} from '../../../src/backfills/uploads/read-assets.ts';
import {allHosts} from '../../support/target-host.ts';
import {Assets, awkwardProviders, changeOf, hashOf, numberedUsers} from './assets-under-test.ts';

describe.each(allHosts)('assets are read on $host', ({begin}) => {
  const host = begin();

  it('by user and hash, with all that is known', async () => {
    const assets = await Assets.make(host);
    await assets.commit(
      changeOf('a', {phash64: 'ffffffffffffffff'}),
      changeOf('a', {user: '8', object: 'o8'}),
    );
    await assets.commit(await assets.link('a', {provider: 'runway', object: 'r'}));
    const rows = await readAssets(assets.database, assets.facts, '7', [hashOf('a'), hashOf('b')]);
    expect([...rows.keys()]).toEqual([hashOf('a')]);
    const row = rows.get(hashOf('a'));
    expect(row).toMatchObject({
      id: '1',
      userId: '7',
      sha256: hashOf('a'),
      phash64: 'ffffffffffffffff',
      providerId: 'pixverse',
      providerAssetId: changeOf('a').object,
      size: 1,
    });
    expect(row?.providerUploads).toEqual(
      new Map([
        ['pixverse', changeOf('a').object],
        ['runway', 'r'],
      ]),
    );
    expect(row === undefined ? [] : uploadedTo(row)).toEqual(['pixverse', 'runway']);
    expect((await readAssets(assets.database, assets.facts, '8', [hashOf('a')])).get(hashOf('a'))?.id).toBe(
      '2',
    );
    expect(await readAssets(assets.database, assets.facts, '9', [hashOf('a')])).toEqual(new Map());
  });

  it('from a table where users and looks are numbers', async () => {
    const assets = await Assets.make(host, numberedUsers);
    const looks = ['8000000000000001', '0000000000000007', 'ffffffffffffffff'];
    await assets.commit(...looks.map(phash64 => changeOf(phash64, {phash64})));
    const rows = await readAssets(assets.database, assets.facts, '7', looks.map(hashOf));
    expect(looks.map(phash64 => rows.get(hashOf(phash64))?.phash64)).toEqual(looks);
    expect(rows.get(hashOf(looks[0] ?? ''))).toMatchObject({userId: '7', size: null});
    const read: string[] = [];
    for await (const page of readLooks(assets.database, assets.facts, '7', new AbortController().signal))
      read.push(...page.map(({phash64}) => phash64));
    expect(read.toSorted()).toEqual(looks.toSorted());
  });

  it('whatever the map is', async () => {
    const assets = await Assets.make(host);
    const maps: readonly (readonly [string | null, readonly string[]])[] = [
      [null, ['runway']],
      ['null', ['runway']],
      ['[1]', ['runway']],
      ['{"pixverse": {"id": "1", "url": "u"}, "runway": "r", "n": 3}', ['runway', 'pixverse', 'n']],
      ...(assets.facts.dialect === 'sqlite' ? [['{broken', ['runway']] as const] : []),
    ];
    for (const [index, [map]] of maps.entries())
      await assets.sql(
        `INSERT INTO assets (user_id, sha256, provider_id, provider_uploads)
         VALUES ('7', '${hashOf(String(index))}', 'runway', ${map === null ? 'NULL' : `'${map}'`})`,
      );
    const rows = await readAssets(
      assets.database,
      assets.facts,
      '7',
      maps.map((_, index) => hashOf(String(index))),
    );
    const found = maps.map((_, index) => rows.get(hashOf(String(index))));
    expect(found.map(row => (row === undefined ? null : uploadedTo(row).toSorted()))).toEqual(
      maps.map(([, providers]) => providers.toSorted()),
    );
  });

  it('by the names of objects, with a hash or without', async () => {
    const assets = await Assets.make(host);
    const unhashed = changeOf('a', {sha256: null});
    await assets.commit(unhashed, changeOf('b'));
    const read = async (user: string, ...which: readonly ['without a hash'] | readonly []) => {
      const objects = [unhashed, changeOf('b')].map(({object}) => object);
      const whose = {user, provider: 'pixverse'};
      const rows = await readByObjects(assets.database, assets.facts, whose, objects, ...which);
      return [...rows.values()].map(({sha256, providerId}) => `${sha256} at ${providerId}`).toSorted();
    };
    expect(await read('7', 'without a hash')).toEqual(['null at pixverse']);
    expect(await read('7')).toEqual([`${hashOf('b')} at pixverse`, 'null at pixverse']);
    expect(await read('8')).toEqual([]);
  });

  it('for the objects that any of them names, as its own or in its map', async () => {
    const assets = await Assets.make(host);
    const named = async (provider: string, ...objects: readonly string[]) =>
      [...(await namedObjects(assets.database, assets.facts, provider, objects))].toSorted();
    await assets.commit(changeOf('a', {object: 'own'}));
    await assets.commit(await assets.link('a', {provider: 'runway', object: 'linked'}));
    await assets.sql(
      `INSERT INTO assets (user_id, provider_uploads) VALUES ('8', '{"runway":{"id":"of another","url":"u"}}')`,
    );
    await assets.sql(
      "INSERT INTO assets (user_id, provider_uploads) VALUES ('9', NULL), ('9', '[\"linked\"]')",
    );
    const all = ['own', 'linked', 'of another', 'nobody'];
    expect(await named('runway', ...all)).toEqual(['linked', 'of another']);
    expect(await named('pixverse', ...all)).toEqual(['own']);
    expect(await named('unknown', ...all)).toEqual([]);
    for (const provider of awkwardProviders) {
      await assets.commit(await assets.link('a', {provider, object: 'awkward'}));
      expect(await named(provider, ...all, 'awkward')).toEqual(['awkward']);
    }
    if (assets.facts.dialect === 'postgres') return;
    await assets.sql(`INSERT INTO assets (user_id, provider_uploads) VALUES ('8', '{"runway": "nobody"')`);
    expect(await named('runway', 'nobody', 'no')).toEqual(['no', 'nobody']);
  });

  it('counted, of a user and at a provider', async () => {
    const assets = await Assets.make(host);
    await assets.commit(changeOf('a'), changeOf('b'), changeOf('c', {user: '8', provider: 'runway'}));
    await assets.commit(await assets.link('a', {provider: 'runway'}));
    await assets.sql("INSERT INTO assets (user_id) VALUES ('9')");
    const count = (user: string | null, provider: string | null) =>
      countAssets(assets.database, assets.facts, {user, provider});
    expect(await count('7', 'runway')).toEqual({rows: 2, atProvider: 1});
    expect(await count('7', 'pixverse')).toEqual({rows: 2, atProvider: 2});
    expect(await count(null, 'runway')).toEqual({rows: 4, atProvider: 2});
    expect(await count(null, null)).toEqual({rows: 4, atProvider: 3});
  });
});
