import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {percent, sampleBound} from '../../src/core/checks.ts';

describe('percent', () => {
  it.each([
    [2_237, 2_238, 99.95],
    [99_999, 100_000, 99.99],
    [9_999_999, 10_000_000, 99.99],
    [1, 3, 33.33],
    [2, 3, 66.66],
    [0, 5, 0],
    [5, 5, 100],
    [0, 0, 100],
    [29, 100, 29],
    [57, 100, 57],
    [2_236, 2_500, 89.44],
  ])('%i of %i is %d', (done, total, expected) => {
    expect(percent(done, total)).toBe(expected);
  });

  it('says 100 only where nothing is missing', () => {
    fc.assert(
      fc.property(fc.integer({min: 1, max: 2 ** 40}), fc.integer({min: 1, max: 2 ** 40}), (a, b) => {
        const [done, total] = a < b ? [a, b] : [b, a];
        expect(percent(done, total) === 100).toBe(done === total);
      }),
      {numRuns: 1_000},
    );
  });

  it('says exactly the hundredths that are full, for every small table', () => {
    const wrong: string[] = [];
    for (let total = 1; total <= 300; total++)
      for (let done = 0; done <= total; done++) {
        const full = Number((BigInt(done) * 10_000n) / BigInt(total));
        if (percent(done, total) !== full / 100) wrong.push(`${done} of ${total}: ${percent(done, total)}`);
      }
    expect(wrong).toEqual([]);
  });
});

describe('sampleBound', () => {
  it('3,000 clean ones leave less than 0.1 % at 95 %', () => {
    expect(sampleBound(3_000)).toBeLessThan(0.1);
    expect(sampleBound(3_000)).toBeGreaterThan(0.0998);
  });

  it('nothing read says nothing', () => {
    expect(sampleBound(0)).toBe(100);
  });

  it('a clean sample is a one-in-twenty surprise where so many are wrong', () => {
    fc.assert(
      fc.property(fc.integer({min: 1, max: 100_000}), size => {
        expect((1 - sampleBound(size) / 100) ** size).toBeCloseTo(0.05, 6);
      }),
    );
  });
});
