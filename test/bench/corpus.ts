import {createHash} from 'node:crypto';
import {mkdir, open} from 'node:fs/promises';
import {join} from 'node:path';

/** So many files of so many bytes each. */
export interface Corpus {
  readonly files: number;
  readonly bytes: number;
}

/** The same in a small and in a large corpus: a walk holds the names of the folders on its way. */
const filesInFolder = 500;
const writtenAtOnce = 64;
/** Long ago, so that size and mtime are trusted as a fingerprint. */
const modifiedAt = Date.UTC(2025, 3, 1) / 1_000;

/**
 * Makes the files of a corpus, the same every time. Each is flushed to the disk, so that whoever is measured first does
 * not pay for writing them; they stay in the page cache, so that nobody is measured by the disk's reading.
 */
export async function makeCorpus(folder: string, {files, bytes}: Corpus): Promise<void> {
  for (let first = 0; first < files; first += filesInFolder)
    await mkdir(join(folder, folderOf(first)), {recursive: true});
  let next = 0;
  const writer = async () => {
    while (next < files) await makeFile(folder, next++, bytes);
  };
  await Promise.all(Array.from({length: writtenAtOnce}, writer));
}

async function makeFile(folder: string, number: number, bytes: number): Promise<void> {
  const key = `${folderOf(number)}/${String(number).padStart(6, '0')}.bin`;
  await using file = await open(join(folder, key), 'wx');
  await file.write(Buffer.alloc(bytes, createHash('sha256').update(key).digest()));
  await file.utimes(modifiedAt, modifiedAt);
  await file.sync();
}

function folderOf(number: number): string {
  return `assets/${String(Math.floor(number / filesInFolder)).padStart(3, '0')}`;
}
