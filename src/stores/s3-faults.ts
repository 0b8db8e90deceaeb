import {type IncomingMessage, STATUS_CODES} from 'node:http';
import {type FailureKind, Fault} from '../core/failure.ts';

/** What S3, R2, B2 and their like answer, as failures: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */

const kindOfCode: Readonly<Record<string, FailureKind>> = {
  SlowDown: 'rate-limited',
  Throttling: 'rate-limited',
  ThrottlingException: 'rate-limited',
  TooManyRequests: 'rate-limited',
  RequestLimitExceeded: 'rate-limited',
  ServiceUnavailable: 'rate-limited',
  RequestTimeout: 'timeout',
  InternalError: 'server-error',
  NoSuchKey: 'not-found',
  NotFound: 'not-found',
  NoSuchBucket: 'not-found',
  PreconditionFailed: 'changed',
  InvalidRange: 'changed',
  AccessDenied: 'denied',
  ExpiredToken: 'denied',
  TokenRefreshRequired: 'denied',
  InvalidAccessKeyId: 'denied',
  SignatureDoesNotMatch: 'denied',
  InvalidToken: 'denied',
  RequestTimeTooSkewed: 'denied',
  InvalidObjectState: 'denied',
};

const kindOfNetworkError: Readonly<Record<string, FailureKind>> = {
  ETIMEDOUT: 'timeout',
  ESOCKETTIMEDOUT: 'timeout',
  ERR_TLS_CERT_ALTNAME_INVALID: 'denied',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'denied',
  SELF_SIGNED_CERT_IN_CHAIN: 'denied',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'denied',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'denied',
  CERT_HAS_EXPIRED: 'denied',
};

export interface S3Answer {
  readonly status: number;
  /** The <Code> of the body; a HEAD has none. */
  readonly code: string;
  readonly message: string;
  readonly retryAfter: string | undefined;
  /** Where a redirect says that the bucket lives. */
  readonly region: string | undefined;
}

/** The credentials are no longer valid, and others may be at hand by now. */
export function isExpired({code}: S3Answer): boolean {
  return code === 'ExpiredToken' || code === 'TokenRefreshRequired';
}

export function faultOfAnswer(answer: S3Answer, what: string, host: string): Fault {
  const {status, code, message, retryAfter, region} = answer;
  const waitMs = retryAfterMs(retryAfter, Date.now());
  const said = [String(status), code === '' ? (STATUS_CODES[status] ?? '') : code, message]
    .filter(part => part !== '')
    .join(' ');
  const place = region === undefined ? '' : ` (the bucket's region is ${region})`;
  return new Fault(kindOfCode[code] ?? kindOfStatus(status), `${what}: ${said}${place}`, {
    host,
    ...(waitMs === undefined ? {} : {retryAfterMs: waitMs}),
  });
}

function kindOfStatus(status: number): FailureKind {
  if (status === 429 || status === 503) return 'rate-limited';
  if (status >= 500) return 'server-error';
  if (status === 408) return 'timeout';
  if (status === 404) return 'not-found';
  if (status === 412 || status === 416) return 'changed';
  if (status === 401 || status === 403) return 'denied';
  return 'invalid';
}

/** Seconds, or a date: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1_000;
  const time = Date.parse(header);
  return Number.isNaN(time) ? undefined : Math.max(0, time - now);
}

/** No answer at all, or one that broke off. */
export function faultOfConnection(error: unknown, what: string, host: string): Fault {
  if (error instanceof Fault) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const said = error instanceof Error && error.message !== '' ? error.message : String(code || error);
  return new Fault(kindOfNetworkError[code] ?? 'connection', `${what}: ${said}`, {host, cause: error});
}

const errorBytes = 64 * 1024;

/** Reads an answer that is no success. */
export async function readAnswer(response: IncomingMessage): Promise<S3Answer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > errorBytes) break;
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  const region = response.headers['x-amz-bucket-region'];
  return {
    status: response.statusCode ?? 0,
    code: /<Code>([^<]*)<\/Code>/.exec(text)?.[1] ?? '',
    message: /<Message>([^<]*)<\/Message>/.exec(text)?.[1] ?? '',
    retryAfter: response.headers['retry-after'],
    region: typeof region === 'string' ? region : /<Region>([^<]*)<\/Region>/.exec(text)?.[1],
  };
}
