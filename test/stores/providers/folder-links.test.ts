import {mkdirSync, readdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {folderProvider} from '../../../src/stores/providers/folder.ts';
import {never} from '../../support/listing.ts';
import {tempFolder} from '../../support/temp.ts';
import {MemoryJournal} from '../../support/upload-journal.ts';
import {fileToUpload} from '../../support/uploaded-file.ts';

describe('outside of a folder', () => {
  it('nothing is written, read or removed, whatever its links say', async () => {
    const [folder, outside] = [tempFolder(), tempFolder()];
    writeFileSync(join(outside, 'x'), 'kept');
    symlinkSync(outside, join(folder, 'out'));
    const provider = await folderProvider({id: 'a', label: 'a', folder});
    const refused = {kind: 'invalid', message: expect.stringContaining('a link leads out of the folder')};
    const journal = new MemoryJournal();
    for (const name of ['out/x', 'out/new/x'])
      await expect(provider.upload(fileToUpload(name, 10), {signal: never, journal})).rejects.toMatchObject(
        refused,
      );
    await expect(provider.remove('out/x', never)).rejects.toMatchObject(refused);
    expect(await provider.find(fileToUpload('out/x', 4), never)).toBeNull();
    expect(readdirSync(outside)).toEqual(['x']);
    expect(journal.open.size).toBe(0);
  });

  it('a link in the place of an object is no object, and an upload takes its place', async () => {
    const [folder, outside] = [tempFolder(), tempFolder()];
    writeFileSync(join(outside, 'x'), 'kept');
    symlinkSync(join(outside, 'x'), join(folder, 'x'));
    const provider = await folderProvider({id: 'a', label: 'a', folder});
    const file = fileToUpload('x', 4);
    expect(await provider.find(file, never)).toBe('other');
    await provider.upload(file, {signal: never, journal: new MemoryJournal()});
    expect(await provider.find(file, never)).toBe('same');
    await provider.remove('x', never);
    expect([readdirSync(folder), readdirSync(outside)]).toEqual([[], ['x']]);
  });

  it.each(['../x', 'other/.x.part', 'x', '.x.part', '.y.00000000-0000-0000-0000-000000000000.txt'])(
    'the journal has no say: %s is not removed',
    async handle => {
      const folder = tempFolder();
      writeFileSync(join(folder, 'x'), 'kept');
      const provider = await folderProvider({id: 'a', label: 'a', folder});
      await expect(provider.abandon('x', handle, never)).rejects.toMatchObject({kind: 'invalid'});
      expect(readdirSync(folder)).toEqual(['x']);
    },
  );
});

it('a link within a folder is followed', async () => {
  const folder = tempFolder();
  mkdirSync(join(folder, 'real'));
  symlinkSync('real', join(folder, 'linked'));
  const provider = await folderProvider({id: 'a', label: 'a', folder});
  const file = fileToUpload('linked/x', 10);
  await provider.upload(file, {signal: never, journal: new MemoryJournal()});
  expect(readdirSync(join(folder, 'real'))).toEqual(['x']);
  expect(await provider.find(file, never)).toBe('same');
});
