import {describe, expect, it} from 'vitest';
import {commitUploads} from '../../../src/backfills/uploads/commit.ts';
import {isAt, rowsOf} from '../../../src/backfills/uploads/rows-of.ts';
import {allHosts} from '../../support/target-host.ts';
import {Assets, awkwardProviders, changeOf, hashOf, numberedUsers} from './assets-under-test.ts';

describe.each(allHosts)('commitUploads on $host', ({begin}) => {
  const host = begin();

  it('makes a row for a content of each user, with all that is known of it', async () => {
    const assets = await Assets.make(host);
    const touched = await assets.commit(
      changeOf('a', {phash64: '8000000000000001', kind: 'image', mime: 'image/png', size: 5_000_000_000}),
      changeOf('a', {key: 'of another', user: '8', object: 'u/8/a.mp4'}),
    );
    expect(touched).toEqual({'a.mp4': 'inserted', 'of another': 'inserted'});
    expect(await assets.rows()).toMatchObject([
      {user_id: '7', sha256: hashOf('a'), provider_id: 'pixverse', provider_asset_id: changeOf('a').object},
      {user_id: '8', sha256: hashOf('a'), provider_id: 'pixverse', provider_asset_id: 'u/8/a.mp4'},
    ]);
    expect(await assets.maps()).toEqual([{pixverse: changeOf('a').object}, {pixverse: 'u/8/a.mp4'}]);
    const [row] = await assets.rows('phash64, kind, mime, size, created_at, last_accessed_at');
    expect({...row}).toEqual({
      phash64: '8000000000000001',
      kind: 'image',
      mime: 'image/png',
      size: 5_000_000_000,
      created_at: expect.stringMatching(/^2026-01-02T03:04:05\.678(000)?Z$/),
      last_accessed_at: null,
    });
  });

  it('touches no row whose provider has the content already', async () => {
    const assets = await Assets.make(host);
    await assets.commit(changeOf('a'));
    const before = await assets.rows('*');
    expect(await assets.commit(changeOf('a', {key: 'renamed.mp4'}))).toEqual({});
    expect(await assets.rows('*')).toEqual(before);
  });

  it('puts another provider into the map, and makes no row', async () => {
    const assets = await Assets.make(host);
    await assets.commit(changeOf('a'));
    const link = await assets.link('a', {provider: 'runway', object: 'r'});
    expect(await assets.commit(link)).toEqual({'a.mp4': 'updated'});
    expect(await assets.maps()).toEqual([{pixverse: changeOf('a').object, runway: 'r'}]);
    expect(await assets.rows('provider_id')).toMatchObject([{provider_id: 'pixverse'}]);
    expect(await assets.commit(link)).toEqual({});
  });

  it('finds the row that says so already of what was uploaded again, and leaves it as it is', async () => {
    const assets = await Assets.make(host);
    await assets.commit(changeOf('a'), changeOf('b'));
    const before = await assets.rows('*');
    const restored = {...(await assets.link('a')), restores: true as const};
    expect(await assets.commit(restored, changeOf('c'))).toEqual({'a.mp4': 'updated', 'c.mp4': 'inserted'});
    expect((await assets.rows('*')).slice(0, 2)).toEqual(before);
    expect(await assets.commit({...restored, provider: 'runway'})).toEqual({});
    expect((await assets.rows('*')).slice(0, 2)).toEqual(before);
  });

  it('makes one row of a content that two files of a page have, for the first of them', async () => {
    const assets = await Assets.make(host);
    expect(await assets.commit(changeOf('a'), changeOf('a', {key: 'copy.mp4'}), changeOf('b'))).toEqual({
      'a.mp4': 'inserted',
      'b.mp4': 'inserted',
    });
    expect(await assets.rows()).toHaveLength(2);
  });

  it('knows a content without a hash by its object', async () => {
    const assets = await Assets.make(host);
    const unhashed = changeOf('a', {sha256: null});
    expect(await assets.commit(unhashed, changeOf('b', {sha256: null}))).toEqual({
      'a.mp4': 'inserted',
      'b.mp4': 'inserted',
    });
    expect(await assets.commit(unhashed)).toEqual({});
    expect(await assets.commit({...unhashed, provider: 'runway'})).toEqual({'a.mp4': 'updated'});
    expect(await assets.rows()).toHaveLength(2);
    expect(await assets.maps()).toContainEqual({pixverse: unhashed.object, runway: unhashed.object});
    expect(await assets.maps()).toContainEqual({pixverse: 'u/7/unhashed/b.mp4'});
  });

  it('knows the row of an object whose hash was filled in since, and makes no second one', async () => {
    const assets = await Assets.make(host);
    const unhashed = changeOf('a', {sha256: null});
    await assets.commit(unhashed);
    await assets.sql(`UPDATE assets SET sha256 = '${hashOf('a')}'`);
    const before = await assets.rows('*');
    const [row = null] = await rowsOf(assets.database, assets.facts, [unhashed]);
    expect([row?.sha256, isAt(row, 'pixverse')]).toEqual([hashOf('a'), true]);
    expect(await assets.commit(unhashed)).toEqual({});
    expect(await assets.rows('*')).toEqual(before);
    expect(await rowsOf(assets.database, assets.facts, [{...unhashed, user: '8'}])).toEqual([null]);
    expect(await assets.commit({...unhashed, user: '8'})).toEqual({'a.mp4': 'inserted'});
  });

  it('puts the provider into a row that somebody else has made since the decision', async () => {
    const assets = await Assets.make(host);
    const late = changeOf('a');
    await assets.sql(
      `INSERT INTO assets (user_id, sha256, provider_id, provider_asset_id) VALUES ('7', '${late.sha256}', 'runway', 'r')`,
    );
    expect(await assets.commit(late, changeOf('b'))).toEqual({'a.mp4': 'updated', 'b.mp4': 'inserted'});
    expect(await assets.rows('provider_id')).toMatchObject([
      {provider_id: 'runway'},
      {provider_id: 'pixverse'},
    ]);
    expect(await assets.maps()).toEqual([{pixverse: late.object}, {pixverse: changeOf('b').object}]);
  });

  it('leaves a row that is another by now, has another hash, or has the provider by itself', async () => {
    const assets = await Assets.make(host);
    await assets.commit(changeOf('a'), changeOf('b'), changeOf('c', {provider: 'runway'}));
    const links = await Promise.all(
      ['a', 'b', 'c'].map(content => assets.link(content, {provider: 'runway', object: 'new'})),
    );
    await assets.sql(`UPDATE assets SET id = 100 WHERE sha256 = '${hashOf('a')}'`);
    await assets.sql(`UPDATE assets SET sha256 = '${hashOf('other')}' WHERE sha256 = '${hashOf('b')}'`);
    const before = await assets.rows('*');
    expect(await assets.commit(...links)).toEqual({});
    expect(await assets.rows('*')).toEqual(before);
  });

  it('adds to a map of whatever it holds, and leaves what is no map', async () => {
    const assets = await Assets.make(host);
    const maps: readonly (readonly [string, unknown])[] = [
      ['{"x": {"id": "1", "url": "u"}, "n": null}', {x: {id: '1', url: 'u'}, n: null, runway: 'new'}],
      ['{}', {runway: 'new'}],
      ['null', {runway: 'new'}],
      ['{"runway": "old"}', {runway: 'old'}],
      ['["runway"]', ['runway']],
      ['3', 3],
    ];
    for (const [index, [map]] of maps.entries())
      await assets.sql(
        `INSERT INTO assets (user_id, sha256, provider_uploads) VALUES ('7', '${hashOf(`map ${index}`)}', '${map}')`,
      );
    const links = await Promise.all(
      maps.map((_, index) => assets.link(`map ${index}`, {provider: 'runway', object: 'new'})),
    );
    expect(Object.keys(await assets.commit(...links)).toSorted()).toEqual([
      'map 0.mp4',
      'map 1.mp4',
      'map 2.mp4',
    ]);
    expect(await assets.maps()).toEqual(maps.map(([, expected]) => expected));
  });

  it.each(awkwardProviders)('takes a provider called %j', async provider => {
    const assets = await Assets.make(host);
    await assets.commit(changeOf('a', {provider}), changeOf('b'));
    expect(await assets.commit(changeOf('a', {provider}))).toEqual({});
    const link = await assets.link('b', {provider, object: 'o'});
    expect(await assets.commit(link)).toEqual({'b.mp4': 'updated'});
    expect(await assets.commit(link)).toEqual({});
    expect(await assets.maps()).toEqual([
      {[provider]: changeOf('a').object},
      {pixverse: changeOf('b').object, [provider]: 'o'},
    ]);
    expect(await assets.undo(link, changeOf('a', {provider}))).toEqual({
      'b.mp4': 'updated',
      'a.mp4': 'deleted',
    });
    expect(await assets.maps()).toEqual([{pixverse: changeOf('b').object}]);
  });

  it('has keys of whatever a file can be called', async () => {
    const assets = await Assets.make(host);
    const keys = ["it's", 'a "b"', 'new\nline', '写真 😀', 'café', 'cafe\u0301', 'c & d %2F+', '__proto__'];
    expect(Object.keys(await assets.commit(...keys.map(key => changeOf(key, {key})))).toSorted()).toEqual(
      keys.toSorted(),
    );
  });

  it('refuses a user that no row can have', async () => {
    const assets = await Assets.make(host, numberedUsers);
    expect(() => commitUploads([changeOf('a', {user: 'ann'})], assets.facts)).toThrow(
      /no user of assets is called ann/,
    );
    await assets.commit(changeOf('a'));
    expect(await assets.rows('user_id')).toMatchObject([{user_id: 7}]);
  });
});
