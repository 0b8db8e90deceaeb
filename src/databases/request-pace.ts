import type {HostLimit} from '../core/event.ts';

/**
 * Lets requests to one account through: at most so many in any second, none before a 429's time is over, fewer while
 * the service says that little is left or that it is overloaded. In the order in which they were asked for; whoever
 * waits can give up. Left out: other programs and machines that use the account, of which only the service knows.
 */

const windowMs = 1_000;
const maxInFlight = 4;
/** What a service says is left is spread over the time until it is renewed from here on. */
const fewLeft = 60;
/** After push-back the pace is halved, and rises again by a step for every so many good answers. */
const slowest = 0.25;
const answersPerStep = 5;

export type PaceAnswer =
  | {readonly kind: 'ok'; readonly left?: {readonly requests: number; readonly seconds: number}}
  | {readonly kind: 'pushback'; readonly cause: string; readonly waitMs?: number};

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
  #recent: number[] = [];
  #requests = 0;
  #firstAt: number | null = null;
  #inFlight = 0;
  #waitsUntil = 0;
  #perSecond: number;
  #good = 0;
  #reason: string;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: PaceOptions) {
    this.#options = options;
    this.#perSecond = options.perSecond;
    this.#reason = 'limit of the account';
  }

  /** Resolves when a request may begin; `done` has to follow. Rejects with the signal's reason where that comes first. */
  acquire(signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const abort = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(signal?.reason);
      };
      const waiting: Waiter = {
        grant: () => {
          signal?.removeEventListener('abort', abort);
          resolve();
        },
      };
      signal?.addEventListener('abort', abort, {once: true});
      this.#waiting.push(waiting);
      this.#drain();
    });
  }

  done(answer: PaceAnswer): void {
    this.#inFlight--;
    if (answer.kind === 'pushback') this.#slowDown(answer.cause, answer.waitMs);
    else this.#recover(answer.left);
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

  #slowDown(cause: string, waitMs = 0): void {
    this.#good = 0;
    this.#reason = cause;
    this.#perSecond = Math.max(slowest, this.#perSecond / 2);
    this.#waitsUntil = Math.max(this.#waitsUntil, this.#options.now() + waitMs);
  }

  #recover(left: {readonly requests: number; readonly seconds: number} | undefined): void {
    if (left !== undefined && left.requests < fewLeft && left.seconds > 0) {
      const spread = left.requests / left.seconds;
      if (spread < this.#perSecond) {
        this.#perSecond = Math.max(slowest, spread);
        this.#reason = `the service says that ${left.requests} requests are left for ${left.seconds} s`;
        if (left.requests === 0) this.#waitsUntil = this.#options.now() + left.seconds * 1_000;
        this.#good = 0;
        return;
      }
    }
    const {perSecond} = this.#options;
    if (this.#perSecond >= perSecond || ++this.#good < answersPerStep) return;
    this.#good = 0;
    this.#perSecond = Math.min(perSecond, this.#perSecond * 1.5);
    this.#reason = this.#perSecond === perSecond ? 'limit of the account' : 'rising';
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
      this.#recent.push(this.#options.now());
      this.#inFlight++;
      this.#requests++;
      this.#firstAt ??= this.#options.now();
      this.#waiting.shift()?.grant();
    }
  }

  /** Until the next request may begin: any second sees at most so many beginnings; below one a second they are spread. */
  #waitMs(): number {
    const now = this.#options.now();
    const window = this.#perSecond < 1 ? windowMs / this.#perSecond : windowMs;
    const allowed = Math.max(1, Math.floor(this.#perSecond));
    this.#recent = this.#recent.filter(at => at > now - window);
    const oldest = this.#recent.at(-allowed);
    const pause = oldest === undefined ? 0 : oldest + window - now + 1;
    return Math.max(pause, this.#waitsUntil - now);
  }
}
