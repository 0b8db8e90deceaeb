import {createHash} from 'node:crypto';
import {mkdir, open} from 'node:fs/promises';
import {join} from 'node:path';

/** So many files of so many bytes each. */
export interface Corpus {
  readonly files: number;
  readonly bytes: number;
  /** A walk holds the names of the folders on its way, so memory may follow the largest folder. */
  readonly inFolder: number;
}

const writtenAtOnce = 64;
/** Long ago, so that size and mtime are trusted as a fingerprint. */
const modifiedAt = Date.UTC(2025, 3, 1) / 1_000;

/**
 * Makes the files of a corpus, the same every time. Each is flushed to the disk, so that whoever is measured first does
 * not pay for writing them; they stay in the page cache, so that nobody is measured by the disk's reading.
 */
export async function makeCorpus(folder: string, corpus: Corpus): Promise<void> {
  for (let first = 0; first < corpus.files; first += corpus.inFolder)
    await mkdir(join(folder, folderOf(first, corpus)), {recursive: true});
  let next = 0;
  const writer = async () => {
    while (next < corpus.files) await makeFile(folder, next++, corpus);
  };
  await Promise.all(Array.from({length: writtenAtOnce}, writer));
}

async function makeFile(folder: string, number: number, corpus: Corpus): Promise<void> {
  const key = `${folderOf(number, corpus)}/${String(number).padStart(6, '0')}.bin`;
  await using file = await open(join(folder, key), 'wx');
  await file.write(Buffer.alloc(corpus.bytes, createHash('sha256').update(key).digest()));
  await file.utimes(modifiedAt, modifiedAt);
  await file.sync();
}

function folderOf(number: number, {inFolder}: Corpus): string {
  return `assets/${String(Math.floor(number / inFolder)).padStart(3, '0')}`;
}
