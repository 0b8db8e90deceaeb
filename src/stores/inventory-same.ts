import {type FileHandle, open} from 'node:fs/promises';

const chunkBytes = 256 * 1024;

/** Whether two files have the same bytes; not where the second can't be read. */
export async function isSameContent(path: string, other: string): Promise<boolean> {
  const left = await open(path, 'r');
  try {
    const right = await open(other, 'r').catch(() => null);
    if (right === null) return false;
    return await haveSameBytes(left, right).finally(() => right.close());
  } finally {
    await left.close();
  }
}

async function haveSameBytes(left: FileHandle, right: FileHandle): Promise<boolean> {
  const {size} = await left.stat();
  if (size !== (await right.stat()).size) return false;
  const [mine, others] = [Buffer.allocUnsafe(chunkBytes), Buffer.allocUnsafe(chunkBytes)];
  for (let at = 0; at < size; at += chunkBytes) {
    const length = Math.min(chunkBytes, size - at);
    const [a, b] = await Promise.all([left.read(mine, 0, length, at), right.read(others, 0, length, at)]);
    if (a.bytesRead !== length || b.bytesRead !== length) return false;
    if (!mine.subarray(0, length).equals(others.subarray(0, length))) return false;
  }
  return true;
}
