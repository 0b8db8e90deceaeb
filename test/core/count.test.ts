import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {type Count, countOf, isExact, plus, rounded, type Stratum, weighted} from '../../src/core/count.ts';
import {Reservoir} from '../../src/core/reservoir.ts';
import {seeded} from '../support/seeded.ts';

const stratum: fc.Arbitrary<Stratum> = fc
  .record({
    size: fc.nat(100_000),
    looked: fc.double({min: 0, max: 1, noNaN: true}),
    found: fc.double({min: 0, max: 1, noNaN: true}),
  })
  .map(({size, looked, found}) => {
    const seen = Math.min(size, Math.round(looked * 500));
    return {size, looked: seen, found: Math.round(found * seen)};
  });

describe('a count from a sample', () => {
  it('is exact where everything was looked at', () => {
    fc.assert(
      fc.property(fc.array(stratum, {maxLength: 3}), strata => {
        const whole = strata.map(({looked, found}) => ({size: looked, looked, found}));
        const count = countOf(whole);
        expect(count.value).toBeCloseTo(
          whole.reduce((sum, {found}) => sum + found, 0),
          6,
        );
        expect(isExact(count)).toBe(true);
      }),
    );
  });

  it('lies between its ends, which are never beyond what was seen for certain', () => {
    fc.assert(
      fc.property(fc.array(stratum, {minLength: 1, maxLength: 3}), strata => {
        const {value, low, high} = countOf(strata);
        const least = strata.reduce((sum, {found}) => sum + found, 0);
        const most = strata.reduce((sum, {size, looked, found}) => sum + size - (looked - found), 0);
        expect(low).toBeLessThanOrEqual(value);
        expect(high).toBeGreaterThanOrEqual(value);
        expect(low).toBeGreaterThanOrEqual(least - 1e-6);
        expect(high).toBeLessThanOrEqual(most + 1e-6);
      }),
    );
  });

  it('says nothing of what was not looked at, and nothing at all of nothing', () => {
    expect(countOf([{size: 7, looked: 0, found: 0}])).toEqual({value: 0, low: 0, high: 7});
    expect(countOf([])).toEqual({value: 0, low: 0, high: 0});
  });

  it('a clean sample of 200 leaves less than two percent open', () => {
    const {high} = countOf([{size: 100_000, looked: 200, found: 0}]);
    expect(high).toBeGreaterThan(1_500);
    expect(high).toBeLessThan(2_000);
  });

  it.each([0.01, 0.1, 0.5, 0.9])('holds the truth nineteen times of twenty, with a share of %d', share => {
    const random = seeded(7);
    const sizes = [3_000, 700];
    const truth = sizes.reduce((sum, size) => sum + Math.round(size * share), 0);
    const trials = 400;
    let held = 0;
    for (let trial = 0; trial < trials; trial++) {
      const {low, high} = countOf(sizes.map(size => drawn(size, Math.round(size * share), random)));
      if (low <= truth && truth <= high) held++;
    }
    expect(held / trials).toBeGreaterThan(0.92);
  });
});

/** 200 of a stratum, drawn as an estimate draws them. */
function drawn(size: number, marked: number, random: () => number): Stratum {
  const sample = new Reservoir<boolean>(200, random);
  for (let item = 0; item < size; item++) sample.offer(item < marked);
  return {size, looked: sample.kept.length, found: sample.kept.filter(is => is).length};
}

describe('counts together', () => {
  const counts = fc
    .array(fc.tuple(fc.double({min: 0, max: 1e6, noNaN: true}), fc.double({min: 0, max: 1e3, noNaN: true})))
    .map(pairs => pairs.map(([value, off]): Count => ({value, low: value - off, high: value + off})));

  it('are whole numbers that add up to what the fractions did', () => {
    fc.assert(
      fc.property(counts, fractions => {
        const whole = rounded(fractions);
        const sum = (all: readonly Count[]) => all.reduce((total, {value}) => total + value, 0);
        expect(sum(whole)).toBe(Math.round(sum(fractions)));
        whole.forEach(({value, low, high}, index) => {
          expect([value, low, high].every(Number.isInteger)).toBe(true);
          expect(Math.abs(value - (fractions[index]?.value ?? 0))).toBeLessThanOrEqual(1);
          expect(low).toBeLessThanOrEqual(value);
          expect(high).toBeGreaterThanOrEqual(value);
        });
      }),
    );
  });

  it('are weighted end by end', () => {
    const some = {value: 10, low: 8, high: 13};
    expect(
      weighted([
        [some, 5],
        [plus(some, 1), 2],
      ]),
    ).toEqual({value: 72, low: 58, high: 93});
  });
});
