import {expect, it} from 'vitest';
import {Reservoir} from '../../src/core/reservoir.ts';
import {seeded} from '../support/seeded.ts';

it('keeps everything while there is room, and never more than its size', () => {
  const small = new Reservoir<number>(5, seeded(1));
  for (let item = 0; item < 3; item++) small.offer(item);
  expect(small.kept).toEqual([0, 1, 2]);
  for (let item = 3; item < 1_000; item++) small.offer(item);
  expect(small.kept).toHaveLength(5);
  expect(new Set(small.kept).size).toBe(5);
  expect(small.offered).toBe(1_000);
});

it('keeps each item as often as any other, wherever in the stream it stands', () => {
  const random = seeded(2);
  const [items, size, trials] = [40, 8, 5_000];
  const kept = new Array<number>(items).fill(0);
  for (let trial = 0; trial < trials; trial++) {
    const reservoir = new Reservoir<number>(size, random);
    for (let item = 0; item < items; item++) reservoir.offer(item);
    for (const item of reservoir.kept) kept[item] = (kept[item] ?? 0) + 1;
  }
  // Each is expected 1,000 times, with a standard deviation of 28.
  for (const times of kept) {
    expect(times).toBeGreaterThan(870);
    expect(times).toBeLessThan(1_130);
  }
});
