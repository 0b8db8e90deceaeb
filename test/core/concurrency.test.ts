import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {
  type Answer,
  answered,
  type Concurrency,
  maxConcurrency,
  nudged,
  startConcurrency,
} from '../../src/core/concurrency.ts';

function ok(latencyMs: number | null = null, at = 0): Answer {
  return {kind: 'ok', at, latencyMs};
}

function pushback(at: number): Answer {
  return {kind: 'pushback', at, cause: 'rate-limited'};
}

function given(state: Concurrency, ...answers: readonly Answer[]): Concurrency {
  return answers.reduce(answered, state);
}

function times(count: number, answer: Answer): readonly Answer[] {
  return Array<Answer>(count).fill(answer);
}

type Step = {readonly elapsed: number} & (
  | {readonly do: 'ok'; readonly latencyMs: number | null}
  | {readonly do: 'pushback'}
  | {readonly do: 'nudge'; readonly by: number}
);

const elapsed = fc.nat(2_000);
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    fc.record({do: fc.constant('ok' as const), elapsed, latencyMs: fc.option(fc.nat(100_000))}),
    fc.record({do: fc.constant('pushback' as const), elapsed}),
    fc.record({do: fc.constant('nudge' as const), elapsed, by: fc.integer({min: -300, max: 300})}),
  ),
  {maxLength: 300},
);

describe('the limit', () => {
  it('stays between 1 and the ceiling, whatever the host answers and the operator does', () => {
    const ends = fc.integer({min: 1, max: maxConcurrency});
    fc.assert(
      fc.property(ends, ends, steps, (start, max, history) => {
        let state = startConcurrency(start, max);
        let at = 0;
        for (const step of history) {
          at += step.elapsed;
          if (step.do === 'nudge') state = nudged(state, step.by);
          else state = answered(state, step.do === 'ok' ? ok(step.latencyMs, at) : pushback(at));
          expect(state.limit).toBeGreaterThanOrEqual(1);
          expect(state.limit).toBeLessThanOrEqual(state.ceiling);
          expect(state.ceiling).toBeLessThanOrEqual(maxConcurrency);
          expect(Number.isInteger(state.limit)).toBe(true);
        }
      }),
      {numRuns: 300},
    );
  });

  it('rises by one for each round of good answers, up to the ceiling', () => {
    const start = startConcurrency(2, 4);
    expect(given(start, ok()).limit).toBe(2);
    const three = given(start, ...times(2, ok()));
    expect(three).toMatchObject({limit: 3, reason: 'rising'});
    const four = given(three, ...times(3, ok()));
    expect(four.limit).toBe(4);
    expect(given(four, ...times(400, ok()))).toMatchObject({limit: 4, reason: 'steady'});
  });

  it('never starts above the ceiling', () => {
    expect(startConcurrency(16, 4).limit).toBe(4);
  });
});

describe('pushback', () => {
  it('halves the limit and says why', () => {
    expect(given(startConcurrency(64, 64), pushback(0))).toMatchObject({limit: 32, reason: 'rate-limited'});
  });

  it('halves once for all requests that were in flight together', () => {
    const state = given(startConcurrency(64, 64), pushback(5_000), pushback(5_001), pushback(5_999));
    expect(state.limit).toBe(32);
    expect(given(state, pushback(6_000)).limit).toBe(16);
  });

  it('begins the climb anew', () => {
    const almost = given(startConcurrency(4, 64), ...times(3, ok()), pushback(5_000));
    expect(given(almost, ok()).limit).toBe(2);
    expect(given(almost, ok(), ok()).limit).toBe(3);
  });

  it('never takes the last place', () => {
    const many = Array.from({length: 20}, (_, index) => pushback(index * 1_000));
    expect(given(startConcurrency(64, 64), ...many).limit).toBe(1);
  });
});

describe('rising latency', () => {
  it('lowers the limit by a fifth, with the latency as the reason', () => {
    const fast = given(startConcurrency(10, 10), ...times(10, ok(10)));
    const slow = given(fast, ...times(10, ok(2_000, 9_000)));
    expect(slow.limit).toBe(8);
    expect(slow.reason).toMatch(/^latency \d+ ms$/);
  });

  it('below 50 ms means nothing, however much faster the host once was', () => {
    const fast = given(startConcurrency(10, 10), ...times(10, ok(1)));
    expect(given(fast, ...times(500, ok(49, 9_000))).limit).toBe(10);
  });

  it('of large objects is not looked at', () => {
    const fast = given(startConcurrency(10, 10), ...times(10, ok(10)));
    expect(given(fast, ...times(500, ok(null, 9_000))).limit).toBe(10);
  });
});

describe("the operator's + and -", () => {
  it('+ raises the ceiling and the limit at once', () => {
    expect(nudged(startConcurrency(8, 8), 1)).toMatchObject({
      ceiling: 9,
      limit: 9,
      reason: 'set by the operator',
    });
  });

  it('- lowers what is used now, also where the ceiling is far above', () => {
    expect(nudged(startConcurrency(8, 64), -1)).toMatchObject({ceiling: 7, limit: 7});
  });

  it('- holds: the limit does not climb back', () => {
    expect(given(nudged(startConcurrency(8, 64), -1), ...times(1_000, ok())).limit).toBe(7);
  });

  it('leaves at least one and at most the maximum', () => {
    expect(nudged(startConcurrency(2, 8), -10).limit).toBe(1);
    expect(nudged(startConcurrency(250, 250), 100).limit).toBe(maxConcurrency);
  });
});
