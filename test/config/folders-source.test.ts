import {mkdirSync, writeFileSync} from 'node:fs';
import {join, relative} from 'node:path';
import {expect, it} from 'vitest';
import {loadConfig} from '../../src/config/config.ts';
import {Connections} from '../../src/config/connections.ts';
import {listedKeys} from '../support/listing.ts';
import {tempFolder} from '../support/temp.ts';

/** Two folders of one file each, and with this as the config beside them. */
async function connectionsIn(config: unknown) {
  const folder = tempFolder();
  for (const name of ['photos', 'videos']) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'file'), name);
  }
  writeFileSync(join(folder, 'headgate.config.json'), JSON.stringify(config));
  const loaded = await loadConfig(null, folder);
  const label = `folders:${join(folder, 'photos')}:${join(folder, 'videos')}`;
  return {
    folder,
    label,
    loaded,
    connections: new Connections({config: loaded, environment: {}, now: () => 0}),
  };
}

it('folders are one source by its name in the config, relative to that', async () => {
  const {label, connections} = await connectionsIn({sources: {media: {folders: ['videos', './photos']}}});
  const store = await connections.source('media');
  expect(store).toMatchObject({id: label, label: 'media'});
  expect(await listedKeys(store)).toEqual(['photos/file', 'videos/file']);
  expect(connections.sourceLabel('media')).toBe('media');
  expect(connections.sourcePrefix('media')).toBe('');
});

it('folders are one source by their paths, relative to where one is, and by the label that this makes', async () => {
  const {folder, label, connections} = await connectionsIn({});
  const here = relative(process.cwd(), folder);
  const named = `folders:${here}/videos:${here}/photos`;
  const store = await connections.source(named);
  expect(await listedKeys(store)).toEqual(['photos/file', 'videos/file']);
  expect([store.label, connections.sourceLabel(named)]).toEqual([label, label]);
  expect((await connections.source(store.label)).id).toBe(store.id);
  expect(connections.sourceLabel(label)).toBe(label);
});

it('one folder of that form is a folder', async () => {
  const {folder, connections} = await connectionsIn({sources: {media: {folders: ['photos']}}});
  expect((await connections.source('media')).id).toBe(`folder:${join(folder, 'photos')}`);
  const store = await connections.source(`folders:${join(folder, 'photos')}`);
  expect(await listedKeys(store)).toEqual(['file']);
  expect(store.label).toBe(connections.sourceLabel(store.label));
});

it('of a backfill in the config, they are relative to the config', async () => {
  const {label, loaded} = await connectionsIn({
    backfills: {uploads: {source: 'folders:videos:photos', target: './x.sqlite'}},
  });
  expect(loaded.backfills['uploads']?.source).toBe(label);
});

it('folders that are none, or nothing between two colons, are mistakes', async () => {
  await expect(connectionsIn({sources: {x: {folders: []}}})).rejects.toThrow(/sources\.x\.folders/);
  await expect(connectionsIn({sources: {x: {folders: ['']}}})).rejects.toThrow(/sources\.x\.folders/);
  await expect(connectionsIn({sources: {x: {folders: ['a'], folder: 'b'}}})).rejects.toThrow(/sources\.x/);
  const {connections} = await connectionsIn({});
  for (const named of ['folders:', 'folders:a::b', 'folders:a:'])
    await expect(connections.source(named)).rejects.toThrow(/this is not a folder/);
});
