import {setTimeout as sleep} from 'node:timers/promises';
import type {ObjectStore} from '../../src/stores/object-store.ts';

export interface SlowReads {
  /** Objects that are being read now. */
  inFlight: number;
  /** Chunks that were asked for so far. */
  started: number;
  /** Resolves when so many objects are read at once. */
  reached(count: number): Promise<void>;
  readonly wrap: (store: ObjectStore) => ObjectStore;
}

const chunkMs = 20;

/** Makes every object take `chunks` reads of 20 ms before it is hashed for real, as on a slow disk. */
export function slowReads(chunks: number): SlowReads {
  const waiting: {readonly count: number; readonly resolve: () => void}[] = [];
  const reads: SlowReads = {
    inFlight: 0,
    started: 0,
    reached: count => new Promise(resolve => waiting.push({count, resolve})),
    wrap: store => ({
      ...store,
      sha256: async (object, options) => {
        reads.inFlight++;
        for (const {count, resolve} of waiting) if (reads.inFlight >= count) resolve();
        try {
          for (let chunk = 0; chunk < chunks; chunk++) {
            options.signal.throwIfAborted();
            reads.started++;
            await sleep(chunkMs, undefined, {signal: options.signal});
          }
          return await store.sha256(object, options);
        } finally {
          reads.inFlight--;
        }
      },
    }),
  };
  return reads;
}
