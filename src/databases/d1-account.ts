import type {Cloudflare} from 'cloudflare';
import {z} from 'zod';
import type {HostLimit} from '../core/event.ts';
import {Fault} from '../core/failure.ts';
import {OperatorError} from '../core/operator-error.ts';
import {faultOfClient, leftOf, openClient} from './d1-client.ts';
import {faultOfD1} from './d1-faults.ts';
import {type PaceAnswer, RequestPace} from './request-pace.ts';

export interface D1AccountOptions {
  readonly accountId: string;
  readonly token: string;
  /** Another address of the API, for a server of one's own. */
  readonly baseUrl?: string;
  /** Requests a second at most. Cloudflare allows 1,200 in five minutes to a user, all tokens and programs together. */
  readonly perSecond?: number;
  /** How long an answer is waited for. */
  readonly requestMs?: number;
  readonly now: () => number;
}

const cloudflareHost = 'api.cloudflare.com';
const defaultPerSecond = 3;
/** D1 ends a request after 30 s: a little more, so that its own word comes first. */
const defaultRequestMs = 35_000;

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
  errors: z.array(z.object({code: z.number(), message: z.string()})).nullish(),
  result: z.unknown(),
});

/**
 * One Cloudflare account, asked through Cloudflare's own client: every request of this process to any of its databases
 * waits for its turn here. Nothing is tried twice: whoever asks knows whether that is safe.
 */
export class D1Account {
  readonly host: string;
  readonly #options: D1AccountOptions;
  readonly #requestMs: number;
  readonly #pace: RequestPace;
  #client: Promise<Cloudflare> | null = null;

  constructor(options: D1AccountOptions) {
    const {accountId, perSecond = defaultPerSecond, requestMs = defaultRequestMs, now} = options;
    this.#options = options;
    this.#requestMs = requestMs;
    this.host = `D1 of account ${accountId.slice(0, 8)}`;
    this.#pace = new RequestPace({host: this.host, perSecond, now});
  }

  get id(): string {
    const {accountId, baseUrl} = this.#options;
    const host = baseUrl === undefined ? cloudflareHost : new URL(baseUrl).host;
    // Another address is another account, whatever it calls itself.
    return host === cloudflareHost ? accountId : `${accountId}@${host}`;
  }

  traffic(): HostLimit {
    return this.#pace.limit();
  }

  /** The result in the envelope; whatever else comes is thrown as a Fault. */
  async request(request: D1Request): Promise<unknown> {
    const {signal, isWrite = false} = request;
    const {token, baseUrl, now} = this.#options;
    this.#client ??= openClient({token, baseUrl, requestMs: this.#requestMs});
    const client = await this.#client;
    await this.#pace.acquire(signal);
    let answer: PaceAnswer = {kind: 'none'};
    try {
      const {result, left} = await this.#send(client, request);
      answer = {kind: 'ok', left};
      return result;
    } catch (error) {
      if (!isWrite && signal?.aborted === true) throw signal.reason;
      const fault = faultOfClient(error, this.host, {requestMs: this.#requestMs, now});
      answer = paceOf(fault);
      throw isWrite ? fault : settled(fault);
    } finally {
      this.#pace.done(answer);
    }
  }

  async #send(client: Cloudflare, {method, path, body, query, signal, isWrite = false}: D1Request) {
    const timeout = AbortSignal.timeout(this.#requestMs);
    const {data, response} = await client[method]<unknown>(`/accounts/${this.#options.accountId}/${path}`, {
      ...(body === undefined ? {} : {body: body()}),
      ...(query === undefined ? {} : {query}),
      // Its own time-out does not cover the body of the answer; a signal does.
      signal: signal === undefined || isWrite ? timeout : AbortSignal.any([signal, timeout]),
    }).withResponse();
    const {success, errors, result} = envelope.parse(data);
    if (success) return {result, left: leftOf(response.headers)};
    const {code, message} = errors?.[0] ?? {code: 0, message: 'success is false, without a reason'};
    throw faultOfD1({status: response.status, code, message, retryAfterMs: undefined}, this.host);
  }
}

function paceOf({kind, retryAfterMs = 0}: Fault): PaceAnswer {
  return kind === 'rate-limited' || kind === 'timeout'
    ? {kind: 'pushback', cause: kind, waitMs: retryAfterMs}
    : {kind: 'none'};
}

/** A read leaves nothing open: it is simply asked again. */
function settled(fault: Fault): Fault {
  const {kind, message, host, retryAfterMs, cause, isUnsettled} = fault;
  if (!isUnsettled) return fault;
  return new Fault(kind, message, {
    cause,
    ...(host === undefined ? {} : {host}),
    ...(retryAfterMs === undefined ? {} : {retryAfterMs}),
  });
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
