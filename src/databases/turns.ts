/** Lets one after the other in, in the order in which they came. Whoever waits for a turn can give up. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  async take<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    const before = this.#last;
    const {promise: mine, resolve: leave} = Promise.withResolvers<void>();
    this.#last = before.then(() => mine);
    try {
      await turn(before, signal);
      return await work();
    } finally {
      leave();
    }
  }

  /** All that took a turn have left. */
  settled(): Promise<void> {
    return this.#last;
  }
}

function turn(before: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return before;
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason);
    signal.addEventListener('abort', giveUp, {once: true});
    void before.then(() => {
      signal.removeEventListener('abort', giveUp);
      resolve();
    });
  });
}
