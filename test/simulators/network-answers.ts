import {type Answer, type Call, errorAnswer} from '../../src/sandbox/network/answer.ts';
import {limitHeaders, tooMany} from '../../src/sandbox/network/limit.ts';
import type {StormHeaders} from './network-fault-kinds.ts';
import type {NetworkFaults} from './network-faults.ts';

const portal = '<!doctype html><html><head><title>Welcome</title></head><body>Please sign in.</body></html>';

/** An answer in the place of the real one, where a fault wants one. */
export function answerInstead(
  faults: NetworkFaults,
  call: Call,
  originOf: (server: string) => string,
): Answer | null {
  const error = faults.take('error', call)?.fault;
  if (error !== undefined)
    return errorAnswer(
      error.status,
      error.error ?? 'InternalServerError',
      error.message ?? 'Internal Server Error',
    );
  const limit = faults.take('limit', call)?.fault;
  if (limit !== undefined) return tooMany(stormHeaders(limit.announces, limit.seconds));
  const html = faults.take('html', call)?.fault;
  if (html !== undefined) return {status: html.status, headers: {'content-type': 'text/html'}, body: portal};
  const redirect = faults.take('redirect', call)?.fault;
  if (redirect === undefined) return null;
  const location = redirect.to.includes('://')
    ? redirect.to
    : `${originOf(redirect.to)}${call.path}?${call.query}`;
  return {status: redirect.status, headers: {location}, body: ''};
}

function stormHeaders(announces: StormHeaders, seconds: number): Readonly<Record<string, string>> {
  const now = Date.now();
  const endsAt = now + seconds * 1_000;
  switch (announces) {
    case 'date':
      return {'retry-after': new Date(endsAt).toUTCString()};
    case 'past':
      return {'ratelimit-reset': String(Math.floor(now / 1_000) - 1)};
    case 'nonsense':
      return {'ratelimit-reset': 'soon', 'retry-after': 'a while'};
    default:
      return limitHeaders(
        {requests: 3_000, seconds: 300, announces},
        {remaining: 0, endsAt, now, isBeyond: true},
      );
  }
}
