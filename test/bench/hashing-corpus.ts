import {createHash} from 'node:crypto';
import {mkdir, open} from 'node:fs/promises';
import {join} from 'node:path';

/** So many files, each of another size from `least` to `most`, in steps of `step` bytes; sparse ones hold zeros alone. */
export interface HashingCorpus {
  readonly files: number;
  readonly least: number;
  readonly most: number;
  readonly step: number;
  readonly sparse?: true;
}

const inFolder = 500;
const atOnce = 8;
const mebibyte = 1_048_576;

/** Flushed to the disk, so that nobody pays for writing them, and in the page cache. */
export async function makeHashingCorpus(folder: string, corpus: HashingCorpus): Promise<void> {
  for (let number = 0; number < corpus.files; number += inFolder)
    await mkdir(join(folder, folderOf(number)), {recursive: true});
  const numbers = Array.from({length: corpus.files}, (_, number) => number).values();
  const write = async () => {
    for (const number of numbers)
      await makeFile(join(folder, folderOf(number), `${number}.bin`), number, corpus);
  };
  await Promise.all(Array.from({length: atOnce}, write));
}

/** A prime number of steps on, so that sizes are mixed in the order of the keys. */
function sizeOf(number: number, {least, most, step}: HashingCorpus): number {
  const sizes = Math.floor((most - least) / step) + 1;
  return least + ((number * 7_919) % sizes) * step;
}

async function makeFile(path: string, number: number, corpus: HashingCorpus): Promise<void> {
  await using file = await open(path, 'wx');
  const size = sizeOf(number, corpus);
  if (corpus.sparse === true) return file.truncate(size);
  const chunk = Buffer.alloc(Math.min(size, mebibyte), createHash('sha256').update(path).digest());
  for (let left = size; left > 0; left -= chunk.length)
    await file.write(chunk.subarray(0, Math.min(left, chunk.length)));
  await file.sync();
}

function folderOf(number: number): string {
  return String(Math.floor(number / inFolder)).padStart(3, '0');
}
