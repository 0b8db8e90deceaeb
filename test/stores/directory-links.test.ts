import {mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {directoryStore} from '../../src/stores/directory.ts';
import type {StoredObject} from '../../src/stores/object-store.ts';
import {sha256} from '../support/assets.ts';
import {listed, listedKeys, never, theOne} from '../support/listing.ts';
import {tempFolder} from '../support/temp.ts';
import {folderUnderTest} from './folder-under-test.ts';

async function withOutside() {
  const place = await folderUnderTest();
  const outside = tempFolder();
  writeFileSync(join(outside, 'secret'), 'not yours');
  return {...place, outside};
}

function isReadable(object: StoredObject | null): boolean {
  return object !== null && object.skip === undefined && object.fault === undefined;
}

describe('a link', () => {
  it('to a file inside is that file under another key', async () => {
    const {folder, store, put} = await withOutside();
    await put('a/real', 'content');
    symlinkSync('a/real', join(folder, 'link'));
    const link = await theOne(store, 'link');
    const {key: _, ...real} = await theOne(store, 'a/real');
    expect(link).toEqual({key: 'link', ...real});
    expect(await store.sha256(link, {signal: never})).toBe(sha256('content'));
    expect(await store.lookup('link', never)).toEqual(link);
  });

  it.each([
    ['out of the folder', (outside: string) => join(outside, 'secret'), 'leads out of the folder'],
    ['to nowhere', () => 'missing', 'leads nowhere'],
    ['to itself', () => 'link', 'leads nowhere'],
    ['to a folder inside', () => 'a', 'not a file'],
    ['to a folder outside', (outside: string) => outside, 'leads out of the folder'],
    ['to the folder itself', () => '.', 'out of the folder|not a file'],
  ])('%s is skipped with a reason, and never followed', async (_, target, reason) => {
    const {folder, outside, store, put} = await withOutside();
    await put('a/file', 'content');
    symlinkSync(target(outside), join(folder, 'link'));
    expect(await listedKeys(store)).toEqual(['a/file', 'link']);
    const link = await theOne(store, 'link');
    expect(link.skip).toMatch(new RegExp(reason));
    expect(link.fault).toBeUndefined();
    expect(await store.lookup('link', never)).toEqual(link);
    expect(isReadable(await store.lookup('link/secret', never))).toBe(false);
  });

  it('over another link to a file outside is skipped too', async () => {
    const {folder, outside, store} = await withOutside();
    symlinkSync(join(outside, 'secret'), join(folder, 'first'));
    symlinkSync('first', join(folder, 'second'));
    expect((await listed(store)).map(({key, skip}) => [key, skip !== undefined])).toEqual([
      ['first', true],
      ['second', true],
    ]);
  });

  it('to a folder whose name begins like the source is outside', async () => {
    const parent = tempFolder();
    mkdirSync(join(parent, 'photos-private'));
    mkdirSync(join(parent, 'photos'));
    writeFileSync(join(parent, 'photos-private', 'file'), 'not yours');
    symlinkSync('../photos-private/file', join(parent, 'photos', 'link'));
    const store = await directoryStore(join(parent, 'photos'));
    expect((await theOne(store, 'link')).skip).toMatch(/out of the folder/);
  });
});

describe('what becomes a link after it was listed', () => {
  it('a file: its bytes elsewhere are not read', async () => {
    const {folder, outside, store, put} = await withOutside();
    await put('file', 'content');
    const seen = await theOne(store, 'file');
    renameSync(join(folder, 'file'), join(outside, 'file'));
    symlinkSync(join(outside, 'file'), join(folder, 'file'));
    await expect(store.sha256(seen, {signal: never})).rejects.toMatchObject({kind: 'changed'});
    expect((await store.lookup('file', never))?.skip).toMatch(/out of the folder/);
  });

  it('a folder above it: its bytes elsewhere are not read', async () => {
    const {folder, outside, store, put} = await withOutside();
    await put('a/b/file', 'content');
    const seen = await theOne(store, 'a/b/file');
    renameSync(join(folder, 'a'), join(outside, 'a'));
    symlinkSync(join(outside, 'a'), join(folder, 'a'));
    await expect(store.sha256(seen, {signal: never})).rejects.toMatchObject({name: 'Fault'});
    expect(await listedKeys(store)).toEqual(['a']);
  });

  it('a folder above it: a lookup does not find it any more', async () => {
    const {folder, outside, store, put} = await withOutside();
    await put('a/b/file', 'content');
    renameSync(join(folder, 'a'), join(outside, 'a'));
    symlinkSync(join(outside, 'a'), join(folder, 'a'));
    expect(isReadable(await store.lookup('a/b/file', never))).toBe(false);
  });

  it('the listing is unharmed where a folder is swapped while it runs', async () => {
    const {folder, outside, store, put} = await withOutside();
    for (let number = 0; number < 1_001; number++) await put(`a${String(number).padStart(4, '0')}`, '');
    await put('b/file', 'content');
    const keys: string[] = [];
    for await (const page of store.list({prefix: '', lo: '', hi: null, signal: never})) {
      if (keys.length === 0) {
        rmSync(join(folder, 'b'), {recursive: true});
        symlinkSync(outside, join(folder, 'b'));
      }
      keys.push(...page.map(({key}) => key));
    }
    expect(keys).not.toContain('b/secret');
  });
});
