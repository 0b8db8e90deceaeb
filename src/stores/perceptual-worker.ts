/**
 * A thread that hashes what images look like: the transform alone takes 8 ms of a core each, in which no key would be
 * answered. What can't be decoded has no hash.
 */
import {createRequire} from 'node:module';
import {type MessagePort, parentPort} from 'node:worker_threads';
import sharp, {type SharpOptions} from 'sharp';

export interface ImageRequest {
  readonly id: number;
  readonly path: string;
}

export interface ImageAnswer {
  readonly id: number;
  /** 64 binary digits. */
  readonly bits: string | null;
}

/** 16,383 pixels squared, as sharp has it: what is larger has no hash. */
const options: SharpOptions = {limitInputPixels: 268_402_689, sequentialRead: true};
/** What the hash is made of. */
const side = 32;
/** Levels of grey between the darkest and the brightest place: with fewer, rounding alone decides the hash. */
const leastContrast = 8;

const port = requirePort();
/** It is CommonJS, and its types speak of an ES module. */
const require = createRequire(import.meta.url);
const phash: (pixels: Uint8Array, options: SharpOptions) => Promise<string> = require('sharp-phash');

port.on('message', async ({id, path}: ImageRequest) => {
  const bits = await bitsOf(path).catch(() => null);
  const answer: ImageAnswer = {id, bits};
  port.postMessage(answer);
});

/** Null for an image of one colour, which looks like any other of one. */
async function bitsOf(path: string): Promise<string | null> {
  const small = sharp(path, options).greyscale().resize(side, side, {fit: 'fill'});
  const pixels = await small.raw().toBuffer();
  if (Math.max(...pixels) - Math.min(...pixels) < leastContrast) return null;
  return phash(pixels, {raw: {width: side, height: side, channels: 1}});
}

function requirePort(): MessagePort {
  if (parentPort === null) throw new Error('perceptual-worker runs only as a worker thread');
  return parentPort;
}
