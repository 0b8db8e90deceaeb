import {mkdirSync, writeFileSync} from 'node:fs';
import {join, relative, resolve} from 'node:path';
import {expect, it} from 'vitest';
import {loadConfig} from '../../src/config/config.ts';
import {Connections} from '../../src/config/connections.ts';
import {listedKeys} from '../support/listing.ts';
import {tempFolder} from '../support/temp.ts';

/** A folder with an inventory of one object in data/, and with this as its config. */
async function connectionsIn(config: unknown) {
  const folder = tempFolder();
  const path = join(folder, 'data', 'inventory.json');
  mkdirSync(join(folder, 'data'));
  writeFileSync(path, '{"objects":[{"key":"a","size":1}]}');
  writeFileSync(join(folder, 'headgate.config.json'), JSON.stringify(config));
  const loaded = await loadConfig(null, folder);
  return {path, loaded, connections: new Connections({config: loaded, environment: {}, now: () => 0})};
}

it('an inventory is a source by its name in the config, relative to that', async () => {
  const {path, connections} = await connectionsIn({sources: {listed: {inventory: 'data/inventory.json'}}});
  const store = await connections.source('listed');
  expect(store).toMatchObject({id: `inventory:${path}`, label: 'listed'});
  expect(await listedKeys(store)).toEqual(['a']);
  expect(connections.sourceLabel('listed')).toBe('listed');
  expect(connections.sourcePrefix('listed')).toBe('');
});

it('an inventory is a source by its path, relative to where one is', async () => {
  const {path, connections} = await connectionsIn({});
  const named = `inventory:${relative(process.cwd(), path)}`;
  const store = await connections.source(named);
  expect(await listedKeys(store)).toEqual(['a']);
  expect([store.id, store.label, connections.sourceLabel(named)]).toEqual(Array(3).fill(`inventory:${path}`));
  // A run finds its source again by the label.
  expect((await connections.source(store.label)).id).toBe(store.id);
  expect(connections.sourcePrefix(named)).toBe('');
});

it('of a backfill in the config, it is relative to the config', async () => {
  const {path, loaded} = await connectionsIn({
    backfills: {'media-ingest': {source: 'inventory:data/inventory.json', target: './x.sqlite'}},
  });
  expect(loaded.backfills['media-ingest']?.source).toBe(`inventory:${path}`);
});

it('an inventory without a path is no source', async () => {
  const {connections} = await connectionsIn({});
  await expect(connections.source('inventory:')).rejects.toThrow(
    /this is not a folder, a bucket .* or an inventory \(inventory:FILE\)/,
  );
  expect(connections.sourceLabel('inventory:')).toBe(resolve('inventory:'));
});

it('a source of the config is of one kind', async () => {
  await expect(connectionsIn({sources: {x: {inventory: 'a', folder: 'b'}}})).rejects.toThrow(/x/);
  await expect(connectionsIn({sources: {x: {inventory: ''}}})).rejects.toThrow(/sources\.x\.inventory/);
  await expect(connectionsIn({sources: {x: {}}})).rejects.toThrow(
    /a source is \{folder: …\}, \{folders: \[…\]\}, \{inventory: FILE\}, \{atproto: \{relays, plc\}\} or \{s3:/,
  );
});
