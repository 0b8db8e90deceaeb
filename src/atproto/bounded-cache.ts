interface Kept<Value> {
  readonly value: Value;
  readonly until: number;
}

export interface CacheOptions {
  readonly most: number;
  readonly now: () => number;
}

/** Remembers so many values, each for its time. The one that was asked for longest ago makes room. */
export class BoundedCache<Value> {
  /** Maps keep the order in which keys were set. */
  readonly #kept = new Map<string, Kept<Value>>();
  readonly #options: CacheOptions;

  constructor(options: CacheOptions) {
    this.#options = options;
  }

  get(key: string): Value | undefined {
    const kept = this.#kept.get(key);
    if (kept === undefined) return undefined;
    this.#kept.delete(key);
    if (kept.until <= this.#options.now()) return undefined;
    this.#kept.set(key, kept);
    return kept.value;
  }

  set(key: string, value: Value, freshMs: number): void {
    this.#kept.delete(key);
    this.#kept.set(key, {value, until: this.#options.now() + freshMs});
    if (this.#kept.size <= this.#options.most) return;
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined) this.#kept.delete(oldest);
  }
}
