import {appendFileSync, mkdirSync, symlinkSync, utimesSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {OperatorError} from '../../src/core/operator-error.ts';
import {directoryStore} from '../../src/stores/directory.ts';
import {formatFolders, parseFolders} from '../../src/stores/folder-names.ts';
import {foldersStore} from '../../src/stores/folders.ts';
import {sha256} from '../support/assets.ts';
import {awkwardText, fileKeys, fileName} from '../support/awkward.ts';
import {listed, listedKeys, never, theOne} from '../support/listing.ts';
import {rangesOf} from '../support/ranges.ts';
import {tempFolder} from '../support/temp.ts';

function put(path: string, content: string): void {
  mkdirSync(dirname(path), {recursive: true});
  writeFileSync(path, content);
  utimesSync(path, 1, 1);
}

/** Folders of one parent, which as one folder has the same keys: what directoryStore says of it is what is right. */
async function besideParent(folders: readonly string[], keys: readonly string[]) {
  const parent = tempFolder();
  for (const folder of folders) mkdirSync(join(parent, folder));
  for (const [index, key] of keys.entries())
    put(join(parent, folders[index % folders.length] ?? '', key), key);
  const store = await foldersStore(folders.map(folder => join(parent, folder)));
  return {store, whole: await directoryStore(parent)};
}

const worlds = fc.record({
  folders: fc.uniqueArray(fileName(), {minLength: 2, maxLength: 4}),
  keys: fileKeys(12),
  texts: fc.infiniteStream(awkwardText()),
});

describe('several folders', () => {
  it('are listed as one folder that holds them would be, in any range, and parted so', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, async ({folders, keys, texts}) => {
        const {store, whole} = await besideParent(folders, keys);
        const all = await listed(whole);
        expect(await listed(store)).toEqual(all);
        const edges = [...all.map(({key}) => key), ...folders, ...folders.map(folder => `${folder}/`)];
        for (const narrowed of rangesOf(edges, texts)) {
          const expected = await listedKeys(whole, narrowed);
          expect(await listedKeys(store, narrowed), JSON.stringify(narrowed)).toEqual(expected);
          const middle = await store.middle({...narrowed, signal: never});
          if (middle === null) continue;
          expect(middle).not.toBe(narrowed.hi);
          const halves = [
            {...narrowed, hi: middle},
            {...narrowed, lo: middle},
          ];
          const parted = await Promise.all(halves.map(half => listedKeys(store, half)));
          expect(parted.flat()).toEqual(expected);
        }
      }),
      {numRuns: 40},
    );
  });

  it('are looked up, hashed and read by the keys of their listing', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, async ({folders, keys}) => {
        const {store} = await besideParent(folders, keys);
        for (const object of await listed(store)) {
          const content = object.key.slice(object.key.indexOf('/') + 1);
          expect(await store.lookup(object.key, never)).toEqual(object);
          expect(await store.sha256(object, {signal: never})).toBe(sha256(content));
          expect(await store.statedSha256(object, never)).toBeNull();
          const chunks = await Array.fromAsync(store.read(object, {signal: never}));
          expect(Buffer.concat(chunks).toString()).toBe(content);
        }
      }),
      {numRuns: 20},
    );
  });

  it('are parted behind a whole folder, within the only one that has something, or not at all', async () => {
    const parent = tempFolder();
    for (const name of ['empty', 'a', 'b']) mkdirSync(join(parent, name));
    const store = await foldersStore(['empty', 'b', 'a'].map(name => join(parent, name)));
    const middle = () => store.middle({prefix: '', lo: '', hi: null, signal: never});
    expect(await middle()).toBeNull();
    put(join(parent, 'a', '1'), '');
    expect(await middle()).toBeNull();
    put(join(parent, 'a', '2'), '');
    expect(await middle()).toBe('a/1');
    put(join(parent, 'b', '1'), '');
    expect(await middle()).toBe('a0');
  });

  it('have keys of their own where they have the same name, whatever the order of their flags', async () => {
    const folder = tempFolder();
    const paths = ['z/photos', 'a/photos', 'm/photos', 'b/photos~2'].map(path => join(folder, path));
    for (const path of paths) put(join(path, 'file'), path);
    const store = await foldersStore(paths);
    const again = await foldersStore(paths.toReversed());
    const contents = async () => {
      const objects = await listed(store);
      const paths = objects.map(({key}): [string, string] => [key, dirname(store.pathOf(key))]);
      return Object.fromEntries(paths);
    };
    expect(await contents()).toEqual({
      'photos/file': join(folder, 'a/photos'),
      'photos~2/file': join(folder, 'b/photos~2'),
      'photos~3/file': join(folder, 'm/photos'),
      'photos~4/file': join(folder, 'z/photos'),
    });
    expect(await listed(again)).toEqual(await listed(store));
    expect([again.id, again.label]).toEqual([store.id, store.label]);
  });

  it('that are named by links are the same place, and the same keys', async () => {
    const folder = tempFolder();
    for (const name of ['a', 'b']) put(join(folder, name, 'file'), name);
    symlinkSync('a', join(folder, 'link'));
    const real = await foldersStore([join(folder, 'a'), join(folder, 'b')]);
    const linked = await foldersStore([join(folder, 'link'), join(folder, 'b')]);
    expect(linked.id).toBe(real.id);
    expect(linked.label).not.toBe(real.label);
    expect(await listed(linked)).toEqual(await listed(real));
  });

  it('tell what fails by the whole key', async () => {
    const {store} = await besideParent(['one', 'two'], ['file', 'other']);
    const seen = await theOne(store, 'one/file');
    appendFileSync(store.pathOf('one/file'), 'more');
    const fault = {kind: 'changed', message: 'one/file: the file changed since it was listed'};
    await expect(store.sha256(seen, {signal: never})).rejects.toMatchObject(fault);
    await expect(Array.fromAsync(store.read(seen, {signal: never}))).rejects.toMatchObject(fault);
    const elsewhere = {...seen, key: 'three/file'};
    await expect(store.sha256(elsewhere, {signal: never})).rejects.toMatchObject({kind: 'not-found'});
    expect(await store.lookup('three/file', never)).toBeNull();
  });

  it('are each checked', async () => {
    const folder = tempFolder();
    mkdirSync(join(folder, 'here'));
    const store = await foldersStore([join(folder, 'missing'), join(folder, 'here')]);
    expect((await store.check()).map(({level, message}) => [level, message.split(':')[0]])).toEqual([
      ['ok', join(folder, 'here')],
      ['error', join(folder, 'missing')],
    ]);
  });

  it('may be one alone, which is that folder', async () => {
    const folder = tempFolder();
    put(join(folder, 'file'), '');
    const [one, plain] = [await foldersStore([folder]), await directoryStore(folder)];
    expect([one.id, one.label, one.bucket]).toEqual([plain.id, plain.label, plain.bucket]);
    expect(await listed(one)).toEqual(await listed(plain));
  });
});

