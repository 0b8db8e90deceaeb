import type {IncomingHttpHeaders} from 'node:http';
import {type FailureKind, Fault, type FaultDetails} from '../core/failure.ts';
import {printableKey} from '../core/keys.ts';
import {type Meaning, meanings} from './s3-codes.ts';
import {unescaped} from './s3-xml.ts';

/** An answer that is no success. */
export interface S3Answer {
  readonly status: number;
  /** The <Code> of the body; '' where it has none, as for a HEAD. */
  readonly code: string;
  readonly message: string;
  readonly retryAfter: string | undefined;
  /** The service's clock. */
  readonly date: string | undefined;
  /** Where a redirect says that the bucket lives. */
  readonly region: string | undefined;
}

/** A failure of S3 or of the way to it, with its code. */
export class S3Fault extends Fault {
  /** Of S3, of Node, or of ours. */
  readonly code: string;

  constructor(kind: FailureKind, message: string, details: S3FaultDetails) {
    super(kind, message, details);
    this.code = details.code;
  }
}

interface S3FaultDetails extends FaultDetails {
  readonly code: string;
}

const byCode: ReadonlyMap<string, Meaning> = new Map(
  meanings.flatMap(meaning => meaning.codes.map(code => [code, meaning])),
);

/** The credentials are not valid any more, and others may be at hand by now. */
export function mayBeRenewed({code, status}: S3Answer): boolean {
  return status === 401 || /^(Expired|TokenRefreshRequired|InvalidToken|InvalidAccessKeyId)/.test(code);
}

export function faultOfAnswer(answer: S3Answer, what: string, host: string): S3Fault {
  const {status, code, message, retryAfter, region} = answer;
  const waitMs = retryAfterMs(retryAfter, Date.parse(answer.date ?? '') || Date.now());
  const meaning = byCode.get(code);
  const words = [`${status} ${ours.has(code) ? '' : code}`.trim(), message].filter(part => part !== '');
  const more = [
    ...(region === undefined ? [] : [`its region is ${region}`]),
    ...(code === 'RequestTimeTooSkewed' ? skewOf(answer) : []),
  ];
  const said = [words.join(': '), ...more].join('; ');
  const isStranger = code === 'NotS3' && status === 404;
  return new S3Fault(
    isStranger ? 'invalid' : (meaning?.kind ?? kindOfStatus(status)),
    messageOf(what, meaning, said),
    {
      host,
      code,
      ...(waitMs === undefined ? {} : {retryAfterMs: waitMs}),
    },
  );
}

/** No answer at all, or one that broke off. */
export function faultOfConnection(error: unknown, what: string, host: string): Fault {
  if (error instanceof Fault) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const said = error instanceof Error && error.message !== '' ? error.message : code || String(error);
  const meaning = byCode.get(code);
  return new S3Fault(meaning?.kind ?? 'connection', messageOf(what, meaning, said), {
    host,
    code,
    cause: error,
  });
}

/** Codes that no service sends. */
const ours: ReadonlySet<string> = new Set(['NotS3', 'PathResolved']);

function messageOf(what: string, meaning: Meaning | undefined, said: string): string {
  const clean = printableKey(said).slice(0, 500);
  return meaning?.cause === undefined ? `${what}: ${clean}` : `${what}: ${meaning.cause} (${clean})`;
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

/** Seconds, or a date by the service's own clock: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1_000;
  const time = Date.parse(header);
  return Number.isNaN(time) ? undefined : Math.max(0, time - now);
}

function skewOf({date}: S3Answer): readonly string[] {
  const minutes = Math.round((Date.now() - Date.parse(date ?? '')) / 60_000);
  if (Number.isNaN(minutes) || minutes === 0) return [];
  return [`it is ${Math.abs(minutes)} minutes ${minutes < 0 ? 'behind' : 'ahead of'} the service's`];
}

/** What an answer that is no success says, in its body or without one. */
export function answerOf(status: number, headers: IncomingHttpHeaders, body: string): S3Answer {
  const said = (name: string) => unescaped(new RegExp(`<${name}>([^<]*)</${name}>`).exec(body)?.[1] ?? '');
  const code = said('Code');
  const region = headers['x-amz-bucket-region'] ?? (said('Region') || undefined);
  return {
    status,
    code: code === '' && /^\s*<(!doctype html|html)/i.test(body) ? 'NotS3' : code,
    message: said('Message'),
    retryAfter: headers['retry-after'],
    date: headers.date,
    // It is shown within a command: nothing but a name gets there.
    region: typeof region === 'string' && /^[a-z0-9-]{1,40}$/.test(region) ? region : undefined,
  };
}
