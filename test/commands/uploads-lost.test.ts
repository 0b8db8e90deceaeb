import {mkdirSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {expect, it} from 'vitest';
import {objectName} from '../../src/backfills/uploads/object-name.ts';
import {runProgram} from '../support/program.ts';
import {sha256, summaryOf, UploadsWorld} from './uploads-world.ts';

/** Objects that a provider has lost, or has otherwise than their rows say, and how they come back. */

async function uploadedWorld(videos: number): Promise<UploadsWorld> {
  const world = new UploadsWorld();
  world.writeVideos(videos);
  expect((await world.migrate()).code).toBe(0);
  expect(summaryOf(await world.unattended(), 'live')).toMatchObject({status: 'completed', inserted: videos});
  return world;
}

function objectOf(content: string): string {
  const hash = sha256(content);
  return `u/7/${hash.slice(0, 2)}/${hash}.mp4`;
}

function put(world: UploadsWorld, object: string, content: string): void {
  const path = join(world.root, world.provider, object);
  mkdirSync(dirname(path), {recursive: true});
  writeFileSync(path, content);
}

it('a lost object is found and uploaded again by a fresh run, once, and its row stays as it is', async () => {
  const world = await uploadedWorld(3);
  world.write('a copy of video 1.mp4', 'what video 1 shows');
  const [rows, objects] = [world.rows(), world.objects()];
  rmSync(join(world.root, world.provider, objectOf('what video 1 shows')));

  const usual = await world.rehearse();
  expect(summaryOf(usual, 'dry-run')).toMatchObject({updated: 0, unchanged: 4});

  const fresh = await world.unattended('--fresh');
  expect(summaryOf(fresh, 'dry-run')).toMatchObject({inserted: 0, updated: 1, unchanged: 3});
  expect(summaryOf(fresh, 'live')).toMatchObject({status: 'completed', updated: 1, unchanged: 3, rows: 1});
  expect(world.objects()).toEqual(objects);
  expect(world.rows()).toEqual(rows);

  const again = await world.rehearse('--fresh');
  expect(summaryOf(again, 'dry-run')).toMatchObject({updated: 0, unchanged: 4});
});

it('a run that was killed behind an upload says when it is resumed what it has uploaded again', async () => {
  const world = await uploadedWorld(30);
  const [rows, objects] = [world.rows(), world.objects()];
  for (const object of objects) rmSync(join(world.root, world.provider, object));
  const plan = String(summaryOf(await world.rehearse('--fresh'), 'dry-run')?.['run']);
  const args = ['live', plan, '--confirm', world.index];
  const killed = await runProgram(args, {cwd: world.root, env: {HEADGATE_CRASH_AT: 'effect-made:20'}});
  expect(killed.signal).toBe('SIGKILL');
  const resumed = await world.run('resume', 'last', '--json');
  expect(summaryOf(resumed, 'live')).toMatchObject({
    ...{status: 'completed', updated: 30, unchanged: 0, pending: 0},
    drift: {added: 0, gone: 0, changed: 0},
  });
  expect(world.objects()).toEqual(objects);
  expect(world.rows()).toEqual(rows);
});

it('a copy on another page than what it is a copy of is unchanged, as planned, in a fresh run too', async () => {
  const world = new UploadsWorld();
  for (let number = 0; number < 12; number++)
    for (const where of ['a', 'z']) world.write(`${where}/video ${number}.mp4`, `what video ${number} shows`);
  await world.migrate();
  const config = {settings: {page: {items: 2}}};
  writeFileSync(join(world.root, 'headgate.config.json'), JSON.stringify(config));
  const first = await world.unattended('--fresh');
  const noDrift = {drift: {added: 0, gone: 0, changed: 0}};
  expect(summaryOf(first, 'live')).toMatchObject({
    status: 'completed',
    inserted: 12,
    unchanged: 12,
    ...noDrift,
  });
  const objects = world.objects();
  for (const object of objects) rmSync(join(world.root, world.provider, object));
  const again = await world.unattended('--fresh');
  expect(summaryOf(again, 'live')).toMatchObject({
    status: 'completed',
    updated: 12,
    unchanged: 12,
    ...noDrift,
  });
  expect(world.objects()).toEqual(objects);
});

it('a lost object of a row without a hash comes back, and its row stays without one', async () => {
  const world = await uploadedWorld(1);
  const key = 'video 000.mp4';
  const {size, mtimeNs} = statSync(join(world.root, world.folder, key), {bigint: true});
  const object = objectName({user: '7', sha256: null, key, version: `${size}-${mtimeNs}`});
  world.sql(
    `UPDATE assets SET sha256 = NULL, provider_asset_id = '${object}',
       provider_uploads = json_object(provider_id, '${object}')`,
  );
  const rows = world.rows();
  rmSync(join(world.root, world.provider, objectOf('what video 0 shows')));
  const fresh = await world.unattended('--fresh');
  expect(summaryOf(fresh, 'live')).toMatchObject({status: 'completed', inserted: 0, updated: 1});
  expect(world.objects()).toEqual([object]);
  expect(world.rows()).toEqual(rows);
});

it('an object that can not be looked at is left open with the reason, and the others are seen to', async () => {
  const world = await uploadedWorld(3);
  world.sql(
    `UPDATE assets SET provider_asset_id = '../x', provider_uploads = json_object(provider_id, '../x')
     WHERE sha256 = '${sha256('what video 0 shows')}'`,
  );
  rmSync(join(world.root, world.provider, objectOf('what video 1 shows')));
  const fresh = await world.unattended('--fresh');
  expect(summaryOf(fresh, 'live')).toMatchObject({
    status: 'incomplete',
    updated: 1,
    unchanged: 1,
    skipped: 1,
  });
  const {out, lines} = await world.run('failures', 'last', '--json');
  const takenUp = {type: 'next', command: ['headgate', 'retry', String(summaryOf(fresh, 'live')?.['run'])]};
  expect(fresh.lines).toContainEqual(takenUp);
  expect(lines).toContainEqual(takenUp);
  expect(out).toMatch(
    /the object of asset \d can't be looked at: .*pixverse: \.\.\/x: an object can't be named so/,
  );
});

it('an undo of what was uploaded again takes nothing away: its row named it before', async () => {
  const world = await uploadedWorld(1);
  const [rows, objects] = [world.rows(), world.objects()];
  rmSync(join(world.root, world.provider, objectOf('what video 0 shows')));
  const run = String(summaryOf(await world.unattended('--fresh'), 'live')?.['run']);
  const undone = await world.run('undo', run, '--confirm', world.index, '--json');
  expect(summaryOf(undone, 'undo')).toMatchObject({status: 'completed', unchanged: 1});
  expect(world.objects()).toEqual(objects);
  expect(world.rows()).toEqual(rows);
});

it('what another program has put there under a name of its own comes back under that name', async () => {
  const world = await uploadedWorld(1);
  const made = objectOf('what video 0 shows');
  rmSync(join(world.root, world.provider, made));
  world.sql(
    `UPDATE assets SET provider_asset_id = 'films/12', provider_uploads = '{"${world.provider}":{"id":"films/12"}}'`,
  );
  world.sql("UPDATE assets SET provider_uploads = replace(provider_uploads, 'pixverse', provider_id)");
  const rows = world.rows();
  expect(summaryOf(await world.unattended('--fresh'), 'live')).toMatchObject({
    status: 'completed',
    updated: 1,
  });
  expect(world.objects()).toEqual(['films/12']);
  expect(world.rows()).toEqual(rows);
});

it('a damaged object is not overwritten: it is named, and comes back when it was removed', async () => {
  const world = await uploadedWorld(2);
  const object = objectOf('what video 0 shows');
  put(world, object, 'something else');
  const fresh = await world.unattended('--fresh');
  expect(summaryOf(fresh, 'dry-run')).toMatchObject({skipped: 1, unchanged: 1});
  const {out} = await world.run('failures', 'last', '--json');
  expect(out).toContain(`${join(world.root, world.provider)} has something else under ${object} than asset`);
  expect(world.objects()).toContain(object);
  const checked = await world.run('verify', 'uploads', ...world.flags(), '--sample', 'all', '--json');
  expect(checked.lines.find(line => line['id'] === 'hash-matches-bytes')).toMatchObject({
    count: 1,
    note: '2 read; runs have recorded the wrong one',
    sample: [{key: object, detail: expect.stringMatching(/; run \S+ recorded it$/)}],
  });

  rmSync(join(world.root, world.provider, object));
  const resumed = await world.run('resume', 'last', '--json');
  expect(summaryOf(resumed, 'live')).toMatchObject({status: 'completed', updated: 1, skipped: 0});
  const verified = await world.run('verify', 'uploads', ...world.flags(), '--sample', 'all', '--json');
  expect(verified.lines.find(line => line['id'] === 'hash-matches-bytes')).toMatchObject({count: 0});
});

it('the probe says that a name of the config is another place than before, and that some objects are lost', async () => {
  const world = new UploadsWorld();
  world.writeVideos(3);
  await world.migrate();
  const at = (folder: string) =>
    writeFileSync(join(world.root, 'headgate.config.json'), JSON.stringify({providers: {cam: {folder}}}));
  mkdirSync(join(world.root, 'moved'));
  at('./pixverse');
  const cam = ['--provider', 'cam'];
  expect(summaryOf(await world.unattended(...cam), 'live')).toMatchObject({status: 'completed', inserted: 3});
  at('./moved');
  const moved = await world.rehearse(...cam);
  expect(moved.out).toContain(
    'cam has none of 3 objects that rows say it has: is it another place than before?',
  );
  at('./pixverse');
  rmSync(join(world.root, 'pixverse', objectOf('what video 2 shows')));
  expect((await world.rehearse(...cam)).out).toContain('cam lacks 1 of 3 objects that rows say it has');
  put(world, objectOf('what video 2 shows'), 'what video 2 shows');
  expect((await world.rehearse(...cam)).out).not.toMatch(/rows say it has/);
});
