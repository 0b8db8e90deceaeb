import fc from 'fast-check';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {Fault} from '../../src/core/failure.ts';
import {Limiter, type LimiterOptions, type Slot} from '../../src/engine/limiter.ts';

const never = new AbortController().signal;
const host = 'local disk';

/** The clock stands still until a test moves it: the limiter's and the timers' alike. */
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function limiter(options: Partial<LimiterOptions> = {}): Limiter {
  return new Limiter({start: 2, max: 2, rate: null, now: Date.now, ...options});
}

/** Asks for a place and records what came of it. */
function ask(at: Limiter, {signal = never, of = host}: {signal?: AbortSignal; of?: string} = {}) {
  const asked: {slot: Slot | null; grantedAt: number | null; error: unknown} = {
    slot: null,
    grantedAt: null,
    error: null,
  };
  at.acquire(of, signal).then(
    slot => Object.assign(asked, {slot, grantedAt: Date.now()}),
    (error: unknown) => Object.assign(asked, {error}),
  );
  return asked;
}

const settle = () => vi.advanceTimersByTimeAsync(0);

async function held(at: Limiter): Promise<Slot> {
  return at.acquire(host, never);
}

function inFlight(at: Limiter, of = host): number {
  return at.limits().find(limit => limit.host === of)?.inFlight ?? 0;
}

describe('places', () => {
  it('are never more than the limit, and come back in order', async () => {
    const places = limiter();
    const asked = [1, 2, 3, 4].map(() => ask(places));
    await settle();
    expect(asked.map(({slot}) => slot !== null)).toEqual([true, true, false, false]);
    asked[1]?.slot?.done({bytes: 1});
    await settle();
    expect(asked.map(({slot}) => slot !== null)).toEqual([true, true, true, false]);
    expect(inFlight(places)).toBe(2);
  });

  it('are given back once, however often that is said', async () => {
    const places = limiter({start: 1, max: 1});
    const slot = await held(places);
    slot.done({bytes: 1});
    slot.done({bytes: 1});
    expect(inFlight(places)).toBe(0);
    await held(places);
    const third = ask(places);
    slot.done({bytes: 1});
    await settle();
    expect(third.slot).toBeNull();
  });

  it('of one host do not count against another', async () => {
    const places = limiter({start: 1, max: 1});
    await held(places);
    const other = ask(places, {of: 'another'});
    await settle();
    expect(other.slot).not.toBeNull();
  });

  it('hold under any order of asking, answering and giving up', async () => {
    const step = fc.constantFrom('ask', 'ok', 'fail', 'abort');
    await fc.assert(
      fc.asyncProperty(fc.integer({min: 1, max: 5}), fc.array(step, {maxLength: 60}), async (max, steps) => {
        const places = limiter({start: max, max});
        const open: Slot[] = [];
        const waiting: AbortController[] = [];
        for (const what of steps) {
          if (what === 'ask') {
            const giveUp = new AbortController();
            waiting.push(giveUp);
            places.acquire(host, giveUp.signal).then(
              slot => {
                waiting.splice(waiting.indexOf(giveUp), 1);
                open.push(slot);
              },
              () => waiting.splice(waiting.indexOf(giveUp), 1),
            );
          } else if (what === 'abort') waiting[0]?.abort();
          else open.shift()?.done(what === 'ok' ? {bytes: 1} : {error: new Fault('not-found', 'gone')});
          await settle();
          expect(open.length).toBe(inFlight(places));
          expect(open.length).toBeLessThanOrEqual(max);
          expect(waiting.length === 0 || open.length === max).toBe(true);
        }
      }),
      {numRuns: 100},
    );
  });
});

describe('giving up', () => {
  it('is refused at once where it came before the question', async () => {
    const reason = new Error('paused');
    await expect(limiter().acquire(host, AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  it('while waiting rejects at once, and neither takes nor frees a place', async () => {
    const places = limiter({start: 1, max: 1});
    const first = await held(places);
    const giveUp = new AbortController();
    const second = ask(places, {signal: giveUp.signal});
    const third = ask(places);
    const reason = new Error('paused');
    giveUp.abort(reason);
    await settle();
    expect(second.error).toBe(reason);
    expect(third.slot).toBeNull();
    expect(inFlight(places)).toBe(1);
    first.done({bytes: 1});
    await settle();
    expect(third.slot).not.toBeNull();
  });

  it('after the place was granted keeps it until it is given back', async () => {
    const places = limiter({start: 1, max: 1});
    const giveUp = new AbortController();
    const slot = await places.acquire(host, giveUp.signal);
    giveUp.abort();
    expect(inFlight(places)).toBe(1);
    slot.done({bytes: 1});
    expect(inFlight(places)).toBe(0);
  });
});

describe('a host that asks to wait', () => {
  it('is not asked before that time, and says until when', async () => {
    const places = limiter();
    const slot = await held(places);
    slot.done({error: new Fault('rate-limited', '429', {retryAfterMs: 5_000})});
    const next = ask(places);
    await vi.advanceTimersByTimeAsync(4_999);
    expect(next.slot).toBeNull();
    expect(places.limits()).toMatchObject([{waitsUntil: Date.now() + 1}]);
    await vi.advanceTimersByTimeAsync(1);
    expect(next.slot).not.toBeNull();
    expect(places.limits()).toMatchObject([{waitsUntil: null}]);
  });

  it('is not asked earlier because a later answer asks for less', async () => {
    const places = limiter();
    const [a, b] = [await held(places), await held(places)];
    a.done({error: new Fault('rate-limited', '429', {retryAfterMs: 5_000})});
    b.done({error: new Fault('rate-limited', '429', {retryAfterMs: 1_000})});
    const next = ask(places);
    await vi.advanceTimersByTimeAsync(4_999);
    expect(next.slot).toBeNull();
  });

  it('gets half as many at once', async () => {
    const places = limiter({start: 8, max: 8});
    (await held(places)).done({error: new Fault('rate-limited', '429')});
    expect(places.limits()).toMatchObject([{limit: 4, reason: 'rate-limited'}]);
  });

  it('that does not have an item gets as many as before', async () => {
    const places = limiter({start: 8, max: 8});
    (await held(places)).done({error: new Fault('not-found', '404')});
    expect(places.limits()).toMatchObject([{limit: 8}]);
  });
});

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

describe("the operator's + and -", () => {
  it('+ lets waiting requests go at once', async () => {
    const places = limiter({start: 1, max: 1});
    await held(places);
    const second = ask(places);
    places.nudge(1);
    await settle();
    expect(second.slot).not.toBeNull();
    expect(places.limits()).toMatchObject([{limit: 2, inFlight: 2, reason: 'set by the operator'}]);
  });

  it('- takes effect as requests end, and tears none', async () => {
    const places = limiter({start: 2, max: 2});
    const [a, b] = [await held(places), await held(places)];
    places.nudge(-1);
    const third = ask(places);
    a.done({bytes: 1});
    await settle();
    expect(third.slot).toBeNull();
    b.done({bytes: 1});
    await settle();
    expect(third.slot).not.toBeNull();
  });
});
