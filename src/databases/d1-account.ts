import type {Cloudflare} from 'cloudflare';
import {z} from 'zod';
import type {HostLimit} from '../core/event.ts';
import {Fault} from '../core/failure.ts';
import {OperatorError} from '../core/operator-error.ts';
import {faultOfD1} from './d1-faults.ts';
import {RequestPace} from './request-pace.ts';

export interface D1AccountOptions {
  readonly accountId: string;
  readonly token: string;
  /** Another address of the API, for a server of one's own. */
  readonly baseUrl?: string;
  /** Requests a second at most. Cloudflare allows 1,200 in five minutes to a user, all tokens and programs together. */
  readonly perSecond?: number;
  readonly now: () => number;
}

const defaultPerSecond = 3;
/** D1 ends a request after 30 s: a little more, so that its own word comes first. */
const requestMs = 35_000;

export interface D1Request {
  readonly method: 'get' | 'post';
  /** Below the account: d1/database/… */
  readonly path: string;
  /** Made when it is its turn: what has come together by then goes along. */
  readonly body?: () => unknown;
  readonly query?: Readonly<Record<string, string>>;
  /** Whether an answer that is lost leaves it open what was done. */
  readonly isWrite?: boolean;
  /** Ends waiting for a turn; a read is given up by it as well. */
  readonly signal?: AbortSignal;
}

const envelope = z.object({
  success: z.boolean(),
  errors: z.array(z.object({code: z.number(), message: z.string()})).default([]),
  result: z.unknown(),
});

/**
 * One Cloudflare account, asked through Cloudflare's own client: every request of this process to any of its databases
 * waits for its turn here. The client's retries are off: after a write that may have been carried out, only the mark
 * knows.
 */
export class D1Account {
  readonly host: string;
  readonly #options: D1AccountOptions;
  readonly #pace: RequestPace;
  #client: Promise<Cloudflare> | null = null;

  constructor(options: D1AccountOptions) {
    this.#options = options;
    this.host = `D1 of account ${options.accountId.slice(0, 8)}`;
    this.#pace = new RequestPace({
      host: this.host,
      perSecond: options.perSecond ?? defaultPerSecond,
      now: options.now,
    });
  }

  get id(): string {
    return this.#options.accountId;
  }

  traffic(): HostLimit {
    return this.#pace.limit();
  }

  /** The result in the envelope; whatever else comes is thrown as a Fault. */
  async request(request: D1Request): Promise<unknown> {
    const client = await this.#open();
    await this.#pace.acquire(request.signal);
    try {
      const {result, left} = await this.#send(client, request);
      this.#pace.done({kind: 'ok', ...(left === null ? {} : {left})});
      return result;
    } catch (error) {
      if (request.isWrite !== true && request.signal?.aborted === true) {
        this.#pace.done({kind: 'ok'});
        throw request.signal.reason;
      }
      const fault = this.#faultOf(error, request.isWrite ?? false);
      const isPushback = fault.kind === 'rate-limited' || fault.kind === 'timeout';
      this.#pace.done(
        isPushback
          ? {
              kind: 'pushback',
              cause: fault.kind,
              ...(fault.retryAfterMs === undefined ? {} : {waitMs: fault.retryAfterMs}),
            }
          : {kind: 'ok'},
      );
      throw fault;
    }
  }

  async #send(client: Cloudflare, {method, path, body, query, signal, isWrite = false}: D1Request) {
    const timeout = AbortSignal.timeout(requestMs);
    const {data, response} = await client[method]<unknown>(`/accounts/${this.#options.accountId}/${path}`, {
      ...(body === undefined ? {} : {body: body()}),
      ...(query === undefined ? {} : {query}),
      // Its own time-out does not cover the body of the answer; a signal does.
      signal: signal === undefined || isWrite ? timeout : AbortSignal.any([signal, timeout]),
    }).withResponse();
    const {success, errors, result} = envelope.parse(data);
    const [error] = errors;
    if (!success)
      throw faultOfD1(
        {
          status: response.status,
          code: error?.code ?? 0,
          message: error?.message ?? 'success is false',
          retryAfterMs: undefined,
        },
        this.host,
      );
    return {result, left: leftOf(response.headers)};
  }

  /** Loading the client takes about 300 ms, so only who needs it does. */
  #open(): Promise<Cloudflare> {
    const {token, baseUrl} = this.#options;
    this.#client ??= import('cloudflare').then(
      ({Cloudflare: Client}) =>
        new Client({
          apiToken: token,
          ...(baseUrl === undefined ? {} : {baseURL: baseUrl}),
          maxRetries: 0,
          timeout: requestMs,
          logLevel: 'off',
        }),
    );
    return this.#client;
  }

  #faultOf(error: unknown, isWrite: boolean): Fault {
    const fault = error instanceof Fault ? error : this.#explain(error);
    if (isWrite || !fault.isUnsettled) return fault;
    const {retryAfterMs} = fault;
    return new Fault(fault.kind, fault.message, {
      host: this.host,
      cause: error,
      ...(retryAfterMs === undefined ? {} : {retryAfterMs}),
    });
  }

  #explain(error: unknown): Fault {
    const details = {host: this.host, isUnsettled: true, cause: error};
    if (!(error instanceof Error)) return new Fault('server-error', `D1: ${String(error)}`, details);
    const answer = apiError.safeParse(error);
    if (answer.success) {
      const {status, errors, headers} = answer.data;
      const [first] = errors;
      return faultOfD1(
        {
          status,
          code: first?.code ?? 0,
          message: first?.message ?? error.message.slice(0, 200),
          retryAfterMs: retryAfterOf(headers),
        },
        this.host,
      );
    }
    if (error.name === 'TimeoutError' || /timed? ?out|aborted/i.test(error.message))
      return new Fault('timeout', `D1: no answer within ${requestMs / 1_000} s`, details);
    if (error instanceof z.ZodError || error instanceof SyntaxError)
      return new Fault('server-error', 'D1: the answer is not of the form that the API documents', details);
    const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
    return new Fault('connection', `D1: ${error.message}${cause}`, details);
  }
}

