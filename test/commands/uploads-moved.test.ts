import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {runProgram} from '../support/program.ts';
import {summaryOf, UploadsWorld} from './uploads-world.ts';

/** A provider whose name in the config is another place by now. */

const cam = ['--provider', 'cam'];

function configured(world: UploadsWorld, folder: string): void {
  const config = {providers: {cam: {folder}}, settings: {page: {items: 4}}};
  writeFileSync(join(world.root, 'headgate.config.json'), JSON.stringify(config));
}

async function worldOf(videos: number): Promise<UploadsWorld> {
  const world = new UploadsWorld();
  world.writeVideos(videos);
  mkdirSync(join(world.root, 'moved'));
  await world.migrate();
  configured(world, './pixverse');
  return world;
}

it('a run that was killed is not gone on with there, and is when the name is the old place again', async () => {
  const world = await worldOf(12);
  const plan = String(summaryOf(await world.rehearse(...cam), 'dry-run')?.['run']);
  const args = ['live', plan, '--confirm', world.index];
  await runProgram(args, {cwd: world.root, env: {HEADGATE_CRASH_AT: 'page-committed:2'}});
  configured(world, './moved');
  const refused = await world.run('resume', 'last');
  expect(refused.code).not.toBe(0);
  expect(refused.err).toContain(
    `cam is another place than when this run was made: ${join(world.root, 'moved')}, and it was ${join(world.root, 'pixverse')}`,
  );
  expect(world.objects('moved')).toEqual([]);
  configured(world, './pixverse');
  const resumed = await world.run('resume', 'last', '--json');
  expect(summaryOf(resumed, 'live')).toMatchObject({status: 'completed', inserted: 12});
  expect(world.objects()).toHaveLength(12);
});

it('a run is not undone there: its objects are at the old place', async () => {
  const world = await worldOf(3);
  const run = String(summaryOf(await world.unattended(...cam), 'live')?.['run']);
  configured(world, './moved');
  const undone = await world.run('undo', run, '--confirm', world.index);
  expect(undone.code).not.toBe(0);
  expect(undone.err).toContain('cam is another place than when this run was made');
  expect(world.rows()).toHaveLength(3);
  expect(world.objects()).toHaveLength(3);
});

it('a new run that finds nothing to do ends with a broken invariant where the objects are not there', async () => {
  const world = await worldOf(3);
  await world.unattended(...cam);
  configured(world, './moved');
  const {code, lines} = await world.unattended(...cam);
  expect(code).toBe(3);
  expect(lines.findLast(line => line['id'] === 'objects-are-there')).toMatchObject({
    severity: 'blocking',
    count: 3,
    note: '3 looked for',
  });
});
