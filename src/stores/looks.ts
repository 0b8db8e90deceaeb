import type {BigIntStats} from 'node:fs';
import {extname} from 'node:path';
import {Worker} from 'node:worker_threads';
import {type LookAnswer, type LookRequest, longsOfLook} from './look-protocol.ts';

export type Look = Pick<BigIntStats, 'size' | 'mtimeMs' | 'mtimeNs'>;
type Resolve = (looks: readonly (Look | null)[]) => void;

/**
 * Looks at many files at once, in a thread that is begun when a process has that many to look at. Null for what is no
 * regular file, was not found, or had to wait for too long: that is looked at by itself. Stopping is left to the caller,
 * who waits 20 ms at most.
 */
class Looks {
  #worker: Worker | null = null;
  readonly #waiting = new Map<number, {readonly count: number; readonly resolve: Resolve}>();
  #lastId = 0;
  #asked = 0;

  lookAt(paths: readonly string[]): Promise<readonly (Look | null)[]> {
    this.#asked += paths.length;
    if (this.#asked < worthThread) return Promise.resolve(paths.map(() => null));
    this.#worker ??= this.#begin();
    this.#worker.ref();
    const id = ++this.#lastId;
    const request: LookRequest = {id, paths};
    this.#worker.postMessage(request);
    return new Promise(resolve => this.#waiting.set(id, {count: paths.length, resolve}));
  }

  #begin(): Worker {
    // The same code runs as TypeScript (development, tests) and as built JavaScript.
    const worker = new Worker(new URL(`./look-worker${extname(import.meta.url)}`, import.meta.url));
    worker.on('message', ({id, looks}: LookAnswer) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (this.#waiting.size === 0) worker.unref();
      waiting?.resolve(Array.from({length: waiting.count}, (_, index) => lookOf(looks, index)));
    });
    worker.on('error', () => this.#end(worker));
    worker.on('exit', () => this.#end(worker));
    return worker;
  }

  /** What it had is looked at without it, and the next begins another. */
  #end(ended: Worker): void {
    // An error is followed by an exit, and another may have been begun by then.
    if (this.#worker !== ended) return;
    this.#worker = null;
    for (const {count, resolve} of this.#waiting.values()) resolve(Array(count).fill(null));
    this.#waiting.clear();
  }
}

/** To begin the thread takes as long as to look at so many files without it. */
const worthThread = 2_000;

function lookOf(looks: BigInt64Array, index: number): Look | null {
  const [isFile, size, mtimeMs, mtimeNs] = looks.subarray(index * longsOfLook, (index + 1) * longsOfLook);
  if (size === undefined || mtimeMs === undefined || mtimeNs === undefined) return null;
  return isFile === 1n ? {size, mtimeMs, mtimeNs} : null;
}

export const localLooks = new Looks();
