import {
  appendFileSync,
  closeSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {Fault} from '../../src/core/failure.ts';
import {sha256} from '../support/assets.ts';
import {never, theOne} from '../support/listing.ts';
import {folderUnderTest} from './folder-under-test.ts';

const content = Buffer.alloc(4 * 1_048_576, 'a');

function overwrite(path: string, at: number): void {
  const file = openSync(path, 'r+');
  writeSync(file, 'another', at);
  closeSync(file);
}

/** Reads a large file and changes it once, when the first bytes have been read. */
async function readWhile(change: (path: string) => void) {
  const {folder, store, put} = await folderUnderTest();
  await put('large', content);
  const seen = await theOne(store, 'large');
  let changes = 0;
  const onBytes = () => {
    if (changes++ === 0) change(join(folder, 'large'));
  };
  const reading = store.sha256(seen, {signal: never, onBytes});
  return {store, seen, outcome: await reading.catch((error: unknown) => error)};
}

describe('a file that changes while it is read', () => {
  it.each<[string, (path: string) => void]>([
    ['grows', path => appendFileSync(path, 'more')],
    ['shrinks', path => truncateSync(path, 1_048_576)],
    ['is emptied', path => truncateSync(path, 0)],
    ['is written behind the reader', path => overwrite(path, 0)],
    ['is written before the reader', path => overwrite(path, content.length - 100)],
    [
      'is written, and its time is put back',
      path => {
        const {mtime} = statSync(path);
        overwrite(path, content.length - 100);
        utimesSync(path, mtime, mtime);
      },
    ],
    [
      'is replaced by another',
      path => {
        writeFileSync(`${path}.new`, Buffer.alloc(content.length, 'b'));
        renameSync(`${path}.new`, path);
      },
    ],
  ])('(%s) gives no hash, but says that it changed', async (_, change) => {
    const {outcome} = await readWhile(change);
    expect(outcome).toBeInstanceOf(Fault);
    expect(outcome).toMatchObject({kind: 'changed', message: expect.stringContaining('large')});
  });

  it('can be read as it is afterwards', async () => {
    const {store} = await readWhile(path => appendFileSync(path, 'more'));
    const now = await store.lookup('large', never);
    if (now === null) throw new Error('the file is gone');
    expect(await store.sha256(now, {signal: never})).toBe(sha256(`${content}more`));
  });

  it('(and does not) has its hash', async () => {
    const {outcome} = await readWhile(() => undefined);
    expect(outcome).toBe(sha256(content));
  });
});

describe('a file that changed since it was listed', () => {
  it.each<[string, (path: string) => void, string]>([
    ['has grown', path => appendFileSync(path, 'more'), 'changed'],
    ['was touched', path => utimesSync(path, 1, 1), 'changed'],
    ['was deleted', path => rmSync(path), 'not-found'],
  ])('(%s) is not read', async (_, change, kind) => {
    const {folder, store, put} = await folderUnderTest();
    await put('file', 'content');
    const seen = await theOne(store, 'file');
    change(join(folder, 'file'));
    let read = 0;
    const onBytes = (count: number) => (read += count);
    await expect(store.sha256(seen, {signal: never, onBytes})).rejects.toMatchObject({kind});
    expect(read).toBe(0);
  });
});
