import {setTimeout as sleep} from 'node:timers/promises';

/**
 * A call of a few items costs as much as one of many: what is asked for while a call is under way goes together in the
 * next, and a few wait a moment for others.
 */
export class Gathered<T, R> {
  readonly #call: (all: readonly T[]) => Promise<readonly R[]>;
  readonly #most: number;
  readonly #company: Company;
  #waiting: Asked<T, R>[] = [];
  #isWorking = false;

  /** `call` answers in order; `most` items go in one, unless one asks for more. */
  constructor(
    call: (all: readonly T[]) => Promise<readonly R[]>,
    {most, company}: {readonly most: number; readonly company: Company},
  ) {
    this.#call = call;
    this.#most = most;
    this.#company = company;
  }

  ask(items: readonly T[]): Promise<readonly R[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({items, resolve, reject});
      if (!this.#isWorking) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    // What is asked for in the same turn goes together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const items = this.#waiting.reduce((sum, asked) => sum + asked.items.length, 0);
      if (items < this.#company.least) await sleep(this.#company.waitMs);
      const group = this.#next();
      try {
        const answers = await this.#call(group.flatMap(({items}) => items));
        let from = 0;
        for (const {items, resolve} of group) {
          resolve(answers.slice(from, from + items.length));
          from += items.length;
        }
      } catch (error) {
        for (const {reject} of group) reject(error);
      }
    }
    this.#isWorking = false;
  }

  #next(): readonly Asked<T, R>[] {
    let count = 0;
    const end = this.#waiting.findIndex(({items}, index) => {
      count += items.length;
      return index > 0 && count > this.#most;
    });
    return this.#waiting.splice(0, end === -1 ? this.#waiting.length : end);
  }
}

/** Fewer than `least` wait so long for others. */
export interface Company {
  readonly least: number;
  readonly waitMs: number;
}

interface Asked<T, R> {
  readonly items: readonly T[];
  readonly resolve: (answers: readonly R[]) => void;
  readonly reject: (error: unknown) => void;
}
