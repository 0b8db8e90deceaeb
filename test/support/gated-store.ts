import type {ObjectStore} from '../../src/stores/object-store.ts';

const few = 5;

/** A store that lists five objects at a time, and stands still behind the first five while the gate is closed. */
export class GatedStore {
  #open: PromiseWithResolvers<void> | null = null;
  #reached = Promise.withResolvers<void>();

  /** A listing stands before the closed gate. */
  get reached(): Promise<void> {
    return this.#reached.promise;
  }

  close(): void {
    this.#open = Promise.withResolvers<void>();
    this.#reached = Promise.withResolvers<void>();
  }

  open(): void {
    this.#open?.resolve();
    this.#open = null;
  }

  readonly wrap = (store: ObjectStore): ObjectStore => {
    const pass = (signal: AbortSignal) => this.#pass(signal);
    return {
      ...store,
      async *list(listing) {
        let listed = 0;
        for await (const page of store.list(listing))
          for (let start = 0; start < page.length; start += few) {
            if (listed > 0) await pass(listing.signal);
            listed += few;
            yield page.slice(start, start + few);
          }
      },
    };
  };

  async #pass(signal: AbortSignal): Promise<void> {
    if (this.#open === null) return;
    this.#reached.resolve();
    const stopped = Promise.withResolvers<never>();
    const stop = () => stopped.reject(signal.reason);
    signal.addEventListener('abort', stop, {once: true});
    await Promise.race([this.#open.promise, stopped.promise]).finally(() =>
      signal.removeEventListener('abort', stop),
    );
  }
}
