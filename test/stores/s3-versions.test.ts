import dns, {type LookupOptions} from 'node:dns';
import {describe, expect, it, onTestFinished} from 'vitest';
import {s3Store} from '../../src/stores/s3.ts';
import {s3UnderTest} from '../simulators/s3-under-test.ts';
import {listed, listedKeys, never, theOne} from '../support/listing.ts';
import {inByteOrder} from '../support/ranges.ts';
import {type BucketUnderTest, bucketUnderTest} from './bucket-under-test.ts';
import {storeOf} from './stranger.ts';

const asking = {fileIds: true} as const;
const keyOf = (n: number) => `${String(n).padStart(5, '0')}.jpg`;

/** Which listings a server was asked for. */
const listings = ({server}: BucketUnderTest) =>
  server.requests.flatMap(({operation}) => (operation.startsWith('List') ? [operation] : []));

/** What is listed is what a HEAD tells of it, file id and all. */
async function expectNewest({store}: BucketUnderTest, keys: readonly string[]): Promise<void> {
  const all = await listed(store, asking);
  expect(all.map(({key}) => key)).toEqual(keys);
  expect(new Set(all.map(({fileId}) => fileId)).size).toBe(keys.length);
  for (const object of all) {
    expect(object.fileId).toMatch(/^4_z/);
    expect(await store.lookup(object.key, never)).toEqual(object);
  }
}

describe('a bucket with versions', () => {
  it.each([
    [600, 1],
    [1_000, 1],
    [1_001, 2],
  ])('of %d objects is listed with their file ids in %d requests', async (count, requests) => {
    const bucket = await bucketUnderTest({versions: true});
    const keys = Array.from({length: count}, (_, n) => keyOf(n));
    bucket.server.putMany(keys);
    const all = await listed(bucket.store, asking);
    expect(all.map(({key}) => key)).toEqual(keys);
    expect(new Set(all.map(({fileId}) => fileId)).size).toBe(count);
    expect(listings(bucket)).toEqual(Array(requests).fill('ListObjectVersions'));
  });

  it('of 2,500 objects with several versions, some deleted, has each once as its newest, wherever pages end', async () => {
    const bucket = await bucketUnderTest({versions: true});
    const {server, store} = bucket;
    const all = Array.from({length: 2_500}, (_, n) => keyOf(n));
    // 1 to 7 versions, so that pages of 1,000 end within a key.
    for (let round = 0; round < 7; round++)
      server.putMany(
        all.filter((_, n) => n % 7 >= round),
        key => ({content: `${key} ${'!'.repeat(round)}`}),
      );
    const deleted = all.filter((_, n) => n % 10 === 3);
    for (const key of deleted) server.remove(key);
    const kept = all.filter(key => !deleted.includes(key));
    const objects = await listed(store, asking);
    expect(objects.map(({key}) => key)).toEqual(kept);
    for (const {key, size} of objects) expect(size).toBe(key.length + 1 + (all.indexOf(key) % 7));
    for (const [n, object] of objects.entries())
      if (n % 50 === 0) expect(await store.lookup(object.key, never)).toEqual(object);
    expect(listings(bucket).length).toBe(Math.ceil((2_500 * 4 + deleted.length) / 1_000));
    const cut = server.requests.flatMap(({query}) => query['key-marker'] ?? []);
    expect(cut.some(marker => all.indexOf(marker) % 7 > 0)).toBe(true);
  });

  it('has a key of 2,500 versions once, and one that was deleted after as many not at all', async () => {
    const bucket = await bucketUnderTest({versions: true});
    const {server} = bucket;
    const keys = ['a', 'b', 'many', 'many deleted', 'z'];
    server.putMany(keys);
    for (const key of ['many', 'many deleted'])
      server.putMany(
        Array.from({length: 2_500}, () => key),
        () => ({content: ''}),
      );
    server.remove('many deleted');
    await expectNewest(bucket, ['a', 'b', 'many', 'z']);
  });

  it('has what was deleted and put there again, as it is now', async () => {
    const bucket = await bucketUnderTest({versions: true});
    const {server, store} = bucket;
    server.put('object', 'first');
    const {fileId: first} = (await theOne(store, 'object').then(({key}) => store.lookup(key, never))) ?? {};
    server.remove('object');
    expect(await listed(store, asking)).toEqual([]);
    expect(await store.lookup('object', never)).toBeNull();
    server.put('object', 'first');
    const [again] = await listed(store, asking);
    expect(again?.fileId).not.toBe(first);
    await expectNewest(bucket, ['object']);
  });

  it('has keys of every kind', async () => {
    const bucket = await bucketUnderTest({versions: true, pageKeys: 3});
    const keys = [
      'a & b',
      'a+b',
      'a%2Fb',
      'a b/ c ',
      '🚢/🚢',
      '写真/東.jpg',
      'new\nline',
      '<Version><Key>x</Key></Version>',
      '&amp;',
      'k'.repeat(1_024),
      'é'.repeat(512),
    ];
    for (const key of keys) {
      bucket.server.put(key, 'first');
      bucket.server.put(key, key);
      bucket.server.put(`${key.slice(0, 500)}~`, 'deleted');
      bucket.server.remove(`${key.slice(0, 500)}~`);
    }
    await expectNewest(bucket, inByteOrder(keys));
  });

  it('is asked no further than the end of the range, nor from its beginning', async () => {
    const bucket = await bucketUnderTest({versions: true, pageKeys: 10});
    const keys = Array.from({length: 100}, (_, n) => keyOf(n));
    bucket.server.putMany(keys);
    const range = {lo: keyOf(41), hi: keyOf(51), ...asking};
    expect(await listedKeys(bucket.store, range)).toEqual(keys.slice(42, 52));
    expect(listings(bucket)).toHaveLength(1);
    expect(await listedKeys(bucket.store, {prefix: '0009', lo: '0', hi: null, ...asking})).toEqual(
      keys.slice(90),
    );
    expect(listings(bucket)).toHaveLength(2);
  });

  it('without a word on file ids is listed as any other', async () => {
    const bucket = await bucketUnderTest({versions: true});
    bucket.server.put('a', 'a');
    const [object] = await listed(bucket.store);
    expect(object?.fileId).toBeUndefined();
    expect(listings(bucket)).toEqual(['ListObjectsV2']);
  });
});

