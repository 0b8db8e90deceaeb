import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {totalOf} from '../../src/core/cluster-count.ts';
import {isExact} from '../../src/core/count.ts';
import {seeded} from '../support/seeded.ts';

const values = fc.array(fc.nat(10_000), {minLength: 1, maxLength: 60});

function sum(all: readonly number[]): number {
  return all.reduce((total, value) => total + value, 0);
}

describe('a sum over groups', () => {
  it('is exact where all of them were looked at', () => {
    fc.assert(
      fc.property(values, all => {
        const total = totalOf(all, all.length);
        expect(total.value).toBeCloseTo(sum(all), 6);
        expect(isExact(total)).toBe(true);
      }),
    );
  });

  it('lies between its ends, and is never less than what was seen', () => {
    fc.assert(
      fc.property(values, fc.nat(1_000_000), (all, more) => {
        const size = all.length + more;
        const {value, low, high} = totalOf(all, size);
        expect(value).toBeCloseTo((sum(all) / all.length) * size, 3);
        expect(low).toBeGreaterThanOrEqual(sum(all) - 1e-6);
        expect(low).toBeLessThanOrEqual(value + 1e-6);
        expect(high).toBeGreaterThanOrEqual(value - 1e-6);
        expect(Number.isFinite(high)).toBe(true);
      }),
    );
  });

  it('is open upwards where a sample is of one, and where one of it has nearly everything', () => {
    expect(totalOf([10], 100).high).toBeGreaterThan(6_000);
    const even = Array.from({length: 50}, () => 20);
    const {value, low, high} = totalOf([...even.slice(1), 5_000], 10_000);
    expect(high - value).toBeGreaterThan(2 * (value - low));
  });

  it('does not believe that all are the same because those that were drawn are', () => {
    const {low, high} = totalOf(
      Array.from({length: 50}, () => 4),
      1_000,
    );
    // Fifty of a kind leave seven percent open.
    expect(low).toBeLessThan(3_730);
    expect(high).toBeGreaterThan(4_270);
  });

  it('of what was never met is at most what the groups that may have it usually have', () => {
    const none = Array.from({length: 50}, () => 0);
    expect(totalOf(none, 1_000)).toEqual({value: 0, low: 0, high: 0});
    const {value, low, high} = totalOf(none, 1_000, 30);
    expect([value, low]).toEqual([0, 0]);
    expect(high).toBeGreaterThan(1_500);
    expect(high).toBeLessThan(3_000);
  });
});

/** What a group has, where most have little and some have a lot. */
const populations = {
  'everybody about the same': random => Math.floor(random() * 100),
  'times between events': random => Math.round(-Math.log(1 - random()) * 100),
  'lognormal, sigma 1': random => Math.round(Math.exp(3 + normal(random))),
  'lognormal, sigma 1.5': random => Math.round(Math.exp(3 + 1.5 * normal(random))),
  'lognormal, sigma 2': random => Math.round(Math.exp(3 + 2 * normal(random))),
  'Pareto, 2.5': random => Math.floor(10 / (1 - random()) ** 0.4),
  'six of ten have nothing': random => (random() < 0.6 ? 0 : Math.round(Math.exp(3 + 1.5 * normal(random)))),
  'one of ten is large': random => (random() < 0.1 ? 500 : Math.floor(5 + random() * 20)),
} satisfies Record<string, (random: () => number) => number>;

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

describe.each(Object.entries(populations))('of groups like these: %s', (_, groupOf) => {
  it.each([
    [50, 5_000],
    [200, 5_000],
    [50, 305],
    [150, 305],
  ])('%d of %d hold the truth about nineteen times of twenty', (looked, size) => {
    const random = seeded(looked + size);
    const [worlds, samples] = [20, 25];
    let held = 0;
    for (let world = 0; world < worlds; world++) {
      const all = Array.from({length: size}, () => groupOf(random));
      const truth = sum(all);
      for (let trial = 0; trial < samples; trial++) {
        for (let place = 0; place < looked; place++) {
          const other = place + Math.floor(random() * (size - place));
          [all[place], all[other]] = [all[other] ?? 0, all[place] ?? 0];
        }
        const {low, high} = totalOf(all.slice(0, looked), size);
        if (low <= truth && truth <= high) held++;
      }
    }
    expect(held / (worlds * samples)).toBeGreaterThan(0.91);
  });
});
