import type {BigIntStats} from 'node:fs';
import {extname} from 'node:path';
import {Worker} from 'node:worker_threads';
import {AskedThread} from './asked-thread.ts';
import {type LookAnswer, type LookRequest, longsOfLook} from './look-protocol.ts';

export type Look = Pick<BigIntStats, 'size' | 'mtimeMs' | 'mtimeNs'>;

/**
 * Looks at many files at once, in a thread that is begun when a process has that many to look at. Null for what is no
 * regular file, was not found, or had to wait for too long: that is looked at by itself. Stopping is left to the caller,
 * who waits 20 ms at most.
 */
class Looks {
  readonly #thread = new AskedThread<LookRequest, LookAnswer>(
    // The same code runs as TypeScript (development, tests) and as built JavaScript.
    () => new Worker(new URL(`./look-worker${extname(import.meta.url)}`, import.meta.url)),
  );
  #asked = 0;

  async lookAt(paths: readonly string[]): Promise<readonly (Look | null)[]> {
    this.#asked += paths.length;
    const answer = this.#asked < worthThread ? null : await this.#thread.ask({paths});
    return paths.map((_, index) => (answer === null ? null : lookOf(answer.looks, index)));
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
