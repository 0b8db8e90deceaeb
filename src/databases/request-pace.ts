import type {HostLimit} from '../core/event.ts';

/**
 * Lets requests to one account through: at most so many in any second, none before a 429's time is over, fewer while
 * the service says that little is left or that it is overloaded. In the order in which they were asked for; whoever
 * waits can give up. Left out: other programs and machines that use the account, of which only the service knows.
 */

const windowMs = 1_000;
/** Requests differ by this on their way: with a second alone, the service saw four in one of its own. */
const onTheWayMs = 100;
const maxInFlight = 4;
/** What a service says is left is spread over the time until it is renewed from here on. */
const fewLeft = 60;
/** After push-back the pace is halved, and rises again by a step for every so many good answers. */
const slowest = 0.25;
const answersPerStep = 5;
const step = 1.5;
/** An account is blocked for five minutes at most; a timer can't wait for ever. */
const longestWaitMs = 600_000;

/** So many requests are left for so many seconds. */
export interface RequestsLeft {
  readonly requests: number;
  readonly seconds: number;
}

export type PaceAnswer =
  | {readonly kind: 'ok'; readonly left: RequestsLeft | null}
  | {readonly kind: 'pushback'; readonly cause: string; readonly waitMs: number}
  /** It says nothing of the pace: it was given up, or broke, or was refused for what it asked. */
  | {readonly kind: 'none'};

export interface PaceOptions {
  readonly host: string;
  readonly perSecond: number;
  readonly now: () => number;
}

interface Waiter {
  readonly grant: () => void;
}

export class RequestPace {
  readonly #options: PaceOptions;
  readonly #waiting: Waiter[] = [];
  /** When the requests of the last second began. */
  #recent: readonly number[] = [];
  #requests = 0;
  #firstAt: number | null = null;
  #inFlight = 0;
  #waitsUntil = 0;
  #perSecond: number;
  #good = 0;
  #reason = 'limit of the account';
  #timer: NodeJS.Timeout | null = null;

  constructor(options: PaceOptions) {
    this.#options = options;
    this.#perSecond = options.perSecond;
  }

  /** Resolves when a request may begin; `done` has to follow. Rejects with the signal's reason where that comes first. */
  acquire(signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(signal?.reason);
        this.#drain();
      };
      const waiting: Waiter = {
        grant: () => {
          signal?.removeEventListener('abort', giveUp);
          resolve();
        },
      };
      signal?.addEventListener('abort', giveUp, {once: true});
      this.#waiting.push(waiting);
      this.#drain();
    });
  }

  done(answer: PaceAnswer): void {
    this.#inFlight--;
    if (answer.kind === 'pushback') this.#slowDown(answer.cause, answer.waitMs);
    if (answer.kind === 'ok' && !this.#spread(answer.left)) this.#recover();
    this.#drain();
  }

  limit(): HostLimit {
    const {host, now} = this.#options;
    return {
      host,
      limit: maxInFlight,
      inFlight: this.#inFlight,
      reason: this.#reason,
      waitsUntil: this.#waitsUntil > now() ? this.#waitsUntil : null,
      requests: this.#requests,
      firstAt: this.#firstAt,
      perSecond: this.#perSecond,
    };
  }

  #slowDown(cause: string, waitMs: number): void {
    this.#lower(this.#perSecond / 2, cause);
    this.#waitFor(waitMs);
  }

  /** True where what is left asks for a slower pace than the present one. */
  #spread(left: RequestsLeft | null): boolean {
    if (left === null || left.requests >= fewLeft || left.seconds <= 0) return false;
    const {requests, seconds} = left;
    if (requests / seconds >= this.#perSecond) return false;
    this.#lower(requests / seconds, `the service says that ${requests} requests are left for ${seconds} s`);
    if (requests === 0) this.#waitFor(seconds * 1_000);
    return true;
  }

  #recover(): void {
    const {perSecond} = this.#options;
    if (this.#perSecond >= perSecond || ++this.#good < answersPerStep) return;
    this.#good = 0;
    this.#perSecond = Math.min(perSecond, this.#perSecond * step);
    this.#reason = this.#perSecond === perSecond ? 'limit of the account' : 'rising';
  }

  #lower(perSecond: number, reason: string): void {
    this.#good = 0;
    this.#reason = reason;
    this.#perSecond = Math.max(Math.min(slowest, this.#options.perSecond), perSecond);
  }

  #waitFor(ms: number): void {
    this.#waitsUntil = Math.max(this.#waitsUntil, this.#options.now() + Math.min(ms, longestWaitMs));
  }

  #drain(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    while (this.#waiting.length > 0 && this.#inFlight < maxInFlight) {
      const waitMs = this.#waitMs();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.#drain(), waitMs);
        return;
      }
      const now = this.#options.now();
      this.#recent = [...this.#recent, now];
      this.#inFlight++;
      this.#requests++;
      this.#firstAt ??= now;
      this.#waiting.shift()?.grant();
    }
  }

  /** Until the next request may begin: no second sees more beginnings than that; below one a second they are spread. */
  #waitMs(): number {
    const now = this.#options.now();
    const window = this.#perSecond < 1 ? windowMs / this.#perSecond : windowMs + onTheWayMs;
    const allowed = Math.max(1, Math.floor(this.#perSecond));
    // A clock that was set back would leave beginnings in the future.
    this.#recent = this.#recent.map(at => Math.min(at, now)).filter(at => at >= now - window);
    const oldest = this.#recent.at(-allowed);
    const pause = oldest === undefined ? 0 : oldest + window - now + 1;
    return Math.max(pause, this.#waitsUntil - now);
  }
}
