import {describe, expect, it} from 'vitest';
import {allHosts} from '../../support/target-host.ts';
import {Assets, changeOf, hashOf} from './assets-under-test.ts';

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
});
