import {hash} from 'node:crypto';
import {describe, expect, it} from 'vitest';
import type {Provider, UploadedFile} from '../../src/stores/providers/provider.ts';
import {listedKeys, never} from '../support/listing.ts';
import {MemoryJournal} from '../support/upload-journal.ts';
import {type FileToUpload, fileToUpload} from '../support/uploaded-file.ts';

/** An empty place that a provider uploads to, and what a test has to see of it. */
export interface ProviderUnderTest {
  readonly provider: Provider;
  /** What was begun there and is not whole: uploads in parts, temporary files. */
  leftovers(): Promise<readonly string[]>;
}

export interface ProviderFactory {
  readonly name: string;
  make(): Promise<ProviderUnderTest>;
}

const mebibyte = 1_048_576;

/** What every Provider promises, tried on a real one. */
export function providerConformance(factory: ProviderFactory): void {
  uploadingConformance(factory);
  refusingConformance(factory);
}

function uploadingConformance({name, make}: ProviderFactory): void {
  describe(`${name} uploads`, () => {
    it.each<[string, number]>([
      ['a small file', 1_000],
      ['an empty file', 0],
      ['a file of 16 MiB', 16 * mebibyte],
      ['a file of 16 MiB and one byte', 16 * mebibyte + 1],
      ['a file of 40 MB', 40_000_000],
      ['a file of 24 MiB, whose parts are all full', 24 * mebibyte],
    ])('%s, and finds it', async (_, size) => {
      const {provider, leftovers} = await make();
      const journal = new MemoryJournal();
      const file = fileToUpload('u/1/ab/file.mp4', size);
      const progress: number[] = [];
      expect(await provider.find(file, never)).toBeNull();
      await provider.upload(file, {signal: never, journal, onProgress: bytes => progress.push(bytes)});
      expect(await contentOf(provider, file.name)).toEqual({size, sha256: file.sha256});
      expect(await provider.find(file, never)).toBe('same');
      expect(await provider.find({...file, sha256: null}, never)).toBe('same');
      expect(await provider.find(fileToUpload(file.name, size + 1), never)).toBe('other');
      if (size > 0)
        expect(await provider.find(fileToUpload(file.name, size, {seed: 1}), never)).toBe('other');
      expect(progress).toEqual(progress.toSorted((a, b) => a - b));
      if (size > 0) expect(progress.at(-1)).toBe(size);
      expect([...journal.open, ...(await leftovers())]).toEqual([]);
    });

    it.each(['a & b+c.mp4', 'u/写真 🚢/%2F é "x".mp4', 'deep/er/and/deeper/x', '.hidden'])(
      'under the name %s',
      async objectName => {
        const {provider} = await make();
        const file = fileToUpload(objectName, 500);
        await provider.upload(file, {signal: never, journal: new MemoryJournal()});
        expect(await provider.find(file, never)).toBe('same');
        expect(await listedKeys(provider.store, {prefix: provider.store.prefix})).toEqual([
          provider.key(objectName),
        ]);
      },
    );

    it('a file whose hash nobody knows', async () => {
      const {provider} = await make();
      for (const size of [10, 20 * mebibyte]) {
        const file = fileToUpload(`random-${size}`, size);
        await provider.upload({...file, sha256: null}, {signal: never, journal: new MemoryJournal()});
        expect(await provider.find(file, never)).toBe('same');
        expect(await provider.find(fileToUpload(file.name, size, {seed: 1}), never)).toBe('other');
      }
    });

    it('over another object of the same name', async () => {
      const {provider} = await make();
      const journal = new MemoryJournal();
      await provider.upload(fileToUpload('name', 500, {seed: 1}), {signal: never, journal});
      const file = fileToUpload('name', 500);
      expect(await provider.find(file, never)).toBe('other');
      await provider.upload(file, {signal: never, journal});
      expect(await provider.find(file, never)).toBe('same');
    });

    it('several at once', async () => {
      const {provider} = await make();
      const files = Array.from({length: 3}, (_, seed) => fileToUpload(`n/${seed}`, 17 * mebibyte, {seed}));
      const journal = new MemoryJournal();
      await Promise.all(files.map(file => provider.upload(file, {signal: never, journal})));
      for (const file of files) expect(await provider.find(file, never)).toBe('same');
    });

    it('and removes: what is gone is gone, whether it was there or not', async () => {
      const {provider} = await make();
      const file = fileToUpload('u/1/x', 500);
      await provider.upload(file, {signal: never, journal: new MemoryJournal()});
      for (let time = 0; time < 2; time++) {
        await provider.remove(file.name, never);
        expect(await provider.find(file, never)).toBeNull();
      }
      expect(await listedKeys(provider.store, {prefix: provider.store.prefix})).toEqual([]);
      await provider.remove('never/was/there', never);
    });

    it('nothing more once it was stopped, and goes on from the journal', async () => {
      const {provider, leftovers} = await make();
      const journal = new MemoryJournal();
      const file = await stoppedIn(provider, journal);
      expect(journal.open.size).toBe(1);
      expect(await leftovers()).toHaveLength(1);
      expect(await provider.find(file, never)).toBeNull();
      const again = fileToUpload('stopped', 26_000_000);
      await provider.upload(again, {signal: never, journal});
      expect(await provider.find(again, never)).toBe('same');
      expect([...journal.open, ...(await leftovers())]).toEqual([]);
    });

    it('nothing that was abandoned, also where it is abandoned twice', async () => {
      const {provider, leftovers} = await make();
      const journal = new MemoryJournal();
      await stoppedIn(provider, journal);
      const handle = journal.open.get('stopped') ?? '';
      for (let time = 0; time < 2; time++) {
        await provider.abandon('stopped', handle, never);
        expect([
          ...(await leftovers()),
          ...(await listedKeys(provider.store, {prefix: provider.store.prefix})),
        ]).toEqual([]);
      }
    });

    it('nothing where its signal has ended before', async () => {
      const {provider} = await make();
      const signal = AbortSignal.abort(new Error('too late'));
      const file = fileToUpload('late', 500);
      const journal = new MemoryJournal();
      await expect(provider.upload(file, {signal, journal})).rejects.toThrow('too late');
      await expect(provider.find(file, signal)).rejects.toThrow('too late');
      await expect(provider.remove(file.name, signal)).rejects.toThrow('too late');
      expect(await provider.find(file, never)).toBeNull();
    });
  });
}

