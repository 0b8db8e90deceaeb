import {afterEach, beforeEach, vi} from 'vitest';
import {Limiter, type LimiterOptions, type Slot} from '../../src/engine/limiter.ts';

export const never = new AbortController().signal;
export const host = 'local disk';

/** The clock stands still until a test moves it: the limiter's and the timers' alike. */
export function stoppedClock(): void {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
}

export function limiter(options: Partial<LimiterOptions> = {}): Limiter {
  return new Limiter({start: 2, max: 2, rate: null, now: Date.now, ...options});
}

/** Asks for a place and records what came of it. */
export function ask(at: Limiter, {signal = never, of = host}: {signal?: AbortSignal; of?: string} = {}) {
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

export const settle = () => vi.advanceTimersByTimeAsync(0);

export async function held(at: Limiter): Promise<Slot> {
  return at.acquire(host, never);
}
