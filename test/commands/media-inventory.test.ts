import {readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {beforeEach, expect, it} from 'vitest';
import {summaryOf} from '../support/program.ts';
import {PipelineWorld, unattendedHere} from './pipeline-world.ts';

/** The inventory that media-ingest writes of its bucket. */

let world: PipelineWorld;

beforeEach(async () => {
  world = await PipelineWorld.make();
  world.makeLocal();
});

it('is listed once, kept as documented, and left alone where nothing has changed', async () => {
  world.upload('b', 'a & b');
  const first = await world.runHere([...unattendedHere, '--inventory-out', 'data/b2/inventory.json']);
  expect(first.code).toBe(0);
  const path = join(world.cwd, 'data/b2/inventory.json');
  const {objects} = JSON.parse(readFileSync(path, 'utf8'));
  expect(objects.map(({key}: {readonly key: string}) => key)).toEqual(['a & b', 'b']);
  for (const object of objects)
    expect(Object.keys(object)).toEqual(['key', 'size', 'last_modified', 'etag', 'file_id']);
  const listings = world.bucket.requests.filter(({operation}) => operation.startsWith('ListObject'));
  expect(listings.filter(({operation}) => operation === 'ListObjectVersions').length).toBe(1);
  const {mtimeMs} = statSync(path);
  const second = await world.runHere([...unattendedHere, '--inventory-out', 'data/b2/inventory.json']);
  expect(second.out + second.err).toMatch(/the same as before/);
  expect(statSync(path).mtimeMs).toBe(mtimeMs);
  world.upload('c');
  const third = await world.runHere(['--inventory-out', 'data/b2/inventory.json']);
  expect(third.out).toMatch(/3 objects; 1 added, 0 replaced and 0 gone/);
});

it('does not take the place of a larger one unasked, nor does an empty one', async () => {
  world.upload('a', 'b', 'c', 'd');
  await world.runHere(['--inventory-out', 'inventory.json']);
  const before = readFileSync(join(world.cwd, 'inventory.json'), 'utf8');
  for (const key of ['a', 'b']) world.bucket.remove(key);
  const shrunk = await world.runHere([...unattendedHere, '--inventory-out', 'inventory.json']);
  expect(shrunk.code).toBe(6);
  expect(shrunk.err).toMatch(/2 objects, and had 4 the time before: 50 % fewer[\s\S]*--accept-shrunk 2/);
  expect(readFileSync(join(world.cwd, 'inventory.json'), 'utf8')).toBe(before);
  expect(world.local('SELECT count(*) AS rows FROM media_assets')).toEqual([{rows: 0}]);
  const accepted = await world.runHere([
    ...unattendedHere,
    '--inventory-out',
    'inventory.json',
    '--accept-shrunk',
    '2',
  ]);
  expect(accepted.code).toBe(0);
  for (const key of ['c', 'd']) world.bucket.remove(key);
  expect((await world.runHere(['--inventory-out', 'inventory.json'])).code).toBe(6);
});

it('goes on behind the last key where a page is truncated and does not say where the next begins', async () => {
  world.upload(...Array.from({length: 2_345}, (_, number) => `k${String(number).padStart(5, '0')}`));
  world.bucket.inject({type: 'truncated-without-marker', times: Infinity});
  const ended = await world.runHere([...unattendedHere, '--inventory-out', 'inventory.json', '--json']);
  expect(ended.code).toBe(0);
  expect(summaryOf(ended)).toMatchObject({inserted: 2_345, rows: 2_345});
  expect(world.local('SELECT count(*) AS rows FROM media_assets')).toEqual([{rows: 2_345}]);
});

it('is as it was where the listing breaks off for good, and nothing is ingested', async () => {
  world.upload('a', 'b');
  await world.runHere(['--inventory-out', 'inventory.json']);
  const before = readFileSync(join(world.cwd, 'inventory.json'), 'utf8');
  world.upload('c');
  world.bucket.inject({
    type: 'error',
    code: 'InternalError',
    operation: 'ListObjectVersions',
    times: Infinity,
  });
  const ended = await world.runHere([...unattendedHere, '--inventory-out', 'inventory.json']);
  expect(ended.code).toBe(1);
  expect(ended.err).toMatch(/could not be listed as a whole[\s\S]*is as it was/);
  expect(readFileSync(join(world.cwd, 'inventory.json'), 'utf8')).toBe(before);
  expect(world.local('SELECT count(*) AS rows FROM media_assets')).toEqual([{rows: 0}]);
});

it('says in which line it is wrong', async () => {
  writeFileSync(
    join(world.cwd, 'inventory.json'),
    '{"objects":[\n{"key":"a","size":1,"etag":"e","file_id":"f"},\n{"key":"b","size":null,"etag":"e","file_id":"f"}\n]}\n',
  );
  const ended = await world.runHere(['--inventory-in', 'inventory.json']);
  expect(ended.code).toBe(2);
  expect(ended.err).toMatch(/inventory\.json, line 3: /);
});
