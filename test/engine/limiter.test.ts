import fc from 'fast-check';
import {describe, expect, it, vi} from 'vitest';
import {Fault} from '../../src/core/failure.ts';
import type {Limiter, Slot} from '../../src/engine/limiter.ts';
import {ask, held, host, limiter, settle, stoppedClock} from './limiter-under-test.ts';

stoppedClock();

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
