import {mkdirSync, symlinkSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {requireApart} from '../../../src/backfills/uploads/apart.ts';
import {foldersStore} from '../../../src/stores/folders.ts';
import {openProvider} from '../../../src/stores/providers/open-provider.ts';
import {tempFolder} from '../../support/temp.ts';

function placeOf(...folders: readonly string[]): string {
  const root = tempFolder();
  for (const folder of folders) mkdirSync(join(root, folder), {recursive: true});
  return root;
}

async function ask(root: string, sources: readonly string[], folder: string): Promise<void> {
  const source = await foldersStore(sources.map(name => join(root, name)));
  const provider = await openProvider('folder', {id: 'disk', label: 'disk', folder: join(root, folder)});
  requireApart(source, provider);
}

describe('the folder of a provider', () => {
  it.each([
    ['is the folder', ['videos'], 'videos', 'videos'],
    ['lies in', ['videos'], 'videos/out & more', 'videos'],
    ['lies around', ['disk/videos'], 'disk', 'disk/videos'],
    ['lies in', ['pictures', 'videos'], 'videos/🎬', 'videos'],
    ['lies in', ['videos'], 'link/out', 'videos'],
  ])('that %s one that is uploaded is refused: %j, %s', async (how, sources, folder, named) => {
    const root = placeOf(...sources, 'videos/out & more', 'videos/🎬', 'videos/out', 'disk');
    symlinkSync('videos', join(root, 'link'));
    const why = `provider disk: its folder .*${how} ${join(root, named)}, whose files are uploaded`;
    await expect(ask(root, sources, folder)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(new RegExp(why)),
      hint: expect.stringContaining('Name a provider elsewhere'),
    });
  });

  it.each(['videos-out', 'video', 'pictures/out'])('beside it is taken: %s', async folder => {
    const root = placeOf('videos', folder);
    await expect(ask(root, ['videos'], folder)).resolves.toBeUndefined();
  });
});
