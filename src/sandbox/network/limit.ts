import {type Answer, errorAnswer} from './answer.ts';
import type {LimitSpec} from './spec.ts';

/** The limits of a server. The reference PDS counts getRepo apart: 6,000 in five minutes, beside 3,000 of all others. */
export class Limits {
  readonly #all: Limit;
  readonly #repositories: Limit;

  constructor(spec: LimitSpec, now: () => number) {
    const {repositories} = spec;
    this.#all = new Limit(spec, now);
    this.#repositories =
      repositories === undefined ? this.#all : new Limit({...spec, requests: repositories}, now);
  }

  take(method: string): Taken {
    return (method === 'com.atproto.sync.getRepo' ? this.#repositories : this.#all).take();
  }
}

/** The headers of an answer, and null; or the refusal that stands in the answer's place. */
interface Taken {
  readonly headers: Readonly<Record<string, string>>;
  readonly refusal: Answer | null;
}

/** A limit as the reference PDS counts it: a window that opens with a request, and so many requests within it. */
class Limit {
  readonly #spec: LimitSpec;
  readonly #now: () => number;
  #endsAt = 0;
  #used = 0;

  constructor(spec: LimitSpec, now: () => number) {
    this.#spec = spec;
    this.#now = now;
  }

  take(): Taken {
    const {requests, seconds} = this.#spec;
    const now = this.#now();
    if (now >= this.#endsAt) {
      this.#endsAt = now + seconds * 1_000;
      this.#used = 0;
    }
    this.#used++;
    const isBeyond = this.#used > requests;
    const headers = limitHeaders(this.#spec, {
      remaining: Math.max(0, requests - this.#used),
      endsAt: this.#endsAt,
      now,
      isBeyond,
    });
    return {headers, refusal: isBeyond ? tooMany(headers) : null};
  }
}

export function tooMany(headers: Readonly<Record<string, string>>): Answer {
  const answer = errorAnswer(429, 'RateLimitExceeded', 'Rate Limit Exceeded');
  return {...answer, headers: {...answer.headers, ...headers}};
}

interface Standing {
  readonly remaining: number;
  readonly endsAt: number;
  readonly now: number;
  readonly isBeyond: boolean;
}

/** The end of a window in Unix seconds, rounded down as the reference PDS does: up to a second too early. */
export function limitHeaders(
  {requests, seconds, announces}: LimitSpec,
  {remaining, endsAt, now, isBeyond}: Standing,
): Readonly<Record<string, string>> {
  const told = announces === 'ratelimit' || announces === 'both';
  const after = isBeyond && (announces === 'retry-after' || announces === 'both');
  return {
    ...(told && {
      'ratelimit-limit': String(requests),
      'ratelimit-remaining': String(remaining),
      'ratelimit-reset': String(Math.floor(endsAt / 1_000)),
      'ratelimit-policy': `${requests};w=${seconds}`,
    }),
    ...(after && {'retry-after': String(Math.ceil((endsAt - now) / 1_000))}),
  };
}
