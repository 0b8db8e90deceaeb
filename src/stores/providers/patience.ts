import {setTimeout as sleep} from 'node:timers/promises';
import {Fault, isRetryable} from '../../core/failure.ts';

const attempts = 5;
const firstWaitMs = 200;
/** A longer one is for the engine: it knows the host's limit, and others could have the place meanwhile. */
const longestWaitMs = 20_000;

/**
 * Tries one request of an upload again that has others behind it: a large file needs a thousand of them, and one 503
 * must not be a failed attempt at the file. Waits as long as the service says, else 0.4 to 3.2 s. What stays is thrown,
 * and the journal knows how to go on.
 */
export async function patiently<T>(
  request: (attempt: number) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await request(attempt);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Fault) || !isRetryable(error.kind)) throw error;
      const waitMs = error.retryAfterMs ?? firstWaitMs * 2 ** attempt;
      if (attempt >= attempts || waitMs > longestWaitMs) throw error;
      await sleep(waitMs, undefined, {signal}).catch(() => signal.throwIfAborted());
    }
  }
}
