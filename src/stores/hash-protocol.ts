import type {FaultData} from '../core/failure.ts';

/** What the threads of a pool are asked to hash, and what they answer: see hash-pool.ts. */

/** A file as a listing saw it. */
export interface HashedFile {
  /** Its folder, with all links resolved. */
  readonly root: string;
  readonly key: string;
  readonly size: number;
  readonly version: string;
}

/** The id is also the place of its stop in the memory that both share. */
export interface HashRequest extends HashedFile {
  readonly id: number;
}

/** Told without a message: a thread that is at work would read one too late. 1 stands for stopped. */
export type Stops = Int32Array<SharedArrayBuffer>;

export type ToHashThread =
  | {readonly op: 'hash'; readonly files: readonly HashRequest[]}
  /** The last report on this file was passed on. */
  | {readonly op: 'heard'; readonly id: number};

/** Each request is answered once by the last three; `bytes` are those that no report has told of before. */
export type HashAnswer =
  | {readonly op: 'report'; readonly id: number; readonly bytes: number}
  | {readonly op: 'done'; readonly id: number; readonly sha256: string; readonly bytes: number}
  | {readonly op: 'failed'; readonly id: number; readonly fault: FaultData}
  | {readonly op: 'stopped'; readonly id: number};

const mebibyte = 1_048_576;
/** From here on a file is large: it is read in slices, reports, and is gone on with after a stop. */
const largeBytes = 4 * mebibyte;

export function isLarge({size}: HashedFile): boolean {
  return size >= largeBytes;
}

/** So much is read at once, and a stop waits for no more. */
export const chunkBytes = 64 * 1_024;
/** So much of a large file before it is somebody else's turn: 2–3 ms. */
export const sliceBytes = 4 * mebibyte;
/** Large files that a thread reads in turns. */
export const largeAtOnce = 4;
/** Small files that a thread is given in one message, and has before it at most. */
export const smallInMessage = 64;
export const smallAtOnce = 2 * smallInMessage;
/** Stopped hashes that a thread keeps. */
export const mostKept = 16;