/** An upload in the middle of which its signal ends. */
async function stoppedIn(provider: Provider, journal: MemoryJournal): Promise<FileToUpload> {
  const stop = new AbortController();
  const onReading = (from: number) => {
    if (from > 20_000_000) stop.abort(new Error('stopped by the test'));
  };
  const file = fileToUpload('stopped', 26_000_000, {onReading});
  await expect(provider.upload(file, {signal: stop.signal, journal})).rejects.toThrow('stopped by the test');
  return file;
}

function refusingConformance({name, make}: ProviderFactory): void {
  describe(`${name} leaves nothing behind`, () => {
    const size = 20 * mebibyte;
    it.each<[string, UploadedFile]>([
      ['a small file that changes while it is read', fileToUpload('x', 900, {readSeed: 1})],
      ['a large one', fileToUpload('x', size, {readSeed: 1})],
      ['one that grew', fileToUpload('x', 900, {readSize: 901})],
      ['one that grew by a part', fileToUpload('x', size, {readSize: 30 * mebibyte})],
      ['one that was cut off', fileToUpload('x', 900, {readSize: 899})],
      ['one that was cut off in its middle', fileToUpload('x', size, {readSize: 9 * mebibyte})],
    ])('of %s', async (_, file) => {
      const {provider, leftovers} = await make();
      const journal = new MemoryJournal();
      await expect(provider.upload(file, {signal: never, journal})).rejects.toMatchObject({
        name: 'Fault',
        kind: 'changed',
        message: expect.stringMatching(/^x: the file changed/),
      });
      expect(await listedKeys(provider.store, {prefix: provider.store.prefix})).toEqual([]);
      expect([...journal.open, ...(await leftovers())]).toEqual([]);
    });

    it.each(['', '/x', 'x/', 'a//b', '.', '..', '../x', 'a/../../x', 'a/./b', 'a\0b', 'a\\b', '\ud800'])(
      'of a name that could lead elsewhere: %j',
      async objectName => {
        const {provider} = await make();
        const file = fileToUpload(objectName, 10);
        const refused = {
          name: 'Fault',
          kind: 'invalid',
          message: expect.stringContaining("can't be named so"),
        };
        const journal = new MemoryJournal();
        await expect(provider.upload(file, {signal: never, journal})).rejects.toMatchObject(refused);
        await expect(provider.find(file, never)).rejects.toMatchObject(refused);
        await expect(provider.remove(objectName, never)).rejects.toMatchObject(refused);
        await expect(provider.abandon(objectName, 'x', never)).rejects.toMatchObject(refused);
        expect([
          ...journal.open,
          ...(await listedKeys(provider.store, {prefix: provider.store.prefix})),
        ]).toEqual([]);
      },
    );
  });
}

async function contentOf(
  provider: Provider,
  name: string,
): Promise<{readonly size: number; readonly sha256: string} | null> {
  const object = await provider.store.lookup(provider.key(name), never);
  if (object === null) return null;
  const {size} = object;
  const sha256 = size === 0 ? hash('sha256', '') : await provider.store.sha256(object, {signal: never});
  return {size, sha256};
}
