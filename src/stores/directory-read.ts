import {faultOf, hasCode} from './directory-faults.ts';
import {changed, ledOut, readFlags} from './directory-guards.ts';
import {isInside, versionOf} from './directory-object.ts';
import {close, fstat, fstatOpened, open, pathOfOpened, read, realpath} from './files.ts';
import type {StoredObject} from './object-store.ts';

const chunkBytes = 256 * 1_024;

/**
 * The bytes of a file of the folder, in order; each chunk is the receiver's own. Before, after and in length it is the file
 * that was listed, or there is a Fault: whoever uses the bytes does so only when the last has come.
 */
export async function* readUnchanged(
  root: string,
  object: StoredObject,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  signal.throwIfAborted();
  try {
    const fd = await openInside(root, object.key, signal);
    try {
      yield* chunksOf(fd, object, signal);
    } finally {
      await close(fd);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw faultOf(error, object.key);
  }
}

async function* chunksOf(
  fd: number,
  {key, size, version}: StoredObject,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const before = fstatOpened(fd);
  if (!before.isFile() || versionOf(before) !== version) throw changed(key, 'since it was listed');
  for (let total = 0; total < size; ) {
    const buffer = Buffer.allocUnsafeSlow(Math.min(chunkBytes, size - total));
    const bytesRead = await read(fd, buffer, signal);
    if (bytesRead === 0) throw changed(key, 'while it was read');
    total += bytesRead;
    signal.throwIfAborted();
    yield buffer.subarray(0, bytesRead);
  }
  const after = await fstat(fd, signal);
  if (versionOf(after) !== version || after.ctimeNs !== before.ctimeNs)
    throw changed(key, 'while it was read');
}

/** Opens a file of the folder. A link on the way, to the file or above it, must not lead out. */
async function openInside(root: string, key: string, signal: AbortSignal): Promise<number> {
  const path = `${root}/${key}`;
  const fd = await open(path, readFlags, signal).catch(async error => {
    if (!hasCode(error, 'ELOOP')) throw error;
    return open(await realpath(path, signal), readFlags, signal);
  });
  try {
    if (isInside(root, await openedPath(fd, path, signal))) return fd;
    throw ledOut(key);
  } catch (error) {
    await close(fd);
    throw error;
  }
}

/** Where an open file really lies: Linux knows it of the descriptor, elsewhere the path is resolved once more. */
async function openedPath(fd: number, path: string, signal: AbortSignal): Promise<string> {
  return process.platform === 'linux' ? pathOfOpened(fd) : realpath(path, signal);
}
