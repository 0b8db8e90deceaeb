import {setTimeout as sleep} from 'node:timers/promises';
import {answered, type Concurrency, nudged, startConcurrency} from '../core/concurrency.ts';
import type {HostLimit} from '../core/event.ts';
import {Fault} from '../core/failure.ts';

/** Requests up to this size are compared by latency; for larger ones it says more about the size than about the host. */
const smallBytes = 64 * 1024;
/** A burst of `--rate`: so many seconds' worth may start at once. */
const burstSeconds = 0.05;

/** Items a second that `-` leaves at least. */
const leastRate = 0.1;

interface Waiter {
  readonly grant: () => void;
  readonly reject: (reason: unknown) => void;
  readonly signal: AbortSignal;
}

interface HostState {
  concurrency: Concurrency;
  inFlight: number;
  requests: number;
  firstAt: number | null;
  waitsUntil: number;
  readonly queue: Waiter[];
}

export interface LimiterOptions {
  readonly start: number;
  readonly max: number;
  readonly rate: number | null;
  readonly now: () => number;
}

/** A place for one request to a host; `done` gives it back and tells the limiter how the host answered. */
export interface Slot {
  done(answer: {readonly bytes: number} | {readonly error: unknown}): void;
}

/**
 * Grants places to requests, host by host: at most the host's present limit at once, none before the time that a 429
 * asked for, and over all hosts no more than `rate` a second. Waiting ends at once when the signal is aborted.
 */
export class Limiter {
  readonly #options: LimiterOptions;
  readonly #hosts = new Map<string, HostState>();
  #rate: number | null;
  #tokens = 1;
  #refilledAt: number;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: LimiterOptions) {
    this.#options = options;
    this.#rate = options.rate;
    this.#refilledAt = options.now();
  }

  acquire(host: string, signal: AbortSignal): Promise<Slot> {
    if (signal.aborted) return Promise.reject(signal.reason);
    const state = this.#state(host);
    if (state.queue.length === 0 && this.#take(state)) return Promise.resolve(this.#slot(state));
    return new Promise((resolve, reject) => {
      const abort = () => {
        state.queue.splice(state.queue.indexOf(waiter), 1);
        reject(signal.reason);
      };
      const waiter: Waiter = {
        signal,
        reject,
        grant: () => {
          signal.removeEventListener('abort', abort);
          resolve(this.#slot(state));
        },
      };
      signal.addEventListener('abort', abort, {once: true});
      state.queue.push(waiter);
      this.#drain();
    });
  }

  /** Waits for its turn by the rate alone: for an item that needs no request. */
  async pace(signal: AbortSignal): Promise<void> {
    while (this.#rate !== null) {
      this.#refill(this.#options.now(), this.#rate);
      if (this.#tokens >= 1) {
        this.#tokens--;
        return;
      }
      await sleep(Math.max(1, this.#tokenWaitMs()), undefined, {signal});
    }
  }

  /** The operator's `+` and `-`: more or fewer requests at once to every host, and where there is a rate, that by a quarter. */
  nudge(by: number): void {
    if (this.#rate !== null) this.#rate = Math.max(leastRate, this.#rate * (by > 0 ? 1.25 : 0.8));
    for (const state of this.#hosts.values()) state.concurrency = nudged(state.concurrency, by);
    this.#drain();
  }

  /** Items a second at most; null is as fast as the hosts allow. */
  get rate(): number | null {
    return this.#rate;
  }

  setRate(rate: number | null): void {
    this.#rate = rate;
    this.#drain();
  }

  limits(): readonly HostLimit[] {
    return [...this.#hosts].map(([host, {concurrency, inFlight, requests, firstAt, waitsUntil}]) => ({
      host,
      limit: concurrency.limit,
      inFlight,
      requests,
      firstAt,
      perSecond: this.#rate,
      reason: concurrency.reason,
      waitsUntil: waitsUntil > this.#options.now() ? waitsUntil : null,
    }));
  }

  #state(host: string): HostState {
    const known = this.#hosts.get(host);
    if (known !== undefined) return known;
    const {start, max} = this.#options;
    const fresh: HostState = {
      concurrency: startConcurrency(start, max),
      inFlight: 0,
      requests: 0,
      firstAt: null,
      waitsUntil: 0,
      queue: [],
    };
    this.#hosts.set(host, fresh);
    return fresh;
  }

  #slot(state: HostState): Slot {
    const startedAt = this.#options.now();
    let open = true;
    return {
      done: answer => {
        if (!open) return;
        open = false;
        state.inFlight--;
        this.#learn(state, startedAt, answer);
        this.#drain();
      },
    };
  }

  #learn(
    state: HostState,
    startedAt: number,
    answer: {readonly bytes: number} | {readonly error: unknown},
  ): void {
    const at = this.#options.now();
    if ('bytes' in answer) {
      const latencyMs = answer.bytes <= smallBytes ? at - startedAt : null;
      state.concurrency = answered(state.concurrency, {kind: 'ok', at, latencyMs});
      return;
    }
    const {error} = answer;
    if (!(error instanceof Fault)) return;
    if (error.retryAfterMs !== undefined)
      state.waitsUntil = Math.max(state.waitsUntil, at + error.retryAfterMs);
    if (error.kind === 'rate-limited' || error.kind === 'server-error' || error.kind === 'timeout')
      state.concurrency = answered(state.concurrency, {kind: 'pushback', at, cause: error.kind});
  }

  #drain(): void {
    for (const state of this.#hosts.values()) {
      while (state.queue.length > 0 && this.#take(state)) state.queue.shift()?.grant();
    }
    this.#wakeLater();
  }

  #take(state: HostState): boolean {
    const now = this.#options.now();
    if (state.inFlight >= state.concurrency.limit || now < state.waitsUntil) return false;
    if (this.#rate !== null) {
      this.#refill(now, this.#rate);
      if (this.#tokens < 1) return false;
      this.#tokens--;
    }
    state.inFlight++;
    state.requests++;
    state.firstAt ??= now;
    return true;
  }

  #refill(now: number, rate: number): void {
    const burst = Math.max(1, rate * burstSeconds);
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#refilledAt) / 1_000) * rate);
    this.#refilledAt = now;
  }

  /** Whoever waits for time, and not for a place, is looked at again then. */
  #wakeLater(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const now = this.#options.now();
    const waits = [...this.#hosts.values()]
      .filter(({queue, inFlight, concurrency}) => queue.length > 0 && inFlight < concurrency.limit)
      .map(({waitsUntil}) => Math.max(waitsUntil - now, this.#tokenWaitMs()));
    if (waits.length === 0) return;
    this.#timer = setTimeout(() => this.#drain(), Math.max(1, Math.min(...waits)));
  }

  #tokenWaitMs(): number {
    return this.#rate === null || this.#tokens >= 1
      ? 0
      : Math.ceil(((1 - this.#tokens) / this.#rate) * 1_000);
  }
}
