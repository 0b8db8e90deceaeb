import {setTimeout as sleep} from 'node:timers/promises';
import {Fault, isRetryable} from '../core/failure.ts';

const baseMs = 100;
const capMs = 30_000;
/** The longest that a service may ask us to wait. */
const retryAfterCapMs = 120_000;

/** Milliseconds before the next attempt: what the service asked for, or exponential with full jitter. */
export function backoffMs(attempt: number, retryAfterMs: number | undefined, random: () => number): number {
  if (retryAfterMs !== undefined) return Math.min(retryAfterMs, retryAfterCapMs);
  return Math.ceil(random() * Math.min(capMs, baseMs * 2 ** attempt));
}

export interface Retry {
  readonly attempts: number;
  /** So long a service is asked again, however many attempts that are: what hangs on it is the whole run. */
  readonly patience?: Patience;
  readonly signal: AbortSignal;
  readonly random: () => number;
  readonly onRetry: (attempt: number, waitMs: number, fault: Fault) => void;
}

export interface Patience {
  readonly forMs: number;
  readonly now: () => number;
}

/** Tries again what may succeed later. The last failure is thrown with the number of attempts made. */
export async function retrying<T>(
  {attempts, patience, signal, random, onRetry}: Retry,
  work: () => Promise<T>,
): Promise<T> {
  const until = patience === undefined ? 0 : patience.now() + patience.forMs;
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Fault) || !isRetryable(error.kind)) throw new Exhausted(attempt, error);
      const waitMs = backoffMs(attempt, error.retryAfterMs, random);
      // A file's lock has no host: whoever holds it is on this machine, and waiting longer does not move him.
      const isAwaited = error.host !== undefined && (patience?.now() ?? 0) + waitMs < until;
      if (attempt >= attempts && !isAwaited) throw new Exhausted(attempt, error);
      onRetry(attempt, waitMs, error);
      await sleep(waitMs, undefined, {signal});
    }
  }
}

/** The failure after the last attempt; `cause` is the failure itself. */
export class Exhausted extends Error {
  readonly attempts: number;

  constructor(attempts: number, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), {cause});
    this.name = 'Exhausted';
    this.attempts = attempts;
  }
}
