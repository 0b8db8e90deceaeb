import {extname} from 'node:path';
import {Worker} from 'node:worker_threads';
import type {ImageAnswer, ImageRequest} from './perceptual-worker.ts';

/** Images that are decoded at once: one of 100 megapixels takes some 300 MB while it is. */
const atOnce = 2;

/** Asks the thread, which is begun when there is an image, and keeps no process alive while it has none. */
class PerceptualHashes {
  #worker: Worker | null = null;
  readonly #asked = new Map<number, (bits: string | null) => void>();
  readonly #waiting: (() => void)[] = [];
  #lastId = 0;

  async bitsOf(path: string, signal: AbortSignal): Promise<string | null> {
    while (this.#asked.size >= atOnce) await new Promise<void>(resolve => this.#waiting.push(resolve));
    try {
      signal.throwIfAborted();
      return await this.#ask(path);
    } finally {
      this.#waiting.shift()?.();
    }
  }

  #ask(path: string): Promise<string | null> {
    const worker = this.#worker ?? this.#begin();
    this.#worker = worker;
    worker.ref();
    const request: ImageRequest = {id: ++this.#lastId, path};
    worker.postMessage(request);
    return new Promise(resolve => this.#asked.set(request.id, resolve));
  }

  #begin(): Worker {
    // The same code runs as TypeScript (development, tests) and as built JavaScript.
    const worker = new Worker(new URL(`./perceptual-worker${extname(import.meta.url)}`, import.meta.url));
    worker.on('message', ({id, bits}: ImageAnswer) => {
      const resolve = this.#asked.get(id);
      this.#asked.delete(id);
      if (this.#asked.size === 0) worker.unref();
      resolve?.(bits);
    });
    worker.on('error', () => this.#end(worker));
    worker.on('exit', () => this.#end(worker));
    return worker;
  }

  /** An image that ends the thread has no hash; the next one begins another. */
  #end(ended: Worker): void {
    // An error is followed by an exit, and another may have been begun by then.
    if (this.#worker !== ended) return;
    this.#worker = null;
    for (const resolve of this.#asked.values()) resolve(null);
    this.#asked.clear();
  }
}

const hashes = new PerceptualHashes();

/**
 * The 64-bit perceptual hash (pHash, by a discrete cosine transform) of an image file as 16 hex digits: what looks much
 * the same differs in few bits. Null for what can't be decoded, and for an image of one colour, which looks like any other.
 */
export async function perceptualHash(path: string, signal: AbortSignal): Promise<string | null> {
  const bits = await hashes.bitsOf(path, signal);
  if (bits === null || !/^[01]{64}$/.test(bits)) return null;
  return BigInt(`0b${bits}`).toString(16).padStart(16, '0');
}
