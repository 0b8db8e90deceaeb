import type {Fault} from '../core/failure.ts';
import type {Asking, Reader, Target} from '../databases/database.ts';
import {Exhausted, retrying} from './backoff.ts';
import type {EngineHost} from './engine-host.ts';

export type OnRetry = (attempt: number, waitMs: number, fault: Fault) => void;

/** A reader whose queries are tried again where that may help, and given up as soon as the signal is aborted. */
export function steadyReader(
  {settings, random}: Pick<EngineHost, 'settings' | 'random'>,
  reader: Reader,
  signal: AbortSignal = never,
  onRetry: OnRetry = () => undefined,
): Reader {
  const retry = {attempts: settings.attempts, signal, random, onRetry};
  return {
    dialect: reader.dialect,
    query: async (sql, params) => {
      try {
        return await retrying(retry, () => reader.query(sql, params, {signal}));
      } catch (error) {
        throw error instanceof Exhausted ? error.cause : error;
      }
    },
    close: () => reader.close(),
  };
}

/** A reader whose every query is given up with the signal. */
export function readerWith(reader: Reader, asking: Asking): Reader {
  return {
    dialect: reader.dialect,
    query: (sql, params) => reader.query(sql, params, asking),
    close: () => reader.close(),
  };
}

/** Opens a target for reading, for as long as `look` needs it. */
export async function reading<T>(
  host: EngineHost,
  target: Target,
  look: (reader: Reader) => Promise<T>,
): Promise<T> {
  const reader = steadyReader(host, await target.openReader());
  return look(reader).finally(() => reader.close());
}

const never = new AbortController().signal;
