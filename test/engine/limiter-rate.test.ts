import {describe, expect, it, vi} from 'vitest';
import {Fault} from '../../src/core/failure.ts';
import {ask, held, limiter, settle, stoppedClock} from './limiter-under-test.ts';

stoppedClock();

describe('a rate', () => {
  it('spreads requests over time', async () => {
    const startedAt = Date.now();
    const places = limiter({start: 64, max: 64, rate: 10});
    const asked = Array.from({length: 21}, () => ask(places));
    await vi.advanceTimersByTimeAsync(1_000);
    const inTheFirstSecond = asked.filter(({slot}) => slot !== null).length;
    expect(inTheFirstSecond).toBeGreaterThanOrEqual(10);
    expect(inTheFirstSecond).toBeLessThanOrEqual(11);
    await vi.advanceTimersByTimeAsync(1_100);
    expect(asked.every(({slot}) => slot !== null)).toBe(true);
    const times = asked.map(({grantedAt}) => (grantedAt ?? 0) - startedAt);
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(95);
  });

  it('is shared by all hosts', async () => {
    const places = limiter({start: 64, max: 64, rate: 10});
    const asked = Array.from({length: 40}, (_, index) => ask(places, {of: `host ${index % 4}`}));
    await vi.advanceTimersByTimeAsync(2_000);
    expect(asked.filter(({slot}) => slot !== null).length).toBeLessThanOrEqual(21);
  });

  it('does not save up what was not used', async () => {
    const places = limiter({start: 64, max: 64, rate: 10});
    await vi.advanceTimersByTimeAsync(60_000);
    const asked = Array.from({length: 10}, () => ask(places));
    await settle();
    expect(asked.filter(({slot}) => slot !== null)).toHaveLength(1);
  });

  it('that is lifted lets all that wait go', async () => {
    const places = limiter({start: 64, max: 64, rate: 1});
    const asked = Array.from({length: 10}, () => ask(places));
    await settle();
    places.setRate(null);
    await settle();
    expect(asked.filter(({slot}) => slot !== null)).toHaveLength(10);
  });

  it('that is raised holds from now on, not from when the old one would have let the next go', async () => {
    const places = limiter({start: 64, max: 64, rate: 0.01});
    const [, second] = [ask(places), ask(places)];
    await settle();
    places.setRate(10);
    await vi.advanceTimersByTimeAsync(200);
    expect(second?.slot).not.toBeNull();
  });

  it('is not held up by a host that asked for a long wait', async () => {
    const places = limiter({start: 64, max: 64, rate: 10});
    (await held(places)).done({error: new Fault('rate-limited', '429', {retryAfterMs: 60_000})});
    ask(places);
    const other = ask(places, {of: 'another'});
    await vi.advanceTimersByTimeAsync(200);
    expect(other.slot).not.toBeNull();
  });
});
