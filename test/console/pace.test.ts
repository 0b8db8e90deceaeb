import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {begunAt, etaOf, noPace, type Pace, paceAt, readAt, settledAt} from '../../src/console/pace.ts';
import {noon} from './run-events.ts';

interface Arrival {
  /** Seconds since the beginning. */
  readonly at: number;
  readonly items: number;
}

/** The pace at every second of `seconds`, as a run with these pages would show it. */
function shown(arrivals: readonly Arrival[], seconds: number): readonly Pace[] {
  const left = [...arrivals].sort((a, b) => a.at - b.at);
  let pace = begunAt(noPace(noon), noon);
  return Array.from({length: seconds}, (_, index) => {
    while (left[0] !== undefined && left[0].at <= index + 1) {
      pace = settledAt(pace, left[0].items, noon + left[0].at * 1_000);
      left.shift();
    }
    pace = paceAt(pace, noon + (index + 1) * 1_000);
    return pace;
  });
}

/** `items` every `every` seconds, for so long; each `jitter` seconds after the other of `together`. */
function pages(items: number, every: number, seconds: number, together = 1, jitter = 0): readonly Arrival[] {
  return Array.from({length: Math.floor(seconds / every) * together}, (_, index) => ({
    at: (Math.floor(index / together) + 1) * every + (index % together) * jitter,
    items,
  }));
}

function ratesFrom(paces: readonly Pace[], second: number): readonly number[] {
  return paces.slice(second).map(({fast}) => fast ?? Number.NaN);
}

describe('the rate', () => {
  it.each([
    ['50 items five times a second', pages(50, 0.2, 120), 250],
    ['a page of 1,000 every 15 s', pages(1_000, 15, 120), 1_000 / 15],
    ['four pages of 1,000 within 0.3 s, every 15 s', pages(1_000, 15, 120, 4, 0.1), 4_000 / 15],
    ['four pages in one transaction, every 15 s', pages(1_000, 15, 120, 4), 4_000 / 15],
    ['one item every 5 s', pages(1, 5, 120), 0.2],
  ])('neither spikes nor falls between pages: %s', (_, arrivals, rate) => {
    for (const fast of ratesFrom(shown(arrivals, 120), 61)) {
      expect(fast).toBeGreaterThan(rate * 0.85);
      expect(fast).toBeLessThan(rate * 1.15);
    }
  });

  it('stays within half of what it is where four partitions settle pages at their own times', () => {
    const arrivals = [0, 1.5, 3, 4.5].flatMap(phase =>
      pages(1_000, 15, 165).map(({at, items}) => ({at: at - 14 + phase, items})),
    );
    for (const fast of ratesFrom(shown(arrivals, 150), 60)) {
      expect(fast).toBeGreaterThan((4_000 / 15) * 0.5);
      expect(fast).toBeLessThan((4_000 / 15) * 1.5);
    }
  });

  it('follows a change within seconds, the slow one within half a minute', () => {
    const arrivals = [
      ...pages(100, 0.5, 60),
      ...pages(10, 0.5, 60).map(({at}) => ({at: at + 60, items: 10})),
    ];
    const paces = shown(arrivals, 120);
    expect(paces[59]?.fast).toBeCloseTo(200, -1);
    expect(paces[69]?.fast).toBeLessThan(60);
    expect(paces[69]?.slow).toBeGreaterThan(100);
    expect(paces[110]?.fast).toBeCloseTo(20, 0);
    expect(paces[119]?.slow).toBeLessThan(60);
  });

  it('falls steadily in a stall, and is back within seconds after it', () => {
    const arrivals = [
      ...pages(100, 0.5, 30),
      ...pages(100, 0.5, 30).map(({at, items}) => ({at: at + 60, items})),
    ];
    const paces = shown(arrivals, 90);
    const stalled = paces.slice(31, 60).map(({fast}) => fast ?? Number.NaN);
    for (const [index, fast] of stalled.entries())
      expect(fast).toBeLessThanOrEqual(stalled[index - 1] ?? Number.POSITIVE_INFINITY);
    expect(stalled.at(-1)).toBeLessThan(10);
    expect(paces[75]?.fast).toBeGreaterThan(180);
  });

  it('is not known before the first page, nor counts what came before the first listing', () => {
    expect(shown([], 30).at(-1)).toMatchObject({fast: null, slow: null, steps: 0, seconds: 0});
    const early = paceAt(settledAt(noPace(noon), 5_000, noon + 500), noon + 3_000);
    expect(early.fast).toBeNull();
  });

  it('bears a clock that is set back', () => {
    let pace = begunAt(noPace(noon), noon);
    for (const second of [1, 2, 3, -3_600, -3_599, 4, 5, 6])
      pace = paceAt(settledAt(pace, 10, noon + second * 1_000), noon + second * 1_000);
    expect(pace.fast).toBeGreaterThan(5);
    expect(pace.fast).toBeLessThan(40);
  });

  it('of bytes is that of what was read', () => {
    let pace = begunAt(noPace(noon), noon);
    for (let step = 1; step <= 100; step++) pace = readAt(pace, 1_000_000, noon + step * 200);
    expect(paceAt(pace, noon + 20_000).bytes).toBeCloseTo(5_000_000, -5.5);
  });
});

