import {createCipheriv, createHash} from 'node:crypto';
import type {UploadedFile} from '../../src/stores/providers/provider.ts';

export interface FileToUpload extends UploadedFile {
  readonly sha256: string;
}

const chunkBytes = 65_536;
/** Noise that repeats nowhere in it; all files are windows on it, so that large ones need no memory. */
const period = 8_388_608 + 7_919;
const noise = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(
  Buffer.alloc(period + chunkBytes),
);

export interface FileChanges {
  /** Another seed is another content. */
  readonly seed?: number;
  /** What it turns out to be when it is read. */
  readonly readSeed?: number;
  readonly readSize?: number;
  /** Awaited before the bytes from there on are read. */
  readonly onReading?: (from: number, signal: AbortSignal) => Promise<void> | void;
}

/** A file that lies nowhere: so many bytes of noise, in chunks of 64 KiB. */
export function fileToUpload(
  name: string,
  size: number,
  {seed = 0, readSeed = seed, readSize = size, onReading}: FileChanges = {},
): FileToUpload {
  const hash = createHash('sha256');
  for (const chunk of chunks(size, seed)) hash.update(chunk);
  return {
    name,
    size,
    sha256: hash.digest('hex'),
    contentType: 'video/mp4',
    async *read(signal) {
      let from = 0;
      for (const chunk of chunks(readSize, readSeed)) {
        await onReading?.(from, signal);
        signal.throwIfAborted();
        yield Buffer.from(chunk);
        from += chunk.length;
      }
    },
  };
}

function* chunks(size: number, seed: number): Generator<Uint8Array> {
  for (let from = 0; from < size; from += chunkBytes) {
    const start = (from + seed * 4_099) % period;
    yield noise.subarray(start, start + Math.min(chunkBytes, size - from));
  }
}
