import type {HostLimit, HostNews} from '../core/event.ts';
import {Fault, type FaultData} from '../core/failure.ts';
import type {Limiter} from './limiter.ts';

/** Failures in a row after which a host is down. */
export const downAfter = 5;
/** How long a host that is down is left alone at first, and at most. */
const firstWaitMs = 2_000;
const longestWaitMs = 30_000;

/** The host is down: whatever wanted something of it waits until it is back. `isOwn`: the last failure was its own. */
export class HostDown extends Error {
  readonly host: string;
  readonly fault: FaultData;
  readonly isOwn: boolean;

  constructor(host: string, fault: FaultData, isOwn: boolean) {
    super(`${host} is down: ${fault.message}`);
    this.name = 'HostDown';
    this.host = host;
    this.fault = fault;
    this.isOwn = isOwn;
  }
}

export interface Down {
  readonly since: number;
  readonly fault: FaultData;
  readonly tries: number;
  /** When it is tried again. */
  readonly until: number;
}

interface Health {
  failures: number;
  down: Down | null;
  /** Of a host that is down: whether one request may go to it. */
  mayTry: boolean;
}

export interface HostsOptions {
  readonly limiter: Limiter;
  readonly halt: AbortSignal;
  readonly now: () => number;
  readonly emit: (news: HostNews) => void;
}

/**
 * Asks hosts within their limits, and knows which of them are down: after some failures in a row nothing more is asked of
 * a host, but for a trial from time to time. What makes it one: no connection, no answer in time, an error of its own.
 */
export class Hosts {
  readonly #options: HostsOptions;
  readonly #health = new Map<string, Health>();
  #waiting: (host: string) => number = () => 0;

  constructor(options: HostsOptions) {
    this.#options = options;
  }

  /** Runs a request in its place. Throws HostDown where nothing is asked of the host any more. */
  async placed<T>(host: string, request: () => Promise<T>): Promise<T> {
    this.#requireUp(host);
    const place = await this.#options.limiter.acquire(host, this.#options.halt);
    let isTrial = false;
    try {
      this.#requireUp(host);
      isTrial = this.#takeTrial(host);
      const answer = await request();
      place.done({bytes: Number.POSITIVE_INFINITY});
      this.#answered(host);
      return answer;
    } catch (error) {
      place.done({error});
      if (error instanceof Fault) this.#failed(host, error, isTrial);
      throw error;
    }
  }

  /** Why nothing is asked of a host; null where it is up, as far as is known. */
  down(host: string): Down | null {
    return this.#health.get(host)?.down ?? null;
  }

  /** Whoever knows how many wait for a host that is down. */
  countAside(waiting: (host: string) => number): void {
    this.#waiting = waiting;
  }

  limits(): readonly HostLimit[] {
    return this.#options.limiter.limits().map(limit => {
      const down = this.down(limit.host);
      if (down === null) return limit;
      const {since, until, fault} = down;
      return {...limit, aside: {waiting: this.#waiting(limit.host), since, until, fault}};
    });
  }

  /** One request is let through, and decides. */
  tryAgain(host: string): void {
    const health = this.#of(host);
    health.mayTry = health.down !== null;
  }

  #requireUp(host: string): void {
    const {down, mayTry} = this.#of(host);
    if (down !== null && !mayTry) throw new HostDown(host, down.fault, false);
  }

  #takeTrial(host: string): boolean {
    const health = this.#of(host);
    const isTrial = health.mayTry;
    health.mayTry = false;
    return isTrial;
  }

  #answered(host: string): void {
    const health = this.#of(host);
    health.failures = 0;
    if (health.down === null) return;
    const {since} = health.down;
    health.down = null;
    health.mayTry = false;
    this.#options.emit({type: 'host', host, state: 'up', since});
  }

  #failed(host: string, fault: Fault, isTrial: boolean): void {
    const health = this.#of(host);
    if (!isOfHost(fault)) {
      this.#answered(host);
      return;
    }
    health.failures++;
    const {now, emit} = this.#options;
    if (health.down === null && health.failures < downAfter) return;
    // Requests that were under way when it went down say nothing new.
    if (health.down !== null && !isTrial) throw new HostDown(host, fault, true);
    const tries = (health.down?.tries ?? -1) + 1;
    const waitMs = Math.min(longestWaitMs, firstWaitMs * 2 ** tries);
    const {kind, message} = fault;
    health.down = {
      since: health.down?.since ?? now(),
      fault: {kind, message},
      tries,
      until: now() + waitMs,
    };
    if (tries === 0) emit({type: 'host', host, state: 'down', since: health.down.since, fault});
    throw new HostDown(host, fault, true);
  }

  #of(host: string): Health {
    const known = this.#health.get(host);
    if (known !== undefined) return known;
    const fresh: Health = {failures: 0, down: null, mayTry: false};
    this.#health.set(host, fresh);
    return fresh;
  }
}

/** Any other fault is an answer: the host is there. */
export function isOfHost({kind}: Pick<FaultData, 'kind'>): boolean {
  return kind === 'connection' || kind === 'timeout' || kind === 'server-error';
}
