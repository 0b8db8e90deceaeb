import {type Answer, errorAnswer} from './answer.ts';
import type {LimitSpec} from './spec.ts';

/** A limit as the reference PDS counts it: a window that opens with a request, and so many requests within it. */
export class Limit {
  readonly #spec: LimitSpec;
  readonly #now: () => number;
  #endsAt = 0;
  #used = 0;

  constructor(spec: LimitSpec, now: () => number) {
    this.#spec = spec;
    this.#now = now;
  }

  /** The headers of an answer, and null; or the refusal that stands in the answer's place. */
  take(): {readonly headers: Readonly<Record<string, string>>; readonly refusal: Answer | null} {
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
