import {open, rename, rm} from 'node:fs/promises';
import {OperatorError} from '../core/operator-error.ts';

/** Writes a file as a whole or not at all: what was there stays until the last byte is on the disk. */
export async function writeWhole(path: string, texts: AsyncIterable<string>): Promise<void> {
  const partial = `${path}.${process.pid}.partial`;
  try {
    const file = await open(partial, 'wx');
    try {
      for await (const text of texts) await file.write(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, path);
  } catch (error) {
    await rm(partial, {force: true}).catch(() => undefined);
    if (!(error instanceof Error) || !('code' in error) || error instanceof OperatorError) throw error;
    throw new OperatorError(
      'failed',
      `${path}: it can't be written (${error.message})`,
      'Name a file in a folder that you may write, on a disk with room.',
    );
  }
}