it('a bucket that is not known to have versions is not asked for any', async () => {
  const bucket = await bucketUnderTest();
  bucket.server.put('a', 'a');
  const [object] = await listed(bucket.store, asking);
  expect(object).toMatchObject({key: 'a'});
  expect(object?.fileId).toBeUndefined();
  expect((await bucket.store.lookup('a', never))?.fileId).toBeUndefined();
  expect(listings(bucket)).toEqual(['ListObjectsV2']);
});

it('what was written while a bucket kept no versions has no file id', async () => {
  const server = await s3UnderTest();
  server.put('a', 'a');
  const {endpoint, bucket, accessKeyId, secretAccessKey} = server;
  const credentials = {accessKeyId, secretAccessKey};
  const store = await s3Store({bucket, endpoint, credentials, label: 's3://a', versions: true});
  const [object] = await listed(store, asking);
  expect(object).toEqual(await store.lookup('a', never));
  expect(object?.fileId).toBeUndefined();
});

/** Every name is that of this machine. */
function resolveToLoopback(): {readonly names: readonly string[]} {
  const {lookup} = dns;
  onTestFinished(() => void Reflect.set(dns, 'lookup', lookup));
  const names: string[] = [];
  const found = (name: string, {all}: LookupOptions, answer: (...args: readonly unknown[]) => void) => {
    names.push(name);
    if (all === true) answer(null, [{address: '127.0.0.1', family: 4}]);
    else answer(null, '127.0.0.1', 4);
  };
  Reflect.set(dns, 'lookup', found);
  return {names};
}

it('every bucket of B2 has versions, and its region is in the name of its host', async () => {
  const server = await s3UnderTest({versions: true, region: 'eu-central-003'});
  server.put('a', 'a');
  const {names} = resolveToLoopback();
  const {bucket, accessKeyId, secretAccessKey} = server;
  const endpoint = server.endpoint.replace('127.0.0.1', 's3.eu-central-003.backblazeb2.com');
  const credentials = {accessKeyId, secretAccessKey};
  const store = await s3Store({bucket, endpoint, credentials, label: 's3://a'});
  expect(await listed(store, asking)).toMatchObject([{key: 'a', fileId: expect.stringMatching(/^4_z/)}]);
  expect(names).toContain('s3.eu-central-003.backblazeb2.com');
});

describe('a server that', () => {
  const page = (entries: string, next: string | null) =>
    `<ListVersionsResult>${entries}<IsTruncated>${next !== null}</IsTruncated>${next ?? ''}</ListVersionsResult>`;
  const version = (key: string, id: string, more = '') =>
    `<Version><Key>${key}</Key><VersionId>${id}</VersionId>${more}<LastModified>2026-01-01T00:00:00Z</LastModified><ETag>"e"</ETag><Size>0</Size></Version>`;
  const next = (key: string, id: string) =>
    `<NextKeyMarker>${key}</NextKeyMarker><NextVersionIdMarker>${id}</NextVersionIdMarker>`;
  const versioned = (answer: (marker: string, count: number) => string) => {
    let count = 0;
    return storeOf(
      ({url = ''}, response) =>
        void response.end(
          answer(new URL(url, 'http://x').searchParams.get('version-id-marker') ?? '', count++),
        ),
      {versions: true},
    );
  };

  it('goes round within one key is a failure, however long the round is', async () => {
    const following: Readonly<Record<string, string>> = {'': '1', 1: '2', 2: '3', 3: '4', 4: '5', 5: '3'};
    const store = await versioned(marker =>
      page(version('a', `v${marker}`), next('a', following[marker] ?? '')),
    );
    await expect(listed(store, asking)).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringMatching(/repeats itself: it would never end$/),
    });
  });

  it('says for ever that there is more, and shows nothing, is a failure', async () => {
    const store = await versioned((_, count) => page('', next('a', `${count}`)));
    await expect(listed(store, asking)).rejects.toThrow(/repeats itself: it would never end$/);
  });

  it('goes back from one page to the next is a failure by name', async () => {
    const store = await versioned((_, count) =>
      count === 0 ? page(version('b', '1'), next('b', '1')) : page(version('a', '2'), null),
    );
    await expect(listed(store, asking)).rejects.toThrow(/went back from b to a/);
  });

  it('does not say which version is the newest, gives it first', async () => {
    const store = await versioned((_, count) =>
      count === 0
        ? page(version('a', '9') + version('b', '8') + version('b', '7'), next('b', '7'))
        : page(version('b', '6') + version('c', '1'), null),
    );
    const all = await listed(store, asking);
    expect(all.map(({key, fileId}) => [key, fileId])).toEqual([
      ['a', '9'],
      ['b', '8'],
      ['c', '1'],
    ]);
  });

  it('gives the newest version last is believed that it is the newest', async () => {
    const latest = '<IsLatest>true</IsLatest>';
    const store = await versioned((_, count) =>
      count === 0
        ? page(version('a', '1') + version('b', '1'), next('b', '1'))
        : page(version('b', '2') + version('b', '3', latest), null),
    );
    expect((await listed(store, asking)).map(({key, fileId}) => [key, fileId])).toEqual([
      ['a', '1'],
      ['b', '3'],
    ]);
  });
});
