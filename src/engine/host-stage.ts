import type {FaultData} from '../core/failure.ts';
import {HostRing, type RingLimits} from './host-ring.ts';
import {HostDown, type Hosts} from './hosts.ts';

export interface StageOptions<T> {
  readonly hosts: Hosts;
  readonly limits: RingLimits;
  readonly now: () => number;
  /** Does the work for one. Rejects with HostDown where a host that it needs is down: it is done again when that is back. */
  readonly work: (one: T, host: string) => Promise<void>;
  /** Some are given up: their host is down for good, or goes down with this very one. */
  readonly giveUp: (ones: readonly T[], fault: FaultData, tries: number) => Promise<void>;
  /** One has to wait for a host that is down. */
  readonly setAside?: (host: string) => void;
  /** Something ended, so that more can begin. */
  readonly moved: () => void;
  /** An error of our own. */
  readonly failed: (error: unknown) => void;
}

/** How often a host may go down with one and the same, before that counts as broken itself. */
const mostDowns = 3;

interface Downs {
  readonly count: number;
  /** When the host went down last: it may be tried in vain many times before it is back. */
  readonly since: number | null;
}

/** Whatever it works on. */
export type Stage = Omit<HostStage<never>, 'add'>;

/**
 * One kind of work on many hosts, fairly and within limits. What waits for a host that is down is set aside, one of it is
 * tried from time to time, and it goes on where the host answers.
 */
export class HostStage<T> {
  readonly #options: StageOptions<T>;
  readonly #ring: HostRing<T>;
  readonly #aside = new Set<string>();
  readonly #downs = new Map<T, Downs>();
  #running = 0;

  constructor(options: StageOptions<T>) {
    this.#options = options;
    this.#ring = new HostRing(options.limits);
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#ring.waiting;
  }

  get aside(): number {
    return this.#ring.aside;
  }

  asideFor(host: string): number {
    return this.#aside.has(host) ? this.#ring.waitingFor(host) : 0;
  }

  /** A host has been down for so long, and nothing of it is being tried. */
  isDownFor(ms: number): boolean {
    return [...this.#aside].some(host => this.#hasBeenDown(host, ms));
  }

  add(host: string, one: T): void {
    this.#ring.add(host, one);
  }

  /** Begins as much as may be under way. */
  start(): void {
    const {hosts, now} = this.#options;
    for (const host of this.#aside) {
      const down = hosts.down(host);
      if (down === null) {
        this.#aside.delete(host);
        this.#ring.bringBack(host);
      } else if (down.until <= now()) {
        const one = this.#ring.tryAside(host);
        if (one === null) continue;
        hosts.tryAgain(host);
        void this.#do(one, host);
      }
    }
    for (let next = this.#ring.take(); next !== null; next = this.#ring.take())
      void this.#do(next.one, next.host);
  }

  /** When something that was set aside can be tried next, in milliseconds since the epoch; null where nothing can. */
  get nextTryAt(): number | null {
    const times = [...this.#aside].flatMap(host =>
      this.#ring.waitingFor(host) === 0 || this.#ring.inFlight(host) > 0
        ? []
        : (this.#options.hosts.down(host)?.until ?? []),
    );
    return times.length === 0 ? null : Math.min(...times);
  }

  /** Gives up what waits for hosts that have been down for so long. */
  async giveUpAfter(patienceMs: number): Promise<void> {
    const {hosts, giveUp} = this.#options;
    for (const host of [...this.#aside]) {
      const down = hosts.down(host);
      if (down === null || !this.#hasBeenDown(host, patienceMs)) continue;
      const ones = this.#ring.drop(host);
      this.#aside.delete(host);
      this.#ring.bringBack(host);
      await giveUp(ones, down.fault, down.tries + 1);
    }
  }

  #hasBeenDown(host: string, ms: number): boolean {
    const {hosts, now} = this.#options;
    const down = hosts.down(host);
    return down !== null && this.#ring.inFlight(host) === 0 && now() - down.since >= ms;
  }

  async #do(one: T, host: string): Promise<void> {
    const {work, moved, failed} = this.#options;
    this.#running++;
    try {
      await work(one, host).catch((error: unknown) => {
        if (!(error instanceof HostDown)) throw error;
        return this.#wait(one, error);
      });
    } catch (error) {
      failed(error);
    } finally {
      this.#running--;
      this.#ring.done(host);
      moved();
    }
  }

  /** The host need not be the one whose turn it was: what moved is looked for in the directory, which may be down. */
  async #wait(one: T, {host, fault, isOwn}: HostDown): Promise<void> {
    const {hosts, giveUp, setAside} = this.#options;
    this.#ring.setAside(host);
    this.#aside.add(host);
    const {count, since} = this.#downs.get(one) ?? {count: 0, since: null};
    const down = hosts.down(host);
    const isNew = isOwn && down !== null && down.since !== since;
    if (isNew && count + 1 >= mostDowns) {
      this.#downs.delete(one);
      await giveUp([one], fault, count + 1);
      return;
    }
    if (isNew) this.#downs.set(one, {count: count + 1, since: down.since});
    this.#ring.add(host, one);
    setAside?.(host);
  }
}
