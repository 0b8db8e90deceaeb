import type {IncomingHttpHeaders} from 'node:http';
import {Fault} from '../core/failure.ts';
import {isUsedUp, waitMs} from './wait-headers.ts';

/** Hosts remembered at once: those whose time is over are forgotten first. */
const most = 1_000;

/**
 * Hosts that said with a good answer that they take no further request before a time. Whoever asks earlier is told at
 * once what the host would say, and it costs no request.
 */
export class HostWaits {
  readonly #until = new Map<string, number>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  hear(host: string, headers: IncomingHttpHeaders): void {
    if (!isUsedUp(headers)) return;
    const now = this.#now();
    if (this.#until.size >= most)
      for (const [other, until] of this.#until) if (until <= now) this.#until.delete(other);
    if (this.#until.size < most) this.#until.set(host, now + waitMs(headers, now));
  }

  requireRoom(host: string): void {
    const until = this.#until.get(host);
    if (until === undefined) return;
    const retryAfterMs = until - this.#now();
    if (retryAfterMs > 0)
      throw new Fault('rate-limited', `${host}: it has said that it takes no more requests for now`, {
        host,
        retryAfterMs,
      });
    this.#until.delete(host);
  }
}
