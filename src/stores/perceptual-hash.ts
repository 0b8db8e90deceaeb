import {createRequire} from 'node:module';
import type {SharpOptions} from 'sharp';

/** What an image looks like, by the libraries that decode it: they take a while to load, and only images need them. */

/** Images that are decoded at once: one of 100 megapixels takes some 300 MB while it is. */
const atOnce = 2;
/** 16,383 pixels squared, as sharp has it: what is larger has no hash. */
const mostPixels = 268_402_689;

let free = atOnce;
const waiting: (() => void)[] = [];

/**
 * The 64-bit perceptual hash (pHash, by a discrete cosine transform) of an image file as 16 hex digits: what looks much
 * the same differs in few bits. Null for what can't be decoded, and for an image of one colour, which looks like any other.
 */
export async function perceptualHash(path: string, signal: AbortSignal): Promise<string | null> {
  if (free > 0) free--;
  else await new Promise<void>(resolve => waiting.push(resolve));
  try {
    signal.throwIfAborted();
    return await hashOf(path);
  } finally {
    const next = waiting.shift();
    if (next === undefined) free++;
    else next();
  }
}

/** It is CommonJS, and its types say otherwise: what an import of it would give. */
type Phash = (path: string, options: SharpOptions) => Promise<string>;

function load(): Phash {
  return createRequire(import.meta.url)('sharp-phash');
}

async function hashOf(path: string): Promise<string | null> {
  const bits = await load()(path, {limitInputPixels: mostPixels, sequentialRead: true}).catch(() => null);
  if (bits === null || !/^[01]{64}$/.test(bits)) return null;
  const isPlain = !bits.includes('1') || !bits.includes('0');
  return isPlain ? null : BigInt(`0b${bits}`).toString(16).padStart(16, '0');
}
