import fc from 'fast-check';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {type PaceAnswer, RequestPace} from '../../src/databases/request-pace.ts';

/** The clock and the timers are the test's own, so that minutes take no time. */
beforeEach(() => {
  vi.useFakeTimers({now: Date.UTC(2026, 10, 20)});
});
afterEach(() => {
  vi.useRealTimers();
});

const good: PaceAnswer = {kind: 'ok', left: null};

function makePace(perSecond = 3): RequestPace {
  return new RequestPace({host: 'h', perSecond, now: Date.now});
}

/** Begins `count` requests as early as the pace allows, each answered after `answerMs`; when each began. */
async function begun(
  pace: RequestPace,
  count: number,
  {answerMs = 10, answer = (_: number): PaceAnswer => good} = {},
): Promise<readonly number[]> {
  const starts: number[] = [];
  const all = Array.from({length: count}, async (_, index) => {
    await pace.acquire();
    starts.push(Date.now());
    setTimeout(() => pace.done(answer(index)), answerMs);
  });
  await vi.runAllTimersAsync();
  await Promise.all(all);
  return starts;
}

/** The most beginnings that any stretch of so many milliseconds saw. */
function mostWithin(starts: readonly number[], ms: number): number {
  return Math.max(
    0,
    ...starts.map(from => starts.filter(start => start >= from && start - from <= ms).length),
  );
}

const seconds = (starts: readonly number[]) => ((starts.at(-1) ?? 0) - (starts[0] ?? 0)) / 1_000;

