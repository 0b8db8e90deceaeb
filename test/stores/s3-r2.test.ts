import {hash} from 'node:crypto';
import {afterAll, beforeAll, expect, it} from 'vitest';
import {type LocalCloudflare, startLocalCloudflare} from '../../src/sandbox/local-cloudflare.ts';
import {objectStoreConformance} from '../conformance/object-store.ts';
import {listed, listedKeys, never, theOne} from '../support/listing.ts';
import {inByteOrder} from '../support/ranges.ts';
import {bucketKeys} from './bucket-keys.ts';
import {RealBucket} from './real-bucket.ts';

/** workerd's own R2, behind miniflare's S3 API. */
let local: LocalCloudflare;
let bucket: RealBucket;

beforeAll(async () => {
  local = await startLocalCloudflare({databases: [], bucket: 'assets'});
  bucket = new RealBucket(local.s3, {
    put: (key, content) => local.putObjects([{key, content}]),
    empty: () => local.emptyBucket(),
  });
});
afterAll(() => local.stop());

/**
 * Keys that its S3 API takes, as found by trying: 1 to 1,024 bytes of any text but
 * - line feeds, CR, U+2028 and U+2029, to which no route leads (404; the binding takes them, and the listing has them);
 * - `.` and `..` between slashes, which its URL parser resolves before it looks at the signature (403);
 * - NUL, which can be put and listed, but is found by no prefix.
 * `//`, slashes at either end, NFC beside NFD, `%2F`, `&`, `+` and every other control character are keys like any other.
 */
const keySets = bucketKeys(key => !/[\0\n\r\u2028\u2029]/.test(key) && !/(^|\/)\.{1,2}(\/|$)/.test(key));

objectStoreConformance({
  name: "S3 store (workerd's R2)",
  make: () => bucket.emptied(),
  keySets,
  runs: 10,
  many: 1_100,
});

it('keys that its S3 API does not take are listed as they are, and are failures: never the bytes of another object', async () => {
  const {store, put} = await bucket.emptied();
  const others = ['b', 'a b'];
  const awkward = ['a/../b', './b', '..', 'a\nb', 'a\rb', 'a\r\nb', 'a\u2028b'];
  await Promise.all([...others, ...awkward].map(key => put(key, key)));
  expect(await listedKeys(store)).toEqual(inByteOrder([...others, ...awkward]));
  for (const object of await listed(store))
    if (awkward.includes(object.key))
      await expect(store.sha256(object, {signal: never}), object.key).rejects.toMatchObject({
        kind: 'invalid',
        message: expect.stringMatching(
          object.key.includes('.')
            ? /takes the \. or \.\. in its key for a folder \(40\d: \w+/
            : /this is no answer of S3 \(404\)/,
        ),
      });
    else expect(await store.sha256(object, {signal: never})).toBe(hash('sha256', object.key));
});

it('states no hash of an object, though its uploader sent one', async () => {
  const {store} = await bucket.emptied();
  await bucket.putWithSha256('large', Buffer.alloc(1_048_576));
  const object = await theOne(store, 'large');
  expect(object.statesHash).toBeUndefined();
  expect(await store.statedSha256({...object, statesHash: true}, never)).toBeNull();
});