describe('the time that is left', () => {
  it.each([
    ['two steps', pages(100, 2, 4), 6],
    ['nothing yet', [], 20],
    ['three steps within 3 s', pages(100, 0.7, 2.9), 3],
  ])('is not told of %s', (_, arrivals, seconds) => {
    const pace = shown(arrivals, seconds).at(-1) ?? noPace(noon);
    expect(etaOf(pace, 1_000)).toBeNull();
  });

  it('is what it will be where the rate stays, and null where nothing is left', () => {
    const pace = shown(pages(50, 0.5, 30), 30).at(-1) ?? noPace(noon);
    const eta = etaOf(pace, 2_000);
    expect(eta?.fromSeconds).toBeGreaterThan(16);
    expect(eta?.fromSeconds).toBeLessThan(20);
    expect(eta?.toSeconds).toBeGreaterThan(20);
    expect(eta?.toSeconds).toBeLessThan(24);
    expect(etaOf(pace, 0)).toBeNull();
  });

  it('counts down while a long page is under way', () => {
    const paces = shown(pages(1_000, 15, 60), 74);
    const [before, after] = [paces[62], paces[72]].map(pace => etaOf(pace ?? noPace(noon), 3_000));
    expect((before?.fromSeconds ?? 0) - (after?.fromSeconds ?? 0)).toBeGreaterThan(7);
  });

  it('widens when the rate changes', () => {
    const arrivals = [
      ...pages(100, 0.5, 60),
      ...pages(10, 0.5, 10).map(({at}) => ({at: at + 60, items: 10})),
    ];
    const eta = etaOf(shown(arrivals, 70).at(-1) ?? noPace(noon), 1_000);
    expect((eta?.toSeconds ?? 0) / (eta?.fromSeconds ?? 1)).toBeGreaterThan(2);
  });

  it('is an interval, whatever arrives', () => {
    const arrivals = fc.array(
      fc.record({at: fc.double({min: 0, max: 100, noNaN: true}), items: fc.integer({min: 1, max: 1_000})}),
      {maxLength: 100},
    );
    fc.assert(
      fc.property(arrivals, fc.integer({min: 0, max: 1e6}), (all, remaining) => {
        for (const pace of shown(all, 110)) {
          for (const rate of [pace.fast, pace.slow]) expect(rate ?? 1).toBeGreaterThan(0);
          const eta = etaOf(pace, remaining);
          if (eta === null) continue;
          expect(remaining).toBeGreaterThan(0);
          expect(eta.fromSeconds).toBeGreaterThanOrEqual(0);
          expect(eta.fromSeconds).toBeLessThanOrEqual(eta.toSeconds);
          expect(eta.toSeconds).toBeLessThan(Number.POSITIVE_INFINITY);
        }
      }),
    );
  });
});
