import {
  appendFileSync,
  closeSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {LocalStore} from '../../src/stores/directory.ts';
import type {StoredObject} from '../../src/stores/object-store.ts';
import {fileKeys} from '../support/awkward.ts';
import {listed, never, theOne} from '../support/listing.ts';
import {openOf} from '../support/open-files.ts';
import {tempFolder} from '../support/temp.ts';
import {folderUnderTest} from './folder-under-test.ts';

const chunkBytes = 256 * 1_024;
const content = Buffer.from(Array.from({length: 5 * chunkBytes + 3}, (_, at) => (at * 7) % 251));

const bytesOf = (store: LocalStore, object: StoredObject) =>
  Array.fromAsync(store.read(object, {signal: never}));

/** Reads a file of several chunks, and does something when the first has come. */
async function readWhile(change: (path: string) => void) {
  const {folder, store, put} = await folderUnderTest();
  await put('file', content);
  const object = await theOne(store, 'file');
  const chunks: Uint8Array[] = [];
  const reading = async () => {
    for await (const chunk of store.read(object, {signal: never}))
      if (chunks.push(chunk) === 1) change(join(folder, 'file'));
  };
  const fault = await reading().catch((error: unknown) => error);
  return {chunks, fault};
}

describe('the bytes of a file', () => {
  it.each([0, 1, chunkBytes, chunkBytes + 1, content.length])(
    'are all %i of them, in order, in chunks that nobody writes into afterwards',
    async size => {
      const {store, put} = await folderUnderTest();
      await put('file', content.subarray(0, size));
      const object = await theOne(store, 'file');
      const chunks = await bytesOf(store, object);
      expect(chunks.map(({length}) => length).filter(length => length > chunkBytes)).toEqual([]);
      await bytesOf(store, object);
      expect(Buffer.concat(chunks).equals(content.subarray(0, size))).toBe(true);
    },
  );

  it('come by every key that is listed, from where pathOf says', async () => {
    await fc.assert(
      fc.asyncProperty(fileKeys(8), async keys => {
        const {folder, store, put} = await folderUnderTest();
        for (const key of keys) await put(key, key);
        for (const object of await listed(store)) {
          expect(Buffer.concat(await bytesOf(store, object)).toString()).toBe(object.key);
          expect(store.pathOf(object.key)).toBe(`${folder}/${object.key}`);
        }
      }),
      {numRuns: 20},
    );
  });

  it.each<[string, (path: string) => void]>([
    ['grows', path => appendFileSync(path, 'more')],
    ['shrinks', path => truncateSync(path, chunkBytes)],
    [
      'is replaced by another',
      path => {
        writeFileSync(`${path}.new`, content);
        renameSync(`${path}.new`, path);
      },
    ],
  ])('of one that %s meanwhile end with a fault that says so', async (_, change) => {
    const {chunks, fault} = await readWhile(change);
    expect(fault).toMatchObject({kind: 'changed', message: 'file: the file changed while it was read'});
    const read = Buffer.concat(chunks);
    expect(read.equals(content.subarray(0, read.length))).toBe(true);
  });

  it('of one that changed since it was listed are not read', async () => {
    const {folder, store, put} = await folderUnderTest();
    await put('file', content);
    const object = await theOne(store, 'file');
    appendFileSync(join(folder, 'file'), 'more');
    const first = store.read(object, {signal: never})[Symbol.asyncIterator]().next();
    await expect(first).rejects.toMatchObject({kind: 'changed', message: /since it was listed/});
  });

  it.each<[string, (folder: string, outside: string) => void, string]>([
    ['is gone', folder => rmSync(join(folder, 'a/file')), 'not-found'],
    [
      'is now a link that leads out',
      (folder, outside) => {
        renameSync(join(folder, 'a/file'), join(outside, 'file'));
        symlinkSync(join(outside, 'file'), join(folder, 'a/file'));
      },
      'changed',
    ],
    [
      'lies behind a link that leads out',
      (folder, outside) => {
        renameSync(join(folder, 'a'), join(outside, 'a'));
        symlinkSync(join(outside, 'a'), join(folder, 'a'));
      },
      'changed',
    ],
    [
      'is a folder now',
      folder => {
        rmSync(join(folder, 'a/file'));
        mkdirSync(join(folder, 'a/file'));
      },
      'changed',
    ],
  ])('are not read where it %s', async (_, happens, kind) => {
    const {folder, store, put} = await folderUnderTest();
    await put('a/file', 'not yours');
    const object = await theOne(store, 'a/file');
    happens(folder, tempFolder());
    await expect(bytesOf(store, object)).rejects.toMatchObject({name: 'Fault', kind});
  });

  it('of a link to a file inside are that file', async () => {
    const {folder, store, put} = await folderUnderTest();
    await put('file', 'content');
    symlinkSync('file', join(folder, 'link'));
    expect(Buffer.concat(await bytesOf(store, await theOne(store, 'link'))).toString()).toBe('content');
  });

  it('come no further than to where they are stopped', async () => {
    const {store, put} = await folderUnderTest();
    await put('file', content);
    const object = await theOne(store, 'file');
    const stop = new AbortController();
    const reason = new Error('paused');
    let bytes = 0;
    const reading = async () => {
      for await (const chunk of store.read(object, {signal: stop.signal})) {
        bytes += chunk.length;
        stop.abort(reason);
      }
    };
    await expect(reading()).rejects.toBe(reason);
    expect(bytes).toBe(chunkBytes);
  });

  it('leave no file open, whether they are read to the end, left early or fail', async ({skip}) => {
    if (process.platform !== 'linux') skip('only Linux lists what is open');
    const {folder, store, put} = await folderUnderTest();
    await put('file', content);
    const object = await theOne(store, 'file');
    await bytesOf(store, object);
    for await (const _ of store.read(object, {signal: never})) break;
    appendFileSync(join(folder, 'file'), 'more');
    await expect(bytesOf(store, object)).rejects.toThrow();
    expect(openOf(join(folder, 'file'))).toBe(0);
    const open = openSync(join(folder, 'file'), 'r');
    expect(openOf(join(folder, 'file'))).toBe(1);
    closeSync(open);
  });
});
