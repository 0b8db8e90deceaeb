import fc from 'fast-check';
import {expect, it} from 'vitest';
import {
  bucketHead,
  type Group,
  groupKey,
  parseKey,
  partKey,
} from '../../../src/backfills/artifacts/group-key.ts';
import {compareKeys} from '../../../src/core/keys.ts';
import {awkwardText} from '../../support/awkward.ts';

const mark = '\u0001';
const bucket = () =>
  fc.oneof(
    fc.string({unit: fc.constantFrom('a', '/', '%', '2', 'F', '5', '-', '🚢'), maxLength: 6}),
    awkwardText(),
  );
const group = (): fc.Arbitrary<Group> =>
  fc
    .record({bucket: bucket(), key: awkwardText()})
    .filter(({bucket: b, key}) => !b.includes(mark) && !key.includes(mark));
const rowId = () =>
  fc.oneof(
    fc.bigInt({min: -(2n ** 63n), max: 2n ** 63n - 1n}).map(id => `i${id}`),
    awkwardText().map(text => `t${text}`),
  );

it('no two groups share a key, and a key tells its group', () => {
  fc.assert(
    fc.property(group(), group(), (a, b) => {
      expect(groupKey(a) === groupKey(b)).toBe(a.bucket === b.bucket && a.key === b.key);
      expect(parseKey(groupKey(a))).toEqual({group: a, part: null});
    }),
    {numRuns: 2_000},
  );
});

it('groups of a bucket are in the order of their objects, and no other group is among them', () => {
  fc.assert(
    fc.property(group(), awkwardText(), group(), (a, key, other) => {
      const b = {bucket: a.bucket, key};
      expect(Math.sign(compareKeys(groupKey(a), groupKey(b)))).toBe(Math.sign(compareKeys(a.key, b.key)));
      expect(groupKey(other).startsWith(bucketHead(a.bucket))).toBe(other.bucket === a.bucket);
    }),
    {numRuns: 2_000},
  );
});

it('the key of a part tells group, table and row, and comes behind its group and before the last part', () => {
  fc.assert(
    fc.property(group(), fc.nat(9), rowId(), (a, reference, from) => {
      const part = {reference, from};
      const key = partKey(a, part);
      const last = partKey(a, {reference: null, from: null});
      expect(parseKey(key)).toEqual({group: a, part});
      expect(parseKey(last)).toEqual({group: a, part: {reference: null, from: null}});
      expect(compareKeys(key, groupKey(a))).toBeGreaterThan(0);
      expect(compareKeys(key, last)).toBeLessThan(0);
    }),
    {numRuns: 2_000},
  );
});

it('parts are in the order of their row ids', () => {
  fc.assert(
    fc.property(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), (x, y) => {
      const key = (id: bigint) => partKey({bucket: 'b', key: 'k'}, {reference: 0, from: `i${id}`});
      expect(Math.sign(compareKeys(key(x), key(y)))).toBe(x < y ? -1 : x > y ? 1 : 0);
    }),
    {numRuns: 2_000},
  );
});

it('what has no slash is no key of a group', () => {
  expect(parseKey('')).toBeNull();
  expect(parseKey('idx_artifacts_r2_bucket_r2_key')).toBeNull();
});
