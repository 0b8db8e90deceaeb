import {mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {expect, it} from 'vitest';
import {runProgram} from '../support/program.ts';
import {sha256, summaryOf, UploadsWorld} from './uploads-world.ts';

/** What an undo takes away from a provider: what its run has made there, and nothing else. */

async function worldOf(videos: number): Promise<UploadsWorld> {
  const world = new UploadsWorld();
  world.writeVideos(videos);
  expect((await world.migrate()).code).toBe(0);
  return world;
}

function objectOf(content: string): string {
  const hash = sha256(content);
  return `u/7/${hash.slice(0, 2)}/${hash}.mp4`;
}

it('an undo says what becomes of objects: before it is done what it removes, and how many those were', async () => {
  const world = await worldOf(3);
  const live = await world.unattended();
  const run = String(summaryOf(live, 'live')?.['run']);
  const shown = await world.run('undo', run);
  expect(shown.out).toContain(
    `The undo also removes each object that run ${run} has uploaded, and that no row names any more\n`,
  );
  expect(world.objects()).toHaveLength(3);
  const undone = await world.run('undo', run, '--confirm', world.index);
  expect(undone.err).toMatch(/^3 objects that were uploaded, and that no row names any more, were removed$/m);
  expect(world.objects()).toEqual([]);
  const status = await world.run('status', run);
  expect(status.out).toMatch(/^undone by {3}\S+$/m);
  expect(status.out).not.toContain('Take it back');
});

it('an object that was there before the run stays when the run is undone', async () => {
  const world = await worldOf(2);
  const before = objectOf('what video 0 shows');
  const path = join(world.root, world.provider, before);
  mkdirSync(dirname(path), {recursive: true});
  writeFileSync(path, 'what video 0 shows');
  const live = await world.unattended();
  expect(summaryOf(live, 'live')).toMatchObject({status: 'completed', inserted: 2});
  expect(world.objects()).toHaveLength(2);
  const run = String(summaryOf(live, 'live')?.['run']);
  const undone = await world.run('undo', run, '--confirm', world.index, '--json');
  expect(summaryOf(undone, 'undo')).toMatchObject({status: 'completed', deleted: 2});
  expect(world.rows()).toEqual([]);
  expect(world.objects()).toEqual([before]);
});

it('an object that another target has found there since stays when the run that made it is undone', async () => {
  const world = await worldOf(1);
  const live = await world.unattended();
  const other = ['--target', 'other.sqlite'];
  await world.run('migrate', 'uploads', ...other);
  const found = await world.run(
    ...['run', 'uploads', ...world.flags(other), '--unattended', '--confirm', 'other.sqlite', '--json'],
  );
  expect(summaryOf(found, 'live')).toMatchObject({status: 'completed', inserted: 1});
  const run = String(summaryOf(live, 'live')?.['run']);
  const undone = await world.run('undo', run, '--confirm', world.index, '--json');
  expect(summaryOf(undone, 'undo')).toMatchObject({status: 'completed', deleted: 1});
  expect(world.objects()).toEqual([objectOf('what video 0 shows')]);
});

it('an object that can not be removed is told, and the undo goes on', async () => {
  const world = await worldOf(1);
  const live = await world.unattended();
  const run = String(summaryOf(live, 'live')?.['run']);
  const object = objectOf('what video 0 shows');
  // A folder in its place can't be removed as a file is.
  const path = join(world.root, world.provider, object);
  rmSync(path);
  mkdirSync(join(path, 'inside'), {recursive: true});
  const undone = await world.run('undo', run, '--confirm', world.index, '--json');
  expect(summaryOf(undone, 'undo')).toMatchObject({status: 'completed', deleted: 1});
  expect(undone.out).toMatch(/1 object at .*pixverse could not be removed/);
  expect(world.rows()).toEqual([]);
});

it('a run that was killed while it uploaded, and is then cancelled, leaves no object without a row', async () => {
  const world = await worldOf(6);
  const plan = String(summaryOf(await world.rehearse(), 'dry-run')?.['run']);
  const killed = await runProgram(['live', plan, '--confirm', world.index], {
    cwd: world.root,
    env: {HEADGATE_CRASH_AT: 'effects-applied'},
  });
  expect(killed.signal).toBe('SIGKILL');
  expect(world.objects()).toHaveLength(6);
  const cancelled = await world.run('cancel', 'last', '--json');
  expect(cancelled.code, cancelled.err).toBe(0);
  expect([world.rows(), world.objects()]).toEqual([[], []]);
  const again = await world.unattended();
  expect(summaryOf(again, 'live')).toMatchObject({status: 'completed', inserted: 6});
});
