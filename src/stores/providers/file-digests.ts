import {createHash, hash} from 'node:crypto';
import {FileReading} from './file-reading.ts';
import {partBytes, partPlan} from './part-plan.ts';
import type {UploadedFile} from './provider.ts';

export interface FileDigests {
  readonly sha256: string;
  /** What an object of it has where ETags are MD5s: its own, or that of the parts' MD5s with their number. */
  readonly etag: string;
}

/** Reads a file to know what an upload of it would be. */
export async function readThrough(file: UploadedFile, signal: AbortSignal): Promise<FileDigests> {
  const {size} = file;
  const plan = partPlan(size);
  const reading = new FileReading(file, signal);
  try {
    if (plan === null) {
      const etag = hash('md5', await reading.next(size));
      return {etag, sha256: await reading.end()};
    }
    const md5s = createHash('md5');
    for (let number = 1; number <= plan.count; number++)
      md5s.update(hash('md5', await reading.next(partBytes(plan, size, number)), 'buffer'));
    return {etag: `${md5s.digest('hex')}-${plan.count}`, sha256: await reading.end()};
  } finally {
    await reading.close();
  }
}