const apiError = z.object({
  status: z.number(),
  headers: z.instanceof(Headers),
  errors: z.array(z.object({code: z.number(), message: z.string()})).catch([]),
});

function retryAfterOf(headers: Headers): number | undefined {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  if (Number.isFinite(seconds)) return seconds * 1_000;
  return leftOf(headers)?.requests === 0 ? (leftOf(headers)?.seconds ?? 0) * 1_000 : undefined;
}

/** `Ratelimit: "default";r=50;t=30`: so many requests are left for so many seconds. */
function leftOf(headers: Headers): {readonly requests: number; readonly seconds: number} | null {
  const [, requests, seconds] = /\br=(\d+)\b.*?\bt=(\d+)\b/.exec(headers.get('ratelimit') ?? '') ?? [];
  return requests === undefined || seconds === undefined
    ? null
    : {requests: Number(requests), seconds: Number(seconds)};
}

/** What CLOUDFLARE_API_TOKEN and its like say; all that is missing is named at once. */
export function accountFromEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  account: string | undefined,
  target: string,
): Pick<D1AccountOptions, 'accountId' | 'token' | 'baseUrl'> {
  const token = environment['CLOUDFLARE_API_TOKEN'] ?? '';
  const accountId = account ?? environment['CLOUDFLARE_ACCOUNT_ID'] ?? '';
  const baseUrl = environment['CLOUDFLARE_BASE_URL'];
  const missing = [
    ...(token === '' ? ['CLOUDFLARE_API_TOKEN'] : []),
    ...(accountId === '' ? ['CLOUDFLARE_ACCOUNT_ID'] : []),
  ];
  if (missing.length > 0)
    throw new OperatorError(
      'auth',
      `target ${target}: ${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not set`,
      'Make an API token with D1: Edit at dash.cloudflare.com/profile/api-tokens; the account id is on the overview of Workers & Pages. Set both in the environment.',
    );
  return {accountId, token, ...(baseUrl === undefined || baseUrl === '' ? {} : {baseUrl})};
}
