import {extname} from 'node:path';
import {Worker} from 'node:worker_threads';
import {AskedThread} from './asked-thread.ts';
import type {ImageAnswer, ImageRequest} from './perceptual-worker.ts';

/** Images that are decoded at once: one of 100 megapixels takes some 300 MB while it is. */
const atOnce = 2;

/** An image that ends the thread has no hash; the next one begins another. */
class PerceptualHashes {
  readonly #thread = new AskedThread<ImageRequest, ImageAnswer>(
    // The same code runs as TypeScript (development, tests) and as built JavaScript.
    () => new Worker(new URL(`./perceptual-worker${extname(import.meta.url)}`, import.meta.url)),
  );
  readonly #waiting: (() => void)[] = [];

  async bitsOf(path: string, signal: AbortSignal): Promise<string | null> {
    while (this.#thread.open >= atOnce) await new Promise<void>(resolve => this.#waiting.push(resolve));
    try {
      signal.throwIfAborted();
      return (await this.#thread.ask({path}))?.bits ?? null;
    } finally {
      this.#waiting.shift()?.();
    }
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
