/**
 * A uniform random sample of a stream whose length nobody knows: at every moment, each item that was offered is in it as
 * likely as the others. It keeps `size` items at most, and never looks back.
 */
export class Reservoir<T> {
  readonly #size: number;
  readonly #random: () => number;
  readonly #kept: T[] = [];
  #offered = 0;

  /** `random` gives at least 0, and less than 1. */
  constructor(size: number, random: () => number) {
    this.#size = size;
    this.#random = random;
  }

  get offered(): number {
    return this.#offered;
  }

  /** In no order that means anything. */
  get kept(): readonly T[] {
    return this.#kept;
  }

  offer(item: T): void {
    this.#offered++;
    if (this.#kept.length < this.#size) {
      this.#kept.push(item);
      return;
    }
    const place = Math.floor(this.#random() * this.#offered);
    if (place < this.#size) this.#kept[place] = item;
  }
}
