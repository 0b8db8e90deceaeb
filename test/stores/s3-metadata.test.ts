import {PutObjectCommand} from '@aws-sdk/client-s3';
import {afterAll, assert, beforeAll, describe, expect, it} from 'vitest';
import {type LocalCloudflare, startLocalCloudflare} from '../../src/sandbox/local-cloudflare.ts';
import type {ObjectStore} from '../../src/stores/object-store.ts';
import {never, theOne} from '../support/listing.ts';
import {bucketUnderTest} from './bucket-under-test.ts';
import {RealBucket} from './real-bucket.ts';

const said = {
  'content-type': 'image/jpeg',
  'cache-control': 'max-age=60',
  'content-disposition': 'attachment; filename="a.jpg"',
  'x-amz-meta-caption': 'on the quay',
  'x-amz-meta-__proto__': 'x',
};

const metadata = Object.fromEntries([
  ['caption', 'on the quay'],
  ['__proto__', 'x'],
]);

async function metadataOf(store: ObjectStore, key: string) {
  return store.metadata?.(await theOne(store, key), never);
}

it('tells content type, cache control, disposition and what whoever put it there said of it', async () => {
  const {store, server} = await bucketUnderTest();
  server.put('a', '', {headers: said});
  server.put('b', '');
  expect(await metadataOf(store, 'a')).toEqual({
    contentType: 'image/jpeg',
    cacheControl: 'max-age=60',
    contentDisposition: 'attachment; filename="a.jpg"',
    metadata,
  });
  expect(await metadataOf(store, 'b')).toEqual({
    contentType: 'binary/octet-stream',
    cacheControl: null,
    contentDisposition: null,
    metadata: {},
  });
  const heads = server.requests.filter(({method}) => method === 'HEAD');
  expect(heads.map(({headers}) => headers['if-match'])).toEqual(Array(2).fill(expect.stringMatching(/^"/)));
});

it.each([
  ['UTF-8', Buffer.from('Kai, 埠頭 🚢').toString('latin1'), 'Kai, 埠頭 🚢'],
  ['bytes that are no UTF-8', 'caf\u00e9', 'caf\u00e9'],
])('reads %s of a header', async (_, sent, read) => {
  const {store, server} = await bucketUnderTest();
  server.put('a', '', {headers: {'x-amz-meta-place': sent}});
  expect((await metadataOf(store, 'a'))?.metadata).toEqual({place: read});
});

it('is never told of another version, and null of an object that is gone', async () => {
  const {store, server} = await bucketUnderTest();
  server.put('a', 'one');
  const listed = await theOne(store, 'a');
  server.put('a', 'two');
  await expect(store.metadata?.(listed, never)).rejects.toMatchObject({kind: 'changed'});
  server.inject({type: 'if-match-ignored'});
  await expect(store.metadata?.(listed, never)).rejects.toMatchObject({kind: 'changed'});
  server.remove('a');
  expect(await store.metadata?.(listed, never)).toBeNull();
});

it('is told apart by its file id where the bytes are the same', async () => {
  const {store, server} = await bucketUnderTest({versions: true});
  server.put('a', 'same', {headers: {'x-amz-meta-n': '1'}});
  const pages = await Array.fromAsync(
    store.list({prefix: '', lo: '', hi: null, signal: never, fileIds: true}),
  );
  const [listed] = pages.flat();
  assert(listed !== undefined);
  expect(listed.fileId).toMatch(/^\S+$/);
  expect((await store.metadata?.(listed, never))?.metadata).toEqual({n: '1'});
  server.put('a', 'same', {headers: {'x-amz-meta-n': '2'}});
  await expect(store.metadata?.(listed, never)).rejects.toMatchObject({kind: 'changed'});
});

describe("workerd's R2", () => {
  let local: LocalCloudflare;
  beforeAll(async () => {
    local = await startLocalCloudflare({databases: [], bucket: 'assets'});
  });
  afterAll(() => local.stop());

  it('keeps what the SDK sent', async () => {
    const bucket = new RealBucket(local.s3, {
      put: (key, content) => local.putObjects([{key, content}]),
      empty: () => local.emptyBucket(),
    });
    const {store} = await bucket.emptied();
    await bucket.client.send(
      new PutObjectCommand({
        Bucket: 'assets',
        Key: 'a',
        Body: 'x',
        ContentType: 'image/jpeg',
        CacheControl: 'max-age=60',
        ContentDisposition: 'attachment; filename="a.jpg"',
        Metadata: {caption: 'on the quay'},
      }),
    );
    expect(await metadataOf(store, 'a')).toEqual({
      contentType: 'image/jpeg',
      cacheControl: 'max-age=60',
      contentDisposition: 'attachment; filename="a.jpg"',
      metadata: {caption: 'on the quay'},
    });
    bucket.client.destroy();
  });
});
