import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {bottlenecks, durationOf, type Reading, readingSeconds} from '../../src/engine/estimate-time.ts';

const readings = fc.array(
  fc.record({
    bytes: fc.nat(1e9),
    // The clock counts milliseconds.
    seconds: fc.nat(100_000).map(ms => ms / 1_000),
  }),
  {minLength: 1, maxLength: 40},
);

function together(all: readonly Reading[]) {
  return {items: all.length, bytes: all.reduce((sum, {bytes}) => sum + bytes, 0)};
}

describe('the time of reading', () => {
  it('of a sample of everything is its own', () => {
    fc.assert(
      fc.property(readings, fc.double({min: 0.001, max: 1e4, noNaN: true}), (all, wall) => {
        const predicted = readingSeconds(all, wall, together(all));
        expect(predicted / wall).toBeCloseTo(1, 4);
      }),
    );
  });

  it('grows with objects and with bytes, and is never below nothing', () => {
    fc.assert(
      fc.property(readings, fc.nat(1e6), fc.nat(1e9), (all, items, bytes) => {
        const some = readingSeconds(all, 10, {items: items + 1, bytes});
        expect(some).toBeGreaterThanOrEqual(0);
        expect(readingSeconds(all, 10, {items: items + 2, bytes})).toBeGreaterThanOrEqual(some - 1e-9);
        expect(readingSeconds(all, 10, {items: items + 1, bytes: bytes + 1_000})).toBeGreaterThanOrEqual(
          some - 1e-9,
        );
      }),
    );
  });

  it('tells what an object costs from what its bytes cost', () => {
    const all = [1, 2, 5, 9, 20].map(megabytes => ({
      bytes: megabytes * 1e6,
      seconds: 0.1 + megabytes * 0.05,
    }));
    const busy = all.reduce((sum, {seconds}) => sum + seconds, 0);
    // Two at once: half of the time that the readings took one by one.
    expect(readingSeconds(all, busy / 2, {items: 1_000, bytes: 1e9})).toBeCloseTo((100 + 50) / 2, 6);
  });

  it('is that of the sample for each object, where the clock was too coarse', () => {
    const all = [
      {bytes: 1, seconds: 0},
      {bytes: 2, seconds: 0},
    ];
    expect(readingSeconds(all, 0.004, {items: 10, bytes: 100})).toBeCloseTo(0.02, 9);
    expect(readingSeconds([], 0, {items: 10, bytes: 100})).toBe(0);
  });
});

describe('the time of a step', () => {
  it('is that of the slowest in each phase, one after the other, and it names where most of it goes', () => {
    expect(durationOf([{target: 2, listing: 1}, {download: 10, target: 9.9, rate: 3}, {target: 9}])).toEqual({
      seconds: 21,
      bottleneck: 'target',
    });
    expect(durationOf([{}, {listing: 0}])).toEqual({seconds: 0, bottleneck: null});
  });

  it('is never shorter than any of its doings, nor longer than all of them', () => {
    const phase = fc.dictionary(fc.constantFrom(...bottlenecks), fc.double({min: 0, max: 1e5, noNaN: true}));
    fc.assert(
      fc.property(fc.array(phase, {maxLength: 4}), phases => {
        const {seconds, bottleneck} = durationOf(phases);
        const of = (name: string) => phases.reduce((sum, waits) => sum + (waits[name] ?? 0), 0);
        for (const name of bottlenecks) expect(seconds).toBeGreaterThanOrEqual(of(name) - 1e-6);
        expect(seconds).toBeLessThanOrEqual(bottlenecks.reduce((sum, name) => sum + of(name), 0) + 1e-6);
        expect(bottleneck === null).toBe(seconds === 0);
      }),
    );
  });
});
