import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {changeIndex, sha256, writeAsset} from '../support/assets.ts';
import {summaryOf} from '../support/program.ts';
import {type CommandWorld, ends, makeCommandWorld} from './world.ts';

const confirmed = ['--confirm', 'index.sqlite'] as const;

/** What failures says of the run that a command ended with: its first line, and the commands that it closes with. */
async function failuresOf({headgate}: CommandWorld, ...args: readonly string[]) {
  const ended = await headgate(...args, '--json');
  const run = String(summaryOf(ended)['run']);
  const {out, err} = await headgate('failures', run);
  const commands = [...out.matchAll(/^ {2}headgate (.*)$/gm)].map(([, command]) => command);
  return {run, first: out.split('\n')[0], commands, out, err};
}

it('items that wait are written by a resume that accepts them, and no retry is offered', async () => {
  const world = makeCommandWorld();
  await world.headgate('run', 'asset-index', ...ends);
  writeAsset(join(world.cwd, 'assets'), 'new.txt', 'new');
  const {run, first, commands, err} = await failuresOf(world, 'live', 'last', ...confirmed);
  expect(first).toBe('1 waits');
  expect(commands).toEqual([`resume ${run} --accept-new`]);
  expect(err).toMatch(/^waits: It appeared after the dry run: resume with --accept-new/m);
  expect((await world.headgate('resume', run, '--accept-new')).code).toBe(0);
});

it('failures are counted by kind first, and their remedies stand at the end', async () => {
  const world = makeCommandWorld();
  for (const last of [0xfe, 0xff])
    writeAsset(join(world.cwd, 'assets'), Buffer.from([0x62, 0x61, 0x64, last]), 'not utf-8');
  const {run, first, commands, err} = await failuresOf(world, 'run', 'asset-index', ...ends);
  expect(first).toBe('2 failed (invalid)');
  expect(commands).toEqual([`retry ${run}`]);
  expect(err.match(/^invalid: /gm)).toHaveLength(1);
  const dry = await world.headgate('run', 'asset-index', ...ends);
  expect(dry.err).toMatch(/(failed \(invalid\): .*\n){2}(.*\n)*invalid: It can not be indexed/);
  expect(dry.err.match(/It can not be indexed as it is/g)).toHaveLength(1);
});

it('a conflict of an undo is looked at, not retried; and the undo says that it was not what it showed', async () => {
  const world = makeCommandWorld();
  await world.headgate('run', 'asset-index', ...ends);
  const live = await world.headgate('live', 'last', ...confirmed, '--json');
  const run = String(summaryOf(live)['run']);
  const preview = String(summaryOf(await world.headgate('undo', run, '--json'))['run']);
  changeIndex(
    world.index,
    `UPDATE files SET content_hash = '${sha256('theirs')}' WHERE key = 'dir1/file-00001.txt'`,
  );
  const undone = await world.headgate('undo', run, ...confirmed);
  expect(undone.code).toBe(5);
  expect(undone.err).toContain(
    `This is not what the dry run ${preview} showed: 24 deleted (shown: 25), 1 skipped (shown: 0)`,
  );
  expect(undone.out).not.toContain('headgate resume');
  const {out, err} = await world.headgate('failures', 'last');
  expect(out).toMatch(/^1 conflict\n/);
  expect(out).toContain('headgate explain dir1/file-00001.txt');
  expect(out).not.toMatch(/retry|resume/);
  expect(err).toMatch(/^conflict: Its row was changed after run/m);
});

it('a paused run is resumed first, and its failures are retried afterwards', async () => {
  const world = makeCommandWorld();
  for (let number = 0; number < 3; number++)
    writeAsset(join(world.cwd, 'assets'), Buffer.from([0x30 + number, 0xff]), 'not utf-8');
  const config = {settings: {page: {items: 5}, budgets: {failures: 1}}};
  writeFileSync(join(world.cwd, 'headgate.config.json'), JSON.stringify(config));
  const {run, commands} = await failuresOf(world, 'run', 'asset-index', ...ends);
  expect(commands).toEqual([`resume ${run}`, `retry ${run}`]);
});
