import type {Fault} from '../core/failure.ts';
import type {Reader, Target} from '../databases/database.ts';
import {Exhausted, type Retry, retrying} from './backoff.ts';
import type {EngineHost} from './engine-host.ts';

export type OnRetry = (attempt: number, waitMs: number, fault: Fault) => void;

/** A reader whose queries are tried again where that may help, and given up as soon as the signal is aborted. */
export function steadyReader(
  {settings, random, now}: Pick<EngineHost, 'settings' | 'random' | 'now'>,
  reader: Reader,
  signal?: AbortSignal,
  onRetry: OnRetry = () => undefined,
): Reader {
  // Only a run, which can be paused meanwhile, waits for long.
  const patience = {forMs: signal === undefined ? 0 : settings.patienceSeconds * 1_000, now};
  const ending = signal ?? never;
  return retryingReader(reader, {attempts: settings.attempts, patience, signal: ending, random, onRetry});
}

/** Each query by itself is tried again: where every second request fails, several in a row would never come through. */
export function retryingReader(reader: Reader, retry: Retry): Reader {
  return {
    dialect: reader.dialect,
    query: async (sql, params) => {
      try {
        return await retrying(retry, () => reader.query(sql, params, {signal: retry.signal}));
      } catch (error) {
        throw error instanceof Exhausted ? error.cause : error;
      }
    },
    close: () => reader.close(),
  };
}

/** Opens a target for reading, for as long as `look` needs it; what is asked then ends when the host gives up. */
export async function reading<T>(
  host: EngineHost,
  target: Target,
  look: (reader: Reader) => Promise<T>,
): Promise<T> {
  const {settings, random, giveUp: signal = never} = host;
  const opened = await target.openReader();
  const reader = retryingReader(opened, {
    attempts: settings.attempts,
    signal,
    random,
    onRetry: () => undefined,
  });
  return look(reader).finally(() => reader.close());
}

const never = new AbortController().signal;
