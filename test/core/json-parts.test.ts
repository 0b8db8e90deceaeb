import fc from 'fast-check';
import {expect, it} from 'vitest';
import {jsonParts} from '../../src/core/json-parts.ts';

const items = fc.array(
  fc.oneof(fc.string({unit: 'binary', maxLength: 40}), fc.integer(), fc.record({key: fc.string()})),
);

it('the parts together are the list, in order, each within the limit unless one item alone is not', () => {
  fc.assert(
    fc.property(items, fc.integer({min: 8, max: 120}), (list, most) => {
      const parts = jsonParts(list, most);
      const read = parts.map((part): readonly unknown[] => JSON.parse(part));
      expect(read.flat()).toEqual(JSON.parse(JSON.stringify(list)));
      for (const [index, part] of parts.entries())
        if ((read[index]?.length ?? 0) > 1) expect(Buffer.byteLength(part)).toBeLessThanOrEqual(most + 2);
    }),
  );
});

it('no part is without need: two neighbours are more than the limit', () => {
  fc.assert(
    fc.property(items, fc.integer({min: 8, max: 120}), (list, most) => {
      const sizes = jsonParts(list, most).map(part => Buffer.byteLength(part));
      for (const [index, size] of sizes.entries()) {
        const next = sizes[index + 1];
        if (next !== undefined) expect(size + next).toBeGreaterThan(most);
      }
    }),
  );
});

it('no list is no part', () => {
  expect(jsonParts([])).toEqual([]);
});
