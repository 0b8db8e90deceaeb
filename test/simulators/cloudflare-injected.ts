import type {CloudflareFault} from './cloudflare-faults.ts';
import type {Operation} from './cloudflare-requests.ts';

export interface FaultLimits {
  /** How many requests it takes; 1 where nothing is said, Infinity for all. */
  readonly times?: number;
  /** How many that it could take it lets pass first. */
  readonly skip?: number;
  /** Of those behind them, it takes each so manieth; 1 where nothing is said. */
  readonly every?: number;
  readonly operation?: Operation;
  /** Tried on the request's body, which is JSON. */
  readonly matches?: RegExp;
}

/** A fault that was injected, as a test holds it. */
export interface InjectedFault {
  /** How many requests it has taken. */
  readonly fired: number;
  /** Lets held requests land, in their order; answers with the status that each got from the database. */
  release(): Promise<readonly number[]>;
  /** Takes no more requests; those held can still be released. */
  lift(): void;
}

export class Injected implements InjectedFault {
  readonly fault: CloudflareFault;
  fired = 0;
  readonly #limits: FaultLimits;
  readonly #held: (() => Promise<number>)[] = [];
  #left: number;
  #skip: number;
  #passed = 0;

  constructor(fault: CloudflareFault, limits: FaultLimits) {
    this.fault = fault;
    this.#limits = limits;
    this.#left = limits.times ?? 1;
    this.#skip = limits.skip ?? 0;
  }

  /** Whether it takes this request; asked once for each. */
  takes(operation: Operation, body: string): boolean {
    if (this.#left <= 0) return false;
    if (this.#limits.operation !== undefined && this.#limits.operation !== operation) return false;
    if (this.#limits.matches !== undefined && body.search(this.#limits.matches) === -1) return false;
    if (this.#skip > 0) {
      this.#skip--;
      return false;
    }
    this.#passed++;
    if (this.#passed % (this.#limits.every ?? 1) !== 0) return false;
    this.#left--;
    this.fired++;
    return true;
  }

  hold(land: () => Promise<number>): void {
    this.#held.push(land);
  }

  async release(): Promise<readonly number[]> {
    const statuses: number[] = [];
    for (const land of this.#held.splice(0)) statuses.push(await land());
    return statuses;
  }

  lift(): void {
    this.#left = 0;
  }

  /** What is held never lands. */
  forget(): void {
    this.lift();
    this.#held.length = 0;
  }
}
