import fc from 'fast-check';
import {expect, it} from 'vitest';
import {compareKeys} from '../../src/core/keys.ts';
import {mergeJoin} from '../../src/core/merge-join.ts';

async function* paged(keys: readonly string[], size: number) {
  for (let from = 0; from < keys.length; from += size)
    yield keys.slice(from, from + size).map(key => ({key, of: key.length}));
}

it('joins whatever two lists have, each key once and in order', async () => {
  const keys = fc
    .uniqueArray(fc.string({unit: 'grapheme', maxLength: 3}), {maxLength: 30})
    .map(all => all.toSorted(compareKeys));
  await fc.assert(
    fc.asyncProperty(keys, keys, fc.integer({min: 1, max: 7}), async (left, right, size) => {
      const joined = await Array.fromAsync(mergeJoin(paged(left, size), paged(right, 3)));
      expect(joined.map(({key}) => key)).toEqual([...new Set([...left, ...right])].sort(compareKeys));
      for (const {key, left: a, right: b} of joined) {
        expect(a?.key ?? null).toBe(left.includes(key) ? key : null);
        expect(b?.key ?? null).toBe(right.includes(key) ? key : null);
      }
    }),
  );
});
