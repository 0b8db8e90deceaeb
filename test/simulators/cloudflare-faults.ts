/**
 * What can go wrong between a client and D1's REST API, as values: an answer, and whether the request reached the
 * database before it. Which of the two a client can't tell is what the engine has to settle.
 */
export type CloudflareFault =
  | {
      /** An answer that the database did not give. */
      readonly answer: Reply | 'reset' | 'silence';
      readonly lands: Lands;
    }
  | {
      /** The database's own answer, with headers added, or spoilt on its way. */
      readonly answer: 'real' | 'stalled' | 'truncated';
      readonly headers: Readonly<Record<string, string>>;
    }
  /** A batch that is no transaction: one statement after the other, until the connection is lost. */
  | {readonly breaksAfter: number};

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** When the request is applied: not at all, before the answer is given, or when the test says so, long after it. */
export type Lands = 'never' | 'before-answer' | 'on-release';

/** https://developers.cloudflare.com/d1/observability/debug-d1/#error-list: all worth another try. */
export const transientMessages = [
  'Network connection lost.',
  'D1 DB storage operation exceeded timeout which caused object to be reset.',
  'D1 DB reset because its code was updated.',
  'Internal error while starting up D1 DB storage caused object to be reset.',
  'D1 DB is overloaded. Requests queued for too long.',
  'D1 DB exceeded its CPU time limit and was reset.',
  "D1 DB's isolate exceeded its memory limit and was reset.",
  'Cannot resolve D1 DB due to transient issue on remote node.',
] as const;

export function transient(
  message: string,
  {status = 500, lands = 'never'}: {readonly status?: number; readonly lands?: Lands} = {},
): CloudflareFault {
  return {answer: failure(status, 7500, message), lands};
}

/** Over the 1,200 requests in 5 minutes; nothing is applied. Code and wording as reported by others. */
export function rateLimited({
  retryAfter,
  withQuota = false,
}: {
  readonly retryAfter?: number | string;
  readonly withQuota?: boolean;
} = {}): CloudflareFault {
  const reply = failure(429, 971, 'Please wait and consider throttling your request speed');
  const headers = {
    ...(retryAfter === undefined ? {} : {'retry-after': String(retryAfter)}),
    ...(withQuota ? quotaHeaders(0, 30) : {}),
  };
  return {answer: {...reply, headers: {...reply.headers, ...headers}}, lands: 'never'};
}

/** Good answers that say how many requests are left. */
export function quota(remaining: number, resetsIn = 30): CloudflareFault {
  return {answer: 'real', headers: quotaHeaders(remaining, resetsIn)};
}

function quotaHeaders(remaining: number, resetsIn: number): Readonly<Record<string, string>> {
  return {
    Ratelimit: `"default";r=${remaining};t=${resetsIn}`,
    'Ratelimit-Policy': '"default";q=1200;w=300',
  };
}

export function gatewayTimeout(lands: Lands): CloudflareFault {
  return {answer: failure(504, 7009, 'Upstream service unavailable'), lands};
}

export function badGateway(lands: Lands): CloudflareFault {
  const body = '<html><head><title>502 Bad Gateway</title></head><body>cloudflare</body></html>';
  return {answer: {status: 502, headers: {'content-type': 'text/html; charset=UTF-8'}, body}, lands};
}

/** The client library takes it for a success. */
export function unsuccessful(lands: Lands, message = 'internal error'): CloudflareFault {
  return {answer: failure(200, 7500, message), lands};
}

export function authenticationError(): CloudflareFault {
  return {answer: failure(401, 10000, 'Authentication error'), lands: 'never'};
}

export function connectionReset(lands: Lands): CloudflareFault {
  return {answer: 'reset', lands};
}

/** The request is taken and never answered. */
export function silence(lands: Lands): CloudflareFault {
  return {answer: 'silence', lands};
}

/** Applied; headers and half a body, and then nothing. */
export function stalledBody(): CloudflareFault {
  return {answer: 'stalled', headers: {}};
}

/** Applied; an answer whose JSON ends in the middle, though HTTP is in order. */
export function truncatedJson(): CloudflareFault {
  return {answer: 'truncated', headers: {}};
}

/** Each statement of a batch is a transaction of its own; after `breaksAfter` of them the connection is lost. */
export function piecemeal(breaksAfter = Number.POSITIVE_INFINITY): CloudflareFault {
  return {breaksAfter};
}

export const connectionLost = failure(500, 7500, 'Network connection lost.');

function failure(status: number, code: number, message: string): Reply {
  return {
    status,
    headers: {'content-type': 'application/json'},
    body: JSON.stringify({success: false, errors: [{code, message}], messages: [], result: null}),
  };
}
