import type {Cloudflare} from 'cloudflare';
import {z} from 'zod';
import {Fault} from '../core/failure.ts';
import {faultOfD1} from './d1-faults.ts';
import type {RequestsLeft} from './request-pace.ts';

/** Cloudflare's own client, set so that it does nothing by itself, and what it throws as failures. */

export interface ClientOptions {
  readonly token: string;
  readonly baseUrl: string | undefined;
  readonly requestMs: number;
}

/** Loading it takes about 300 ms, so only who needs it does. */
export async function openClient({token, baseUrl, requestMs}: ClientOptions): Promise<Cloudflare> {
  const {Cloudflare: Client} = await import('cloudflare');
  return new Client({
    apiToken: token,
    // Otherwise it sends along whatever other credentials the environment has, and Cloudflare may take those.
    apiKey: null,
    apiEmail: null,
    userServiceKey: null,
    ...(baseUrl === undefined ? {} : {baseURL: baseUrl}),
    // After a write that may have been carried out, only the mark knows.
    maxRetries: 0,
    timeout: requestMs,
    logLevel: 'off',
  });
}

const apiError = z.object({
  status: z.number(),
  headers: z.instanceof(Headers),
  errors: z.array(z.object({code: z.number(), message: z.string()})).catch([]),
});

/** What the client threw, as a failure of which nobody knows whether the request was carried out, but where that is sure. */
export function faultOfClient(error: unknown, host: string, {requestMs, now}: FaultOptions): Fault {
  if (error instanceof Fault) return error;
  const details = {host, isUnsettled: true, cause: error};
  if (!(error instanceof Error)) return new Fault('server-error', `D1: ${String(error)}`, details);
  const answer = apiError.safeParse(error);
  if (answer.success) {
    const {status, errors, headers} = answer.data;
    const [first] = errors;
    const {code, message} = first ?? {code: 0, message: withoutJson(error.message)};
    return faultOfD1({status, code, message, retryAfterMs: retryAfterOf(headers, now)}, host);
  }
  if (error.name === 'TimeoutError' || /timed? ?out|aborted/i.test(error.message))
    return new Fault('timeout', `D1: no answer within ${requestMs / 1_000} s`, details);
  if (error instanceof z.ZodError || error instanceof SyntaxError)
    return new Fault('server-error', 'D1: the answer is not of the form that the API documents', details);
  const {code, message} = rootOf(error);
  return new Fault('connection', `D1: ${message}`, {...details, isUnsettled: !neverSent.has(code)});
}

export interface FaultOptions {
  readonly requestMs: number;
  readonly now: () => number;
}

/** There was no connection over which a request could have gone. */
const neverSent: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** The client says only "Connection error."; what was wrong with it stands at the end of the chain of causes. */
function rootOf(error: Error): {readonly code: string; readonly message: string} {
  if (error.cause instanceof Error) return rootOf(error.cause);
  const code = 'code' in error ? String(error.code) : '';
  return {code, message: error.message === '' ? code : error.message};
}

/** The client's message is the status and the body: of a page for people, its title is enough. */
function withoutJson(message: string): string {
  const [, title] = /<title>([^<]*)<\/title>/i.exec(message) ?? [];
  return (title ?? message)
    .replace(/^\s*\d{3} /, '')
    .trim()
    .slice(0, 200);
}

/** Milliseconds that the service asks to wait: Retry-After as seconds or as a date, or the time until there is more. */
function retryAfterOf(headers: Headers, now: () => number): number | undefined {
  const said = headers.get('retry-after');
  if (said !== null && /^\d+(?:\.\d+)?$/.test(said)) return Number(said) * 1_000;
  const at = said === null ? Number.NaN : Date.parse(said);
  if (Number.isFinite(at)) return Math.max(0, at - now());
  const left = leftOf(headers);
  return left?.requests === 0 ? left.seconds * 1_000 : undefined;
}

/** `Ratelimit: "default";r=50;t=30`: so many requests are left for so many seconds. The scarcest, where there are several. */
export function leftOf(headers: Headers): RequestsLeft | null {
  const policies = (headers.get('ratelimit') ?? '').split(',').flatMap(policy => {
    const [, requests] = /;\s*r=(\d+)/.exec(policy) ?? [];
    const [, seconds] = /;\s*t=(\d+)/.exec(policy) ?? [];
    return requests === undefined || seconds === undefined
      ? []
      : [{requests: Number(requests), seconds: Number(seconds)}];
  });
  return policies.sort((a, b) => a.requests / a.seconds - b.requests / b.seconds)[0] ?? null;
}
