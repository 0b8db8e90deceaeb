import {createHash} from 'node:crypto';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {listed, never, theOne} from '../support/listing.ts';
import type {StoreFactory} from './object-store.ts';

const mebibyte = 1_048_576;

/** What every ObjectStore promises of reading: the bytes of the version that was listed, or a named failure. */
export function readingConformance({name, make, keySets, runs = 40}: StoreFactory): void {
  describe(`${name} reads`, () => {
    it.each([
      ['nothing', 0],
      ['one byte', 1],
      ['a little', 1_000],
      ['64 KiB', 64 * 1024],
      ['64 KiB and one byte', 64 * 1024 + 1],
      ['256 KiB', 256 * 1024],
      ['256 KiB and one byte', 256 * 1024 + 1],
      ['just below 4 MiB', 4 * mebibyte - 1],
      ['4 MiB', 4 * mebibyte],
      ['many chunks', 5 * mebibyte + 3],
    ])('the SHA-256 of %s', async (_, size) => {
      const {store, put} = await make();
      const content = Buffer.alloc(size, 'headgate');
      await put('folder/object', content);
      let read = 0;
      const options = {signal: never, onBytes: (count: number) => (read += count)};
      const hash = await store.sha256(await theOne(store, 'folder/object'), options);
      expect(hash).toBe(createHash('sha256').update(content).digest('hex'));
      expect(read).toBe(size);
    });

    it('every key that it lists', async () => {
      await fc.assert(
        fc.asyncProperty(keySets, async keys => {
          const {store, put} = await make();
          for (const key of keys) await put(key, key);
          for (const object of await listed(store))
            expect(await store.sha256(object, {signal: never})).toBe(
              createHash('sha256').update(object.key).digest('hex'),
            );
        }),
        {numRuns: runs / 2},
      );
    });

    it('no other version than the one that was listed', async () => {
      const {store, put} = await make();
      await put('object', 'version 1');
      const seen = await theOne(store, 'object');
      await put('object', 'version 2');
      await expect(store.sha256(seen, {signal: never})).rejects.toMatchObject({kind: 'changed'});
    });

    it('nothing of an object that is gone, and says so', async () => {
      const {store, put, remove} = await make();
      await put('object', 'here');
      const seen = await theOne(store, 'object');
      await remove('object');
      await expect(store.sha256(seen, {signal: never})).rejects.toMatchObject({kind: 'not-found'});
    });

    it('no further than to where it is told to stop', async () => {
      const {store, put} = await make();
      await put('large', Buffer.alloc(32 * mebibyte));
      const stop = new AbortController();
      const reason = new Error('paused');
      let read = 0;
      const onBytes = (count: number) => {
        read += count;
        stop.abort(reason);
      };
      const reading = store.sha256(await theOne(store, 'large'), {signal: stop.signal, onBytes});
      await expect(reading).rejects.toBe(reason);
      expect(read).toBeGreaterThan(0);
      expect(read).toBeLessThanOrEqual(2 * mebibyte);
    });

    it('nothing where it was told to stop before', async () => {
      const {store, put} = await make();
      await put('object', 'here');
      const reason = new Error('paused');
      const signal = AbortSignal.abort(reason);
      const seen = await theOne(store, 'object');
      await expect(store.sha256(seen, {signal})).rejects.toBe(reason);
      await expect(store.lookup('object', signal)).rejects.toBe(reason);
    });
  });
}
