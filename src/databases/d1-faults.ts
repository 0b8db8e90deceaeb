import {type FailureKind, Fault} from '../core/failure.ts';

/**
 * What D1 and the API in front of it answer, as failures. Code 7500 stands for any failure of SQL or D1, so the message
 * decides: https://developers.cloudflare.com/d1/observability/debug-d1/#error-list. What is not known here is not tried
 * again, and nobody takes it for granted that nothing was done.
 */

export interface D1Answer {
  readonly status: number;
  readonly code: number;
  readonly message: string;
  readonly retryAfterMs: number | undefined;
}

interface Meaning {
  readonly kind: FailureKind;
  /** The statements may have been carried out all the same. */
  readonly isUnsettled: boolean;
}

/** Blocked for five minutes, and not told for how long: the four waits between five attempts outlast that. */
const unsaidWaitMs = 75_000;

const messages: readonly (readonly [RegExp, Meaning])[] = [
  [/constraint failed|SQLITE_CONSTRAINT/i, {kind: 'refused', isUnsettled: false}],
  [
    /SQLITE_TOOBIG|string or blob too big|statement too long|request (entity|body) too large/i,
    {kind: 'too-large', isUnsettled: false},
  ],
  [/overloaded|queued for too long|too many requests queued/i, {kind: 'rate-limited', isUnsettled: true}],
  [
    /CPU time limit|memory limit|exceeded (its )?time(out| limit)|timed out/i,
    {kind: 'timeout', isUnsettled: true},
  ],
  [
    /connection lost|client disconnected|object to be reset|was reset|code was updated|transient issue|internal error/i,
    {kind: 'connection', isUnsettled: true},
  ],
  [/SQLITE_BUSY|SQLITE_LOCKED|database is locked/i, {kind: 'timeout', isUnsettled: false}],
  [/not authorized|SQLITE_AUTH/i, {kind: 'denied', isUnsettled: false}],
  // SQLite itself refused the statement, and rolled back what was before it.
  [
    /SQLITE_|syntax error|no such (table|column)|too many SQL variables/i,
    {kind: 'invalid', isUnsettled: false},
  ],
];

/** Codes of the API in front of D1, before any statement was run. */
const notFound: readonly number[] = [7_003, 7_404];
const malformed = 7_400;

export function faultOfD1({status, code, message, retryAfterMs}: D1Answer, host: string): Fault {
  const {kind, isUnsettled} = meaningOf(status, code, message);
  const waitMs = retryAfterMs ?? (status === 429 ? unsaidWaitMs : undefined);
  const said = code === 0 ? `${status} ${message}` : `${message} (${code})`;
  return new Fault(kind, `D1: ${said}`, {
    host,
    isUnsettled,
    ...(waitMs === undefined ? {} : {retryAfterMs: waitMs}),
  });
}

function meaningOf(status: number, code: number, message: string): Meaning {
  if (status === 429) return {kind: 'rate-limited', isUnsettled: false};
  if (status === 401 || status === 403 || code === 10_000) return {kind: 'denied', isUnsettled: false};
  if (status === 408 || status === 504 || status === 524 || code === 7_009)
    return {kind: 'timeout', isUnsettled: true};
  const known = messages.find(([pattern]) => pattern.test(message));
  if (known !== undefined) return known[1];
  if (status === 404 || notFound.includes(code)) return {kind: 'not-found', isUnsettled: false};
  if (status === 413) return {kind: 'too-large', isUnsettled: false};
  if (code === malformed) return {kind: 'invalid', isUnsettled: false};
  if (status >= 500) return {kind: 'server-error', isUnsettled: true};
  return {kind: 'invalid', isUnsettled: true};
}
