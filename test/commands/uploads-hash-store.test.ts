import {statSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {queryIndex} from '../support/assets.ts';
import {sha256, summaryOf, UploadsWorld} from './uploads-world.ts';

/** Whose uploads the hash store knows, as a user sees it. */

async function uploadedWorld(): Promise<UploadsWorld> {
  const world = new UploadsWorld();
  world.writeVideos(3);
  expect((await world.migrate()).code).toBe(0);
  const live = await world.unattended();
  expect(summaryOf(live, 'live')).toMatchObject({status: 'completed', inserted: 3});
  return world;
}

const planned = async (world: UploadsWorld) => (await world.run('plan', 'last')).out;

it('another target has none of it: its rows are made, and the objects recognised', async () => {
  const world = await uploadedWorld();
  const inodes = () => world.objects().map(name => statSync(join(world.root, world.provider, name)).ino);
  const before = inodes();
  await world.run('migrate', 'uploads', '--target', 'second.sqlite');
  const dry = await world.rehearse('--target', 'second.sqlite');
  expect(summaryOf(dry, 'dry-run')).toMatchObject({inserted: 3, unchanged: 0});
  expect(await planned(world)).not.toMatch(/already uploaded|row gone/);
  const live = await world.run(
    ...['live', String(summaryOf(dry, 'dry-run')?.['run']), '--confirm', 'second.sqlite', '--json'],
  );
  expect(summaryOf(live, 'live')).toMatchObject({status: 'completed', inserted: 3});
  expect(inodes()).toEqual(before);
});

it.each([
  ['another user', ['--user', '8']],
  ['another provider', ['--provider', 'runway']],
])('%s has none of it', async (_, flags) => {
  const world = await uploadedWorld();
  world.write('.keep', '', 'runway');
  const dry = await world.rehearse(...flags);
  expect(summaryOf(dry, 'dry-run')).toMatchObject({listed: 3, unchanged: 0});
  expect(await planned(world)).not.toMatch(/already uploaded|row gone/);
});

it('of a target whose ledger was lost, another learns what it has', async () => {
  const world = await uploadedWorld();
  await world.rehearse('--ledger', 'new.sqlite');
  const known = queryIndex(join(world.root, 'new.sqlite'), 'SELECT status, name FROM uploads_by_hash');
  expect(known.map(({status, name}) => [status, name]).toSorted()).toEqual(
    ['video 000.mp4', 'video 001.mp4', 'video 002.mp4'].map(name => ['success', name]),
  );
});

it('an upload that failed is told with its reason when it is planned again', async () => {
  const world = await uploadedWorld();
  const hash = sha256('late');
  world.write('late.mp4', 'late');
  world.write(`u/7/${hash.slice(0, 2)}/${hash}.mp4`, 'in its place', world.provider);
  const live = await world.unattended('--max-failures', '1');
  expect(summaryOf(live, 'live')).toMatchObject({status: 'incomplete', failed: 1, unchanged: 3});
  await world.rehearse();
  expect(await planned(world)).toMatch(/late\.mp4.*failed before: .*has something else under u\/7\//);
});

it('coverage of a folder counts its files, and not rows, which are of contents', async () => {
  const world = new UploadsWorld();
  world.write('here/a.mp4', 'one video');
  world.write('there/copy.mp4', 'one video');
  await world.migrate();
  const {lines} = await world.unattended();
  const groups = lines.filter(({type}) => type === 'coverage');
  expect(groups).toMatchObject([
    {group: '*', done: 2, objects: 2, rows: 1, rowsDone: 1},
    {group: 'here/', done: 1, objects: 1},
    {group: 'there/', done: 1, objects: 1},
  ]);
  expect(groups.map(group => 'rows' in group)).toEqual([true, false, false]);
  const {out} = await world.run('coverage', 'uploads', ...world.flags());
  expect(out).toMatch(/all +100\.00 % {2}2 of 2 files are recorded as uploaded; 1 of 1 assets\n/);
  expect(out).toMatch(/here\/ +100\.00 % {2}1 of 1 files are recorded as uploaded\n/);
});
