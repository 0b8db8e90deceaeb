import {renameSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {summaryOf, UploadsWorld} from './uploads-world.ts';

const setup = {source: 'films', provider: 'store', user: '7', target: 'assets'};

function worldWith(backfills: object): UploadsWorld {
  const world = new UploadsWorld();
  world.writeVideos(3);
  world.write('clip.mp4', 'a clip', 'clips');
  const config = {
    sources: {films: {folder: world.folder}},
    providers: {store: {folder: world.provider}},
    targets: {assets: {sqlite: world.index}},
    backfills,
  };
  writeFileSync(join(world.root, 'headgate.config.json'), JSON.stringify(config));
  return world;
}

it('a setup of the config is run, estimated, measured and migrated by its name', async () => {
  const world = worldWith({weekly: {backfill: 'uploads', ...setup}});
  expect((await world.run('migrate', 'weekly')).code).toBe(0);
  const estimate = await world.run('estimate', 'weekly', '--max-objects', '2');
  expect(estimate.out).toContain('Make the dry run:\n  headgate run weekly --max-objects 2\n');
  const live = await world.run('run', 'weekly', '--unattended', '--confirm', 'assets', '--json');
  expect(summaryOf(live, 'live')).toMatchObject({backfill: 'uploads', inserted: 3});
  expect((await world.run('coverage', 'weekly')).out).toMatch(/all +100\.00 %/);
  expect((await world.run('verify', 'weekly')).code).toBe(0);
});

it('a run of named ends says without their config that it is missing, and no file', async () => {
  const world = worldWith({weekly: {backfill: 'uploads', ...setup, user: 7}});
  await world.migrate();
  const made = await world.run('run', 'weekly', '--json');
  const plan = String(summaryOf(made, 'dry-run')?.['run']);
  expect((await world.run('status', plan)).out).toContain('scope       user 7, ');
  renameSync(join(world.root, 'headgate.config.json'), join(world.root, 'elsewhere.json'));
  const live = ['live', plan, '--confirm', 'assets'];
  const missing = await world.run(...live);
  expect(missing.code).toBe(2);
  expect(missing.err).toContain(
    'the target of this run is "assets": that is a name of a config, and no config with a target is given\nName the config that has it: --config FILE\n',
  );
  const named = await world.run(...live, '--config', 'elsewhere.json', '--json');
  expect(summaryOf(named, 'live')).toMatchObject({status: 'completed', inserted: 3});
});

it('flags hold before what a setup says, one by one', async () => {
  const world = worldWith({weekly: {backfill: 'uploads', ...setup, prefix: 'video 00'}});
  await world.migrate();
  const other = await world.run('run', 'weekly', '--user', '8', '--prefix', 'video 001', '--json');
  expect(summaryOf(other, 'dry-run')).toMatchObject({listed: 1, inserted: 1});
  const folder = await world.run('run', 'weekly', '--folder', 'clips', '--prefix', '');
  expect(folder.err).toMatch(/source {2}\S+\/clips\n/);
  expect(folder.err).toMatch(/scope {3}user 7, provider store,/);
  expect(folder.out).toContain('1 listed = 1 to insert');
});

it('a setup that is called as its backfill is meant where no end is named', async () => {
  const world = worldWith({uploads: {...setup, prefix: 'video 001'}});
  await world.migrate();
  expect(summaryOf(await world.run('run', 'uploads', '--json'), 'dry-run')).toMatchObject({listed: 1});
  const flags = ['--folder', 'videos', '--provider', 'store', '--user', '7', '--target', 'assets'];
  const named = await world.run('run', 'uploads', ...flags, '--json');
  expect(summaryOf(named, 'dry-run')).toMatchObject({listed: 3});
});

it.each([
  [['run', 'nope'], /there is no backfill nope, and no setup of the config is called so\nKnown are: asset-/],
  [['run', 'weeky'], /Did you mean weekly\? Known are: asset-.*Setups of the config: weekly, odd, bare\.\n/],
  [['run', 'uplaods'], /Did you mean uploads\? Known are: /],
  [
    ['run', 'odd'],
    /the setup odd of the config is of a backfill upload, which there is not\nDid you mean uploads\?/,
  ],
  [
    ['run', 'bare'],
    /uploads has to know whose files these are, and where they go\nAdd --user ID --provider /,
  ],
  [
    ['run', 'weekly', '--did', 'x'],
    /uploads takes no --did\nLeave it out: what narrows uploads is --prefix, /,
  ],
])('says what is wrong: headgate %j', async (words, said) => {
  const {provider: _, user: __, ...bare} = setup;
  const world = worldWith({
    weekly: {backfill: 'uploads', ...setup},
    odd: {backfill: 'upload', ...setup},
    bare: {backfill: 'uploads', ...bare},
  });
  await world.migrate();
  const {code, err} = await world.run(...words);
  expect(err).toMatch(said);
  expect(code).toBe(2);
});
