/** A call of one item costs as much as one of many: what is asked for while a call is under way goes together in the next. */
export class Gathered<T, R> {
  readonly #call: (all: readonly T[]) => Promise<readonly R[]>;
  readonly #most: number;
  #waiting: Asked<T, R>[] = [];
  #calls = 0;

  /** `call` answers in order; `most` items go in one, unless one asks for more. */
  constructor(call: (all: readonly T[]) => Promise<readonly R[]>, most: number) {
    this.#call = call;
    this.#most = most;
  }

  ask(items: readonly T[]): Promise<readonly R[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({items, resolve, reject});
      if (this.#calls < callsAtOnce) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#calls++;
    // What is asked for in the same turn goes together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
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
    this.#calls--;
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

/** While one is answered, another is put together. */
const callsAtOnce = 2;

interface Asked<T, R> {
  readonly items: readonly T[];
  readonly resolve: (answers: readonly R[]) => void;
  readonly reject: (error: unknown) => void;
}
