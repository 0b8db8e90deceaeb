import type {IncomingHttpHeaders} from 'node:http';

/**
 * How long a service asks to be left alone: until the time that RateLimit-Reset names (Unix seconds, as the reference PDS
 * counts; small numbers are taken as the seconds from now that an older draft has), else as Retry-After says (seconds, or
 * a date), else 5 s. Between one second and 120, whoever asks for more.
 */

const unsaidMs = 5_000;
const leastMs = 1_000;
const mostMs = 120_000;
/** In seconds: nobody means so long from now, and nobody's clock is so far back. */
const unixTimesFrom = 1_000_000_000;

export function waitMs(headers: IncomingHttpHeaders, now: number): number {
  const said = untilReset(headers, now) ?? untilRetry(headers, now) ?? unsaidMs;
  return Math.min(mostMs, Math.max(leastMs, Math.ceil(said)));
}

/** A service that gives no room for another request says so, while it still answers this one. */
export function isUsedUp(headers: IncomingHttpHeaders): boolean {
  return numberOf(headers['ratelimit-remaining']) === 0;
}

/** Whether it tells how long to wait at all. */
export function saysWhen(headers: IncomingHttpHeaders): boolean {
  return headers['retry-after'] !== undefined || isUsedUp(headers);
}

function untilReset(headers: IncomingHttpHeaders, now: number): number | null {
  const reset = numberOf(headers['ratelimit-reset']);
  if (reset === null) return null;
  return reset < unixTimesFrom ? reset * 1_000 : reset * 1_000 - now;
}

function untilRetry(headers: IncomingHttpHeaders, now: number): number | null {
  const said = headers['retry-after'];
  const seconds = numberOf(said);
  if (seconds !== null) return seconds * 1_000;
  const at = Date.parse(said ?? '');
  return Number.isNaN(at) ? null : at - now;
}

function numberOf(header: string | readonly string[] | undefined): number | null {
  return typeof header === 'string' && /^\d{1,15}(\.\d+)?$/.test(header.trim()) ? Number(header) : null;
}
