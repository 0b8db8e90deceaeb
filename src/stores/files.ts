import fs from 'node:fs';
import {promisify} from 'node:util';

/**
 * File system calls, no more at once than Node has threads for them. What waited behind those threads would still
 * begin after a pause; here it waits for its turn, and is given up as soon as the signal is aborted. The callback
 * functions cost 10–20 % less than FileHandle (measured on 10 KiB files).
 */

/** libuv's default: https://docs.libuv.org/en/v1.x/threadpool.html */
const threads = 4;

let free = threads;
const waiting: (() => void)[] = [];

async function inTurn<T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> {
  if (free > 0) free--;
  else await new Promise<void>(resolve => waiting.push(resolve));
  try {
    signal.throwIfAborted();
    return await call();
  } finally {
    const next = waiting.shift();
    if (next === undefined) free++;
    else next();
  }
}

const calls = {
  open: promisify(fs.open),
  fstat: promisify(fs.fstat),
  read: promisify(fs.read),
  lstat: promisify(fs.lstat),
  stat: promisify(fs.stat),
  opendir: promisify(fs.opendir),
  realpath: promisify(fs.realpath.native),
};

/** A path as the file system wants it: text, or bytes where a name on the way is not UTF-8. */
export type Path = string | Buffer;

export const open = (path: Path, flags: number, signal: AbortSignal): Promise<number> =>
  inTurn(signal, () => calls.open(path, flags));

/** Ends what was begun, so it waits for nobody's turn. */
export const close: (fd: number) => Promise<void> = promisify(fs.close);

export const fstat = (fd: number, signal: AbortSignal): Promise<fs.BigIntStats> =>
  inTurn(signal, () => calls.fstat(fd, {bigint: true}));

/** Right after opening, the kernel has both at hand: no thread is needed, and no disk. */
export const fstatOpened = (fd: number): fs.BigIntStats => fs.fstatSync(fd, {bigint: true});
/** Where an open file really lies. Linux only. */
export const pathOfOpened = (fd: number): string => fs.readlinkSync(`/proc/self/fd/${fd}`);

export const read = (fd: number, buffer: Buffer, signal: AbortSignal): Promise<number> =>
  inTurn(signal, async () => (await calls.read(fd, buffer, 0, buffer.length, null)).bytesRead);

export const lstat = (path: Path, signal: AbortSignal): Promise<fs.BigIntStats> =>
  inTurn(signal, () => calls.lstat(path, {bigint: true}));

export const stat = (path: Path, signal: AbortSignal): Promise<fs.BigIntStats> =>
  inTurn(signal, () => calls.stat(path, {bigint: true}));

/** Entries read from the disk at once. */
const entriesAtOnce = 512;

/** A folder's entries as they come, each name as latin1: every byte is one character, whatever its encoding. */
export async function* readdir(path: Path, signal: AbortSignal): AsyncGenerator<fs.Dirent> {
  const folder = await inTurn(signal, () =>
    calls.opendir(path, {encoding: 'latin1', bufferSize: entriesAtOnce}),
  );
  for await (const entry of folder) {
    signal.throwIfAborted();
    yield entry;
  }
}

export const realpath = (path: Path, signal: AbortSignal): Promise<string> =>
  inTurn(signal, () => calls.realpath(path));
