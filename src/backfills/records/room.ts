/** A place for what one host sends. */
export interface Held {
  /** So many bytes more have come. */
  add(bytes: number): void;
  free(): void;
}

/** Counted for each until it is known to be more. */
const least = 256 * 1024;

/**
 * How much of what hosts send is held in memory at once. How large a repository is shows only while it comes, so those
 * that are let in may be more than that in the end; nobody is let in while they are.
 */
export class Room {
  readonly #most: number;
  #held = 0;
  #waiting: (() => void)[] = [];

  constructor(mostBytes: number) {
    this.#most = mostBytes;
  }

  /** Waits until less than the most is held. */
  async enter(signal: AbortSignal): Promise<Held> {
    signal.throwIfAborted();
    while (this.#held >= this.#most) await this.#moved(signal);
    return this.#hold();
  }

  /** The same, but not for longer than so many milliseconds: null where nobody has left by then. */
  async enterWithin(ms: number, signal: AbortSignal): Promise<Held | null> {
    // Thousands a second enter where there is room: none of them leaves a timer behind.
    if (this.#held < this.#most) return this.enter(signal);
    try {
      return await this.enter(AbortSignal.any([signal, AbortSignal.timeout(ms)]));
    } catch (error) {
      if (signal.aborted) throw error;
      return null;
    }
  }

  #hold(): Held {
    let counted = least;
    let bytes = 0;
    this.#held += counted;
    return {
      add: more => {
        bytes += more;
        const growth = Math.max(0, bytes - counted);
        counted += growth;
        this.#held += growth;
      },
      free: () => {
        this.#held -= counted;
        counted = 0;
        const waiting = this.#waiting;
        this.#waiting = [];
        for (const go of waiting) go();
      },
    };
  }

  #moved(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = () => reject(signal.reason);
      signal.addEventListener('abort', abort, {once: true});
      this.#waiting.push(() => {
        signal.removeEventListener('abort', abort);
        resolve();
      });
    });
  }
}