describe('folders that overlap are refused, and named:', () => {
  it.each<[string, readonly [string, string], RegExp]>([
    ['the same twice', ['a', 'a'], /the same folder/],
    ['the same by a link', ['a', 'link'], /the same folder/],
    ['one in the other', ['a', 'a/inner'], /a\/inner lies in .*\/a$/],
    ['one in the other, named first', ['a/inner', 'a'], /a\/inner lies in .*\/a$/],
    ['one in the other by a link', ['link/inner', 'a'], /link\/inner lies in .*\/a$/],
  ])('%s', async (_, names, message) => {
    const folder = tempFolder();
    mkdirSync(join(folder, 'a', 'inner'), {recursive: true});
    symlinkSync('a', join(folder, 'link'));
    const refused = await foldersStore(names.map(name => join(folder, name))).catch(
      (error: unknown) => error,
    );
    expect(refused).toBeInstanceOf(OperatorError);
    expect(refused).toMatchObject({code: 'usage', message: expect.stringMatching(message)});
    for (const name of names)
      expect(refused).toMatchObject({message: expect.stringContaining(join(folder, name))});
  });

  it('but not those whose names only begin alike', async () => {
    const folder = tempFolder();
    for (const name of ['photos', 'photos-private']) put(join(folder, name, 'file'), '');
    const store = await foldersStore([join(folder, 'photos'), join(folder, 'photos-private')]);
    expect(await listedKeys(store)).toEqual(['photos-private/file', 'photos/file']);
  });
});

describe('the label of folders', () => {
  it('gives them back, sorted, whatever their names', () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a:%23A5é ]{1,8}$/), {minLength: 1, maxLength: 4});
    fc.assert(
      fc.property(names, folders => {
        const paths = folders.map(name => `/x/${name}`);
        const expected = paths.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
        expect(parseFolders(formatFolders(paths))).toEqual(expected);
      }),
    );
    expect(formatFolders(['/b:1', '/a%3A'])).toBe('folders:/a%253A:/b%3A1');
  });

  it.each(['folders:', 'folders:/a::/b', '/a', 'folder:/a', 'inventory:/a'])('is not %s', label => {
    expect(parseFolders(label)).toBeNull();
  });
});
