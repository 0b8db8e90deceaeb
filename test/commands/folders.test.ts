import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {UploadsWorld} from './uploads-world.ts';

/** What is known of folders, and how it is forgotten. */

async function worldOf(videos: number): Promise<UploadsWorld> {
  const world = new UploadsWorld();
  world.writeVideos(videos);
  expect((await world.migrate()).code).toBe(0);
  return world;
}

it('a folder that is not known can not be removed, and one that was is told behind the others', async () => {
  const world = await worldOf(2);
  world.write('one.mp4', 'one', 'clips');
  await world.rehearse();
  world.folder = 'clips';
  await world.rehearse();
  const unknown = await world.run('folders', 'remove', './nope');
  expect(unknown.code).toBe(2);
  expect(unknown.err).toMatch(
    /\.\/nope: nothing is known of this folder \(\S+\/nope\)\nKnown are: \S+\/clips, \S+\/videos\n/,
  );
  const removed = await world.run('folders', 'remove', 'clips');
  expect(removed.out).toMatch(/clips: 1 file is forgotten/);
  const {out} = await world.run('folders');
  expect(out).toMatch(
    /^\S+videos {2}2 files are known, .+\n\S+clips {2}removed, or not hashed yet: none of its files is known\n$/,
  );
  const again = await world.run('folders', 'remove', 'clips');
  expect([again.code, again.out]).toEqual([0, expect.stringMatching(/none of its files was known any more/)]);
});

it('a folder around known ones is not removed with them: each is, by its own name', async () => {
  const world = await worldOf(2);
  world.write('one.mp4', 'one', 'clips');
  await world.rehearse();
  world.folder = 'clips';
  await world.rehearse();
  const refused = await world.run('folders', 'remove', '.');
  expect(refused.code).toBe(2);
  expect(refused.err).toMatch(
    /\.: this is no folder that was uploaded from, but 2 lie below it\nRemove each by its own name: \S+\/clips, \S+\/videos\n/,
  );
  const {out} = await world.run('folders');
  expect(out).toMatch(/clips {2}1 file is known.*\n.*videos {2}2 files are known/);
});

it('a name of the config is told as its folders, and without that config as what it is', async () => {
  const world = await worldOf(2);
  world.write('one.mp4', 'one', 'clips');
  writeFileSync(
    join(world.root, 'other.json'),
    JSON.stringify({sources: {cam: {folders: ['videos', 'clips']}}}),
  );
  await world.run(
    ...['run', 'uploads', '--source', 'cam', '--provider', './pixverse', '--user', '7'],
    ...['--target', world.index, '--config', 'other.json'],
  );
  const named = await world.run('folders', '--config', 'other.json');
  expect(named.out).toMatch(/^\S+clips {2}1 file is known.*\n\S+videos {2}2 files are known.*\n$/);
  const unnamed = await world.run('folders');
  expect(unnamed.out).toBe('cam is a name of a config: --config FILE says which folders it stands for.\n');
  const refused = await world.run('folders', 'remove', '.');
  expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('cam is a name of a config')]);
});

it('a folder without a name is not taken for the one that somebody is in', async () => {
  const world = await worldOf(2);
  await world.rehearse();
  await world.run('verify', 'uploads', '--target', world.index);
  const {code, err} = await world.run('folders', 'remove', '');
  expect(code).toBe(2);
  expect(err).toMatch(/the folder has no name/);
  const {out} = await world.run('folders');
  expect(out).toMatch(/^\S*videos {2}2 files are known, .+\n$/);
});