describe('any second', () => {
  it('sees at most so many beginnings, whatever is asked for when, and in the order asked for', async () => {
    const asked = fc.array(fc.record({afterMs: fc.nat(900), answerMs: fc.nat(2_500)}), {
      minLength: 1,
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(asked, fc.constantFrom(0.5, 1, 2.5, 3, 4, 10), async (requests, perSecond) => {
        const pace = makePace(perSecond);
        const starts: number[] = [];
        const order: number[] = [];
        let at = 0;
        for (const [index, {afterMs, answerMs}] of requests.entries()) {
          at += afterMs;
          setTimeout(() => {
            void pace.acquire().then(() => {
              starts.push(Date.now());
              order.push(index);
              setTimeout(() => pace.done(good), answerMs);
            });
          }, at);
        }
        await vi.runAllTimersAsync();
        expect(order).toEqual(requests.map((_, index) => index));
        expect(mostWithin(starts, 1_000)).toBeLessThanOrEqual(Math.max(1, Math.floor(perSecond)));
        if (perSecond < 1) expect(mostWithin(starts, 1_000 / perSecond)).toBe(1);
        expect(pace.limit()).toMatchObject({inFlight: 0, requests: requests.length});
      }),
      {numRuns: 60},
    );
  });

  it('is used to the full, but for a tenth of a second that requests may differ by on their way', async () => {
    const starts = await begun(makePace(3), 31);
    expect(seconds(starts)).toBeCloseTo(11, 1);
  });

  it('is not filled up by requests that take long: four at once', async () => {
    const starts = await begun(makePace(100), 12, {answerMs: 5_000});
    expect(seconds(starts)).toBe(10);
  });

  it('is a second also after the clock was set back', async () => {
    const pace = makePace(3);
    await begun(pace, 3);
    const now = Date.now() - 3_600_000;
    vi.setSystemTime(now);
    const starts = await begun(pace, 7);
    expect((starts[0] ?? 0) - now).toBeLessThan(2_000);
    expect(mostWithin(starts, 1_000)).toBeLessThanOrEqual(3);
    expect(seconds(starts)).toBeLessThan(5);
  });
});

describe('push-back', () => {
  it.each([
    [7_000, 7_000],
    [300_000, 300_000],
    [0, 0],
    [1e12, 600_000],
  ])('of %i ms is obeyed: nothing begins for %i ms', async (waitMs, waited) => {
    const pace = makePace();
    await pace.acquire();
    const at = Date.now();
    pace.done({kind: 'pushback', cause: 'rate-limited', waitMs});
    expect(pace.limit().waitsUntil).toBe(waited === 0 ? null : at + waited);
    const [first = 0] = await begun(pace, 4);
    expect(first - at).toBeGreaterThanOrEqual(waited);
    expect(first - at).toBeLessThanOrEqual(waited + 1_101);
  });

  it('does not shorten a wait that was asked for before', async () => {
    const pace = makePace(100);
    await Promise.all([pace.acquire(), pace.acquire()]);
    const at = Date.now();
    pace.done({kind: 'pushback', cause: 'rate-limited', waitMs: 60_000});
    pace.done({kind: 'pushback', cause: 'timeout', waitMs: 0});
    const [first = 0] = await begun(pace, 1);
    expect(first - at).toBeGreaterThanOrEqual(60_000);
  });

  it('halves the pace, down to one in four seconds; good answers raise it again, step by step', async () => {
    const pace = makePace(3);
    const seen: (number | null)[] = [];
    for (let time = 0; time < 5; time++) {
      await begun(pace, 1, {answer: () => ({kind: 'pushback', cause: 'rate-limited', waitMs: 0})});
      seen.push(pace.limit().perSecond);
    }
    expect(seen).toEqual([1.5, 0.75, 0.375, 0.25, 0.25]);
    expect(pace.limit().reason).toBe('rate-limited');
    expect(seconds(await begun(pace, 4))).toBeCloseTo(12, 1);
    await begun(pace, 1);
    expect(pace.limit()).toMatchObject({perSecond: 0.375, reason: 'rising'});
    await begun(pace, 40);
    expect(pace.limit()).toMatchObject({perSecond: 3, reason: 'limit of the account'});
  });

  it('is no reason to go faster than was allowed', async () => {
    const pace = makePace(0.1);
    await begun(pace, 1, {answer: () => ({kind: 'pushback', cause: 'timeout', waitMs: 0})});
    expect(pace.limit().perSecond).toBeLessThanOrEqual(0.1);
  });

  it('is not forgotten for answers that say nothing of the pace', async () => {
    const pace = makePace(3);
    await begun(pace, 1, {answer: () => ({kind: 'pushback', cause: 'timeout', waitMs: 0})});
    await begun(pace, 20, {answer: () => ({kind: 'none'})});
    expect(pace.limit().perSecond).toBe(1.5);
  });
});

describe('what is left', () => {
  const left = (requests: number, inSeconds: number) => (): PaceAnswer => ({
    kind: 'ok',
    left: {requests, seconds: inSeconds},
  });

  it('and is plenty changes nothing', async () => {
    const pace = makePace(3);
    await begun(pace, 1, {answer: left(1_150, 290)});
    expect(pace.limit()).toMatchObject({perSecond: 3, waitsUntil: null});
  });

  it('and is little is spread over the time until there is more', async () => {
    const pace = makePace(3);
    await begun(pace, 1, {answer: left(30, 60)});
    expect(pace.limit()).toMatchObject({
      perSecond: 0.5,
      reason: 'the service says that 30 requests are left for 60 s',
    });
    expect(seconds(await begun(pace, 6, {answer: () => ({kind: 'none'})}))).toBeCloseTo(10, 1);
  });

  it('and is nothing is waited for', async () => {
    const pace = makePace(3);
    await pace.acquire();
    const at = Date.now();
    pace.done(left(0, 20)());
    const [first = 0] = await begun(pace, 1);
    expect(first - at).toBeGreaterThanOrEqual(20_000);
  });

  it('and allows the present pace does not raise it at once', async () => {
    const pace = makePace(3);
    await begun(pace, 1, {answer: left(10, 100)});
    await begun(pace, 4, {answer: left(59, 5)});
    expect(pace.limit().perSecond).toBe(0.25);
    await begun(pace, 1, {answer: left(59, 5)});
    expect(pace.limit().perSecond).toBe(0.375);
  });
});

describe('whoever gives up', () => {
  it('while waiting leaves no trace: no timer, no place, no turn of another’s', async () => {
    const pace = makePace(1);
    await begun(pace, 1);
    const ending = new AbortController();
    const given = expect(pace.acquire(ending.signal)).rejects.toThrow('gone');
    const second = new AbortController();
    const rest = [pace.acquire(second.signal), pace.acquire(ending.signal).catch(() => 'gone')];
    expect(vi.getTimerCount()).toBe(1);
    ending.abort(new Error('gone'));
    await given;
    expect(await rest[1]).toBe('gone');
    await vi.runAllTimersAsync();
    await rest[0];
    pace.done(good);
    expect(pace.limit()).toMatchObject({inFlight: 0, requests: 2});
    const alone = new AbortController();
    const last = expect(pace.acquire(alone.signal)).rejects.toThrow('gone');
    expect(vi.getTimerCount()).toBe(1);
    alone.abort(new Error('gone'));
    await last;
    expect(vi.getTimerCount()).toBe(0);
  });

  it('before it has asked is refused at once', async () => {
    const pace = makePace(1);
    await expect(pace.acquire(AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
    expect(pace.limit()).toMatchObject({inFlight: 0, requests: 0});
  });

  it('after its turn has come has its place until it says that it is done', async () => {
    const pace = makePace(1);
    const ending = new AbortController();
    await pace.acquire(ending.signal);
    ending.abort();
    expect(pace.limit().inFlight).toBe(1);
    pace.done({kind: 'none'});
    expect(pace.limit().inFlight).toBe(0);
  });
});
