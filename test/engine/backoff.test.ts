import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {Fault, failureKinds, isRetryable} from '../../src/core/failure.ts';
import {backoffMs, Exhausted, type Retry, retrying} from '../../src/engine/backoff.ts';

/** Without jitter there is nothing to wait for. */
function retry(changes: Partial<Retry> = {}): Retry {
  return {
    attempts: 5,
    signal: new AbortController().signal,
    random: () => 0,
    onRetry: () => undefined,
    ...changes,
  };
}

function failing(times: number, fault: Error) {
  const work = {
    calls: 0,
    run: async () => {
      if (++work.calls <= times) throw fault;
      return 'done';
    },
  };
  return work;
}

describe('the wait', () => {
  it('is what the service asked for, and at most two minutes', () => {
    expect(backoffMs(1, 7_000, () => 1)).toBe(7_000);
    expect(backoffMs(1, 0, () => 1)).toBe(0);
    expect(backoffMs(1, 86_400_000, () => 1)).toBe(120_000);
  });

  it('doubles with each attempt up to 30 s, and is drawn from all of that', () => {
    expect([1, 2, 3, 8, 9, 60].map(attempt => backoffMs(attempt, undefined, () => 1))).toEqual([
      200, 400, 800, 25_600, 30_000, 30_000,
    ]);
    expect(backoffMs(3, undefined, () => 0.5)).toBe(400);
    expect(backoffMs(3, undefined, () => 0)).toBe(0);
  });

  it('is never negative, and never above its cap', () => {
    const random = fc.double({min: 0, max: 1, maxExcluded: true, noNaN: true});
    fc.assert(
      fc.property(fc.integer({min: 1, max: 2_000}), random, (attempt, drawn) => {
        const waitMs = backoffMs(attempt, undefined, () => drawn);
        expect(waitMs).toBeGreaterThanOrEqual(0);
        expect(waitMs).toBeLessThanOrEqual(30_000);
      }),
    );
  });
});

describe('trying again', () => {
  it.each(failureKinds.filter(isRetryable))('overcomes two failures of kind %s', async kind => {
    const work = failing(2, new Fault(kind, 'again'));
    await expect(retrying(retry(), work.run)).resolves.toBe('done');
    expect(work.calls).toBe(3);
  });

  it.each(failureKinds.filter(kind => !isRetryable(kind)))(
    'does not repeat a failure of kind %s',
    async kind => {
      const fault = new Fault(kind, 'final');
      const work = failing(2, fault);
      await expect(retrying(retry(), work.run)).rejects.toMatchObject({attempts: 1, cause: fault});
      expect(work.calls).toBe(1);
    },
  );

  it('ends with the last failure and how often it was tried', async () => {
    const fault = new Fault('timeout', 'too slow');
    const work = failing(9, fault);
    const ended = retrying(retry({attempts: 3}), work.run);
    await expect(ended).rejects.toBeInstanceOf(Exhausted);
    await expect(ended).rejects.toMatchObject({attempts: 3, message: 'too slow', cause: fault});
    expect(work.calls).toBe(3);
  });

  it('does not hide an error of our own behind retries', async () => {
    const bug = new TypeError('undefined is not a function');
    const work = failing(9, bug);
    await expect(retrying(retry(), work.run)).rejects.toMatchObject({attempts: 1, cause: bug});
    expect(work.calls).toBe(1);
  });

  it('tells of every wait before it begins', async () => {
    const told: unknown[] = [];
    const fault = new Fault('server-error', '503', {retryAfterMs: 1});
    const onRetry: Retry['onRetry'] = (attempt, waitMs, failed) => told.push([attempt, waitMs, failed]);
    await retrying(retry({onRetry}), failing(2, fault).run);
    expect(told).toEqual([
      [1, 1, fault],
      [2, 1, fault],
    ]);
  });

  it('stops waiting as soon as it is told to, however long the service wants', async () => {
    const stop = new AbortController();
    const work = failing(9, new Fault('rate-limited', '429', {retryAfterMs: 120_000}));
    const ended = retrying(retry({signal: stop.signal, onRetry: () => stop.abort()}), work.run);
    await expect(ended).rejects.toMatchObject({name: 'AbortError'});
    expect(work.calls).toBe(1);
  });

  it('reports the stop, and not the failure that it caused', async () => {
    const stop = new AbortController();
    const reason = new Error('paused');
    const work = async () => {
      stop.abort(reason);
      throw new Fault('connection', 'socket closed');
    };
    await expect(retrying(retry({signal: stop.signal}), work)).rejects.toBe(reason);
  });
});

describe('patience', () => {
  const silent = {signal: new AbortController().signal, random: () => 0, onRetry: () => undefined};

  /** Attempts that are made within so many milliseconds, of which each takes ten. */
  async function attemptsWithin(forMs: number, fault: Fault): Promise<number> {
    let clock = 0;
    let made = 0;
    const work = () => {
      made++;
      clock += 10;
      return Promise.reject(fault);
    };
    const patience = {forMs, now: () => clock};
    await expect(retrying({...silent, attempts: 3, patience}, work)).rejects.toBeInstanceOf(Exhausted);
    return made;
  }

  const down = new Fault('connection', 'Network connection lost.', {host: 'D1'});

  it('asks a service again for as long as it lasts, and never less often than without it', async () => {
    expect(await attemptsWithin(200, down)).toBe(20);
    expect(await attemptsWithin(0, down)).toBe(3);
  });

  it('does not wait for a lock of this machine, nor for what is final', async () => {
    expect(await attemptsWithin(200, new Fault('timeout', 'database is locked'))).toBe(3);
    expect(await attemptsWithin(200, new Fault('refused', 'NOT NULL', {host: 'D1'}))).toBe(1);
  });
});
