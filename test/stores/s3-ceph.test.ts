import {hash} from 'node:crypto';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {objectStoreConformance} from '../conformance/object-store.ts';
import {cephEndpoint} from '../support/ceph.ts';
import {listed, listedKeys, never, theOne} from '../support/listing.ts';
import {inByteOrder} from '../support/ranges.ts';
import {bucketKeys} from './bucket-keys.ts';
import {RealBucket} from './real-bucket.ts';

/**
 * Keys that Ceph RGW takes, as found by trying: 1 to 1,024 bytes of any text but NUL (400). Control characters, CR and
 * `..` between slashes are keys like any other.
 */
const keySets = bucketKeys(key => !key.includes('\0'));

const endpoint = cephEndpoint();

describe.skipIf(endpoint === null)('Ceph', () => {
  const place = {
    endpoint: endpoint ?? '',
    bucket: `headgate-${Math.random().toString(36).slice(2)}`,
    accessKeyId: 'demoaccess',
    secretAccessKey: 'demosecret',
  };
  const bucket = new RealBucket(place);
  beforeAll(() => bucket.create());
  afterAll(() => bucket.destroy());

  objectStoreConformance({
    name: 'S3 store (Ceph)',
    make: () => bucket.emptied(),
    keySets,
    runs: 10,
    many: 1_100,
  });

  it('states no hash of an object, though its uploader sent one', async () => {
    const {store} = await bucket.emptied();
    await bucket.putWithSha256('large', Buffer.alloc(1_048_576));
    const object = await theOne(store, 'large');
    expect(object.statesHash).toBeUndefined();
    expect(await store.statedSha256({...object, statesHash: true}, never)).toBeNull();
  });

  describe('with versions, as B2 always has them', () => {
    it('lists every key once as its newest version, with its id, over pages that end within a key', async () => {
      const versioned = new RealBucket({...place, bucket: `${place.bucket}-ids`});
      await versioned.create();
      await versioned.keepVersions();
      const {store, put, remove} = await versioned.emptied({versions: true});
      const keys = ['a & b', 'a+b %2F', '写真/🚢', 'new\nline', 'z'];
      for (const key of [...keys, 'deleted']) for (let n = 0; n < 3; n++) await put(key, `${key} ${n}`);
      await remove('deleted');
      for (let from = 0; from < 1_100; from += 50)
        await Promise.all(Array.from({length: 50}, (_, n) => put('many', `version ${from + n}`)));
      const objects = await listed(store, {fileIds: true});
      expect(objects.map(({key}) => key)).toEqual(inByteOrder([...keys, 'many']));
      for (const object of objects) {
        expect(object.fileId).toEqual(expect.stringMatching(/./));
        expect(await store.lookup(object.key, never)).toEqual(object);
      }
      expect(await store.lookup('deleted', never)).toBeNull();
      const [, last] = objects;
      const beyond = {lo: last?.key ?? '', fileIds: true} as const;
      expect(await listed(store, beyond)).toEqual(objects.slice(2));
    });

    it('lists, looks up and reads the last version alone, and nothing of what was deleted', async () => {
      const versioned = new RealBucket({...place, bucket: `${place.bucket}-versions`});
      await versioned.create();
      await versioned.keepVersions();
      const {store, put, remove} = await versioned.emptied();
      for (const key of ['deleted/1', 'deleted/2', 'rewritten', 'kept']) await put(key, 'version 1');
      const before = await theOne(store, 'rewritten');
      const gone = await theOne(store, 'deleted/2');
      await put('rewritten', 'version 2');
      await Promise.all(['deleted/1', 'deleted/2'].map(remove));
      expect(await listedKeys(store)).toEqual(['kept', 'rewritten']);
      expect(await store.lookup('deleted/1', never)).toBeNull();
      const now = await theOne(store, 'rewritten');
      expect(await store.lookup('rewritten', never)).toEqual(now);
      expect(await store.sha256(now, {signal: never})).toBe(hash('sha256', 'version 2'));
      await expect(store.sha256(before, {signal: never})).rejects.toMatchObject({kind: 'changed'});
      await expect(store.sha256(gone, {signal: never})).rejects.toMatchObject({kind: 'not-found'});
    });
  });
});
