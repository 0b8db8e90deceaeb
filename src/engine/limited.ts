import type {RunNews} from '../core/event.ts';
import type {Fault} from '../core/failure.ts';
import {Exhausted, retrying} from './backoff.ts';
import type {Limiter} from './limiter.ts';

export interface LimitedOptions {
  readonly limiter: Limiter;
  readonly attempts: number;
  readonly signal: AbortSignal;
  readonly random: () => number;
  readonly emit: (news: RunNews) => void;
}

/** Runs requests, each within the limit of its host, and tries again what may succeed later. The last fault is thrown. */
export function limitedBy({limiter, attempts, signal, random, emit}: LimitedOptions) {
  return async <T>(name: string, request: () => Promise<T>): Promise<T> => {
    const onRetry = (attempt: number, waitMs: number, fault: Fault) =>
      emit({type: 'retrying', host: name, attempt, waitMs, fault});
    try {
      return await retrying({attempts, signal, random, onRetry}, async () => {
        const place = await limiter.acquire(name, signal);
        try {
          const answer = await request();
          place.done({bytes: Number.POSITIVE_INFINITY});
          return answer;
        } catch (error) {
          place.done({error});
          throw error;
        }
      });
    } catch (error) {
      throw error instanceof Exhausted ? error.cause : error;
    }
  };
}
