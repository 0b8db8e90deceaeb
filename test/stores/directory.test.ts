import {mkdirSync, readdirSync, statSync, symlinkSync, utimesSync, writeFileSync} from 'node:fs';
import {join, relative} from 'node:path';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {directoryStore} from '../../src/stores/directory.ts';
import {objectStoreConformance} from '../conformance/object-store.ts';
import {fileKeys} from '../support/awkward.ts';
import {listed, listedKeys, never, theOne} from '../support/listing.ts';
import {tempFolder} from '../support/temp.ts';
import {folderUnderTest} from './folder-under-test.ts';

objectStoreConformance({name: 'a folder', make: folderUnderTest, keySets: fileKeys(14)});

/** What is there, by other means: the operating system's own recursion, sorted by bytes. */
function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, {recursive: true, withFileTypes: true})
    .filter(entry => entry.isFile())
    .map(entry => relative(folder, join(entry.parentPath, entry.name)))
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

describe('the listing of a folder', () => {
  it('is what a recursive readdir finds, sorted by bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fileKeys(25), async keys => {
        const {folder, store, put} = await folderUnderTest();
        for (const key of keys) await put(key, '');
        expect(await listedKeys(store)).toEqual(filesIn(folder));
      }),
      {numRuns: 50},
    );
  });

  it('puts what is in a folder between the files that surround it', async () => {
    const {store, put} = await folderUnderTest();
    for (const key of ['a0', 'a/z', 'a.txt', 'a-b/c', 'a b', 'a/.hidden', '.a', 'aa', 'A/x'])
      await put(key, '');
    expect(await listedKeys(store)).toEqual([
      '.a',
      'A/x',
      'a b',
      'a-b/c',
      'a.txt',
      'a/.hidden',
      'a/z',
      'a0',
      'aa',
    ]);
  });

  it('keeps names apart that only look the same', async () => {
    const {store, put} = await folderUnderTest();
    const keys = ['caf\u00e9', 'cafe\u0301', '%2F', '%252F', 'new\nline', 'new\\x0aline'];
    for (const key of keys) await put(key, key);
    expect([...(await listedKeys(store))].sort()).toEqual([...keys].sort());
  });

  it('of a folder with thousands of files and folders is complete', async () => {
    const {folder, store} = await folderUnderTest();
    for (let number = 0; number < 1_500; number++) {
      writeFileSync(join(folder, `f${number}`), '');
      mkdirSync(join(folder, `d${number}`));
    }
    writeFileSync(join(folder, 'd700', 'deep'), '');
    expect(await listedKeys(store)).toEqual(filesIn(folder));
  });

  it('goes on where a folder vanishes while it is listed', async () => {
    const {store, put, remove} = await folderUnderTest();
    await put('a', '');
    await put('b', '');
    await remove('b');
    expect(await listedKeys(store)).toEqual(['a']);
  });
});

describe('the middle of a range', () => {
  it('is never its end: what is parted there would be the whole again, for ever', async () => {
    const {store, put} = await folderUnderTest();
    for (const key of ['a/x', 'a/y', 'a0']) await put(key, '');
    expect(await store.middle({prefix: '', lo: '', hi: 'a0', signal: never})).not.toBe('a0');
  });

  it('is behind a whole folder, or within the only one', async () => {
    const {store, put} = await folderUnderTest();
    for (const key of ['a/1', 'a/2', 'b/1', 'b/2', 'b/3']) await put(key, '');
    expect(await store.middle({prefix: '', lo: '', hi: null, signal: never})).toBe('a0');
    expect(await store.middle({prefix: '', lo: 'a0', hi: null, signal: never})).toBe('b/2');
    expect(await store.middle({prefix: 'b/', lo: '', hi: 'b/2', signal: never})).toBe('b/1');
  });
});

describe('a fingerprint', () => {
  it('is trusted for a file that was written long ago, and not for one of just now', async () => {
    const {folder, store, put} = await folderUnderTest();
    await put('old', '1');
    writeFileSync(join(folder, 'new'), '1');
    expect((await theOne(store, 'old')).fingerprint).not.toBeNull();
    expect((await theOne(store, 'new')).fingerprint).toBeNull();
  });

  it('is not trusted where the clock of the file is ahead of ours', async () => {
    const {folder, store, put} = await folderUnderTest();
    await put('ahead', '1');
    const tomorrow = Date.now() / 1_000 + 86_400;
    utimesSync(join(folder, 'ahead'), tomorrow, tomorrow);
    expect((await theOne(store, 'ahead')).fingerprint).toBeNull();
  });

  it('changes with the size alone, and with the time alone', async () => {
    const {folder, store, put} = await folderUnderTest();
    await put('file', '1');
    const {mtime} = statSync(join(folder, 'file'));
    const first = (await theOne(store, 'file')).fingerprint;
    writeFileSync(join(folder, 'file'), '22');
    utimesSync(join(folder, 'file'), mtime, mtime);
    const second = (await theOne(store, 'file')).fingerprint;
    await put('file', '22');
    const third = (await theOne(store, 'file')).fingerprint;
    expect(new Set([first, second, third]).size).toBe(3);
  });
});

describe('a lookup', () => {
  it.each([
    '../outside',
    'a/../../outside',
    'a/../a/file',
    '..',
    '.',
    './a/file',
    '/etc/passwd',
    'a//file',
    'a/file/',
    'b/',
    '',
    'a/file\0',
  ])('of %j finds nothing', async key => {
    const parent = tempFolder();
    mkdirSync(join(parent, 'inside', 'a'), {recursive: true});
    writeFileSync(join(parent, 'outside'), 'secret');
    writeFileSync(join(parent, 'inside', 'a', 'file'), 'content');
    const store = await directoryStore(join(parent, 'inside'));
    expect(await store.lookup(key, never)).toBeNull();
    expect(await store.lookup('a/file', never)).toMatchObject({key: 'a/file', size: 7});
  });
});

describe('a folder as a source', () => {
  it('is the same place, whoever names it', async () => {
    const folder = tempFolder();
    mkdirSync(join(folder, 'real'));
    symlinkSync('real', join(folder, 'link'));
    const [plain, link, dotted] = await Promise.all(
      ['real', 'link', 'real/../real/'].map(name => directoryStore(`${folder}/${name}`)),
    );
    expect(link?.id).toBe(plain?.id);
    expect(dotted?.id).toBe(plain?.id);
    writeFileSync(join(folder, 'real', 'file'), '');
    if (link !== undefined) expect(await listedKeys(link)).toEqual(['file']);
  });

  it.each([
    ['is missing', 'missing', /no such folder/],
    ['is a file', 'file', /not a folder/],
  ])('that %s is an error with a remedy', async (_, name, message) => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'file'), '');
    const store = await directoryStore(join(folder, name));
    expect(await store.check()).toEqual([
      {
        level: 'error',
        subject: 'source',
        message: expect.stringMatching(message),
        remedy: expect.stringMatching(/\S/),
      },
    ]);
    await expect(listed(store)).rejects.toMatchObject({name: 'Fault', kind: 'not-found'});
  });
});
