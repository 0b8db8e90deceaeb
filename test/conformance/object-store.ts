import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {inRange} from '../../src/core/keys.ts';
import type {ObjectStore} from '../../src/stores/object-store.ts';
import {awkwardText} from '../support/awkward.ts';
import {listed, listedKeys, never} from '../support/listing.ts';
import {inByteOrder, rangesOf} from '../support/ranges.ts';
import {readingConformance} from './object-store-reading.ts';

/** An empty place with a store that reads it, and the means to fill it. */
export interface StoreUnderTest {
  readonly store: ObjectStore;
  /** Writes an object so that its fingerprint is trusted; another version than any before. */
  put(key: string, content: Uint8Array | string): Promise<void>;
  remove(key: string): Promise<void>;
}

export interface StoreFactory {
  readonly name: string;
  make(): Promise<StoreUnderTest>;
  /** Sets of keys that the place can hold side by side. */
  readonly keySets: fc.Arbitrary<readonly string[]>;
  /** How many of them are tried; fewer where the place takes its time. */
  readonly runs?: number;
  /** More keys than it gives at once. */
  readonly many?: number;
}

const atOnce = 16;

/** What every ObjectStore promises, tried on a real one. */
export function objectStoreConformance(factory: StoreFactory): void {
  listingConformance(factory);
  partingConformance(factory);
  readingConformance(factory);
  lookupConformance(factory);
}

async function filledBy(make: StoreFactory['make'], keys: readonly string[]): Promise<StoreUnderTest> {
  const place = await make();
  for (let from = 0; from < keys.length; from += atOnce)
    await Promise.all(keys.slice(from, from + atOnce).map(key => place.put(key, key)));
  return place;
}

export function listingConformance({name, make, keySets, runs = 40, many = 2_345}: StoreFactory): void {
  const filled = (keys: readonly string[]) => filledBy(make, keys);

  describe(`${name} lists`, () => {
    it('every object once, in byte order', async () => {
      await fc.assert(
        fc.asyncProperty(keySets, async keys => {
          const {store} = await filled(keys);
          expect(await listedKeys(store)).toEqual(inByteOrder(keys));
        }),
        {numRuns: runs},
      );
    });

    it('of any range and prefix exactly what the whole listing has of it', async () => {
      await fc.assert(
        fc.asyncProperty(keySets, fc.infiniteStream(awkwardText()), async (keys, texts) => {
          const {store} = await filled(keys);
          const whole = await listedKeys(store);
          for (const narrowed of rangesOf(keys, texts)) {
            const {prefix} = narrowed;
            const expected = whole.filter(key => key.startsWith(prefix) && inRange(key, narrowed));
            expect(await listedKeys(store, narrowed), JSON.stringify(narrowed)).toEqual(expected);
          }
        }),
        {numRuns: runs},
      );
    });

    it('more than fits on a page, going on from any page as if it had not stopped', async () => {
      const keys = Array.from({length: many}, (_, number) => `${number % 7}/${number}.bin`);
      const {store} = await filled(keys);
      const resumed: string[] = [];
      for (;;) {
        const before = resumed.length;
        for await (const page of store.list({
          prefix: '',
          lo: resumed.at(-1) ?? '',
          hi: null,
          signal: never,
        })) {
          resumed.push(...page.map(({key}) => key));
          break;
        }
        if (resumed.length === before) break;
      }
      expect(resumed).toEqual(inByteOrder(keys));
    });

    it('sizes, times and equal fingerprints for what has not changed, another one for what has', async () => {
      const {store, put} = await make();
      await put('same', 'content');
      await put('other', 'content');
      const [other, same] = await listed(store);
      expect(same).toMatchObject({key: 'same', size: 7});
      expect(same?.modifiedAt).toBeGreaterThan(Date.UTC(2000));
      expect(same?.fingerprint).toEqual(expect.any(String));
      await put('other', 'CONTENT');
      const [otherNow, sameNow] = await listed(store);
      expect(sameNow).toEqual(same);
      expect(otherNow?.fingerprint).not.toBe(other?.fingerprint);
    });

    it('nothing in an empty place', async () => {
      expect(await listed((await make()).store)).toEqual([]);
    });

    it('no further once it is told to stop', async () => {
      const {store} = await filled(['a', 'b/c', 'd']);
      const reason = new Error('paused');
      const stopped = async () => {
        for await (const page of store.list({
          prefix: '',
          lo: '',
          hi: null,
          signal: AbortSignal.abort(reason),
        }))
          expect(page).toEqual([]);
      };
      await expect(stopped()).rejects.toBe(reason);
    });
  });
}

function partingConformance({name, make, keySets, runs = 40}: StoreFactory): void {
  const filled = (keys: readonly string[]) => filledBy(make, keys);

  describe(`${name} parts a range`, () => {
    it('so that both halves together are the whole, and each is smaller', async () => {
      await fc.assert(
        fc.asyncProperty(keySets, fc.infiniteStream(awkwardText()), async (keys, texts) => {
          const {store} = await filled(keys);
          for (const narrowed of rangesOf(keys, texts)) {
            const {prefix, lo, hi} = narrowed;
            const middle = await store.middle({...narrowed, signal: never});
            if (middle === null) continue;
            expect(middle, 'a part that ends where the whole does is the whole').not.toBe(hi);
            expect(inRange(middle, narrowed)).toBe(true);
            const halves = [
              await listedKeys(store, {prefix, lo, hi: middle}),
              await listedKeys(store, {prefix, lo: middle, hi}),
            ];
            expect(halves.flat()).toEqual(await listedKeys(store, narrowed));
          }
        }),
        {numRuns: runs},
      );
    });

    it('about in the middle', async () => {
      const keys = Array.from({length: 100}, (_, number) => `file ${String(number).padStart(3, '0')}`);
      const {store} = await filled(keys);
      const middle = await store.middle({prefix: '', lo: '', hi: null, signal: never});
      const left = await listedKeys(store, {hi: middle});
      expect(left.length).toBeGreaterThanOrEqual(25);
      expect(left.length).toBeLessThanOrEqual(75);
    });

    it('not at all where there is at most one object', async () => {
      const {store} = await filled(['a/b/only']);
      expect(await store.middle({prefix: '', lo: '', hi: null, signal: never})).toBeNull();
      expect(await store.middle({prefix: 'x', lo: '', hi: null, signal: never})).toBeNull();
    });
  });
}

/** By its key, and that it can be reached at all. */
export function lookupConformance({name, make, keySets, runs = 40}: StoreFactory): void {
  const filled = (keys: readonly string[]) => filledBy(make, keys);

  describe(`${name} looks up`, () => {
    it('every key as the listing has it', async () => {
      await fc.assert(
        fc.asyncProperty(keySets, async keys => {
          const {store} = await filled(keys);
          for (const object of await listed(store))
            expect(await store.lookup(object.key, never)).toEqual(object);
        }),
        {numRuns: runs / 2},
      );
    });

    it('nothing where there is nothing', async () => {
      const {store} = await filled(['a/b', 'c']);
      expect(await store.lookup('a/c', never)).toBeNull();
      expect(await store.lookup('c/d', never)).toBeNull();
      expect(await store.lookup('b', never)).toBeNull();
    });
  });

  it(`${name} says that it can be reached`, async () => {
    const findings = await (await make()).store.check();
    expect(findings.map(({level, subject}) => [level, subject])).toEqual([['ok', 'source']]);
  });
}
