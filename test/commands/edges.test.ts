import {spawnSync} from 'node:child_process';
import {mkdirSync, readFileSync, renameSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, it} from 'vitest';
import {indexedFiles} from '../support/assets.ts';
import {summaryOf} from '../support/program.ts';
import {ends, makeCommandWorld} from './world.ts';

it('a source that has become empty since the dry run pauses the run, and says so', async () => {
  const {cwd, headgate} = makeCommandWorld();
  await headgate('run', 'asset-index', ...ends);
  renameSync(join(cwd, 'assets'), join(cwd, 'assets.away'));
  mkdirSync(join(cwd, 'assets'));
  const live = await headgate('live', 'last', '--confirm', 'index.sqlite');
  expect(live.code).toBe(7);
  expect(live.out).toMatch(/27 of the plan's 27 items are gone \(limit 10\): is the source complete\?/);
  expect(live.out).toMatch(/headgate resume \S+ --accept-drift/);
  const empty = await headgate('run', 'asset-index', ...ends);
  expect(empty.err).toMatch(/Nothing was listed: is this the source and scope that you meant\?/);
});

it('a database that is not a ledger is not turned into one, least of all the target', async () => {
  const {cwd, index, headgate} = makeCommandWorld();
  const before = readFileSync(index);
  const ended = await headgate('run', 'asset-index', ...ends, '--ledger', 'index.sqlite');
  expect(ended.code).toBe(2);
  expect(ended.err).toMatch(/ledger index\.sqlite: this is not a ledger, but a database with a table files/);
  expect(readFileSync(join(cwd, 'index.sqlite')).equals(before)).toBe(true);
});

it('a reader that stops reading ends no command with a stack trace', async () => {
  const {cwd, headgate} = makeCommandWorld();
  await headgate('run', 'asset-index', ...ends);
  const bin = fileURLToPath(new URL('../../dist/src/bin.js', import.meta.url));
  const script = `"${process.execPath}" "${bin}" plan last | head -1; echo "\${PIPESTATUS[0]}"`;
  const {stdout, stderr} = spawnSync('bash', ['-c', script], {
    cwd,
    env: {PATH: process.env['PATH'] ?? '', HOME: cwd, XDG_STATE_HOME: `${cwd}/state`},
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(stdout.trim().split('\n').at(-1)).toBe('0');
});

it.each([
  ['words too many', ['plan', 'last', 'extra'], /too many arguments/],
  [
    'a flag that is for unattended runs',
    ['run', 'asset-index', ...ends, '--confirm', 'index.sqlite'],
    /--confirm is for unattended runs/,
  ],
  ['a group without its word', ['marks'], /Usage: headgate marks/],
])('%s: exit code 2', async (_, args, said) => {
  const {headgate} = makeCommandWorld();
  await headgate('run', 'asset-index', ...ends);
  const ended = await headgate(...args);
  expect(ended.code).toBe(2);
  expect(ended.err).toMatch(said);
});

it('help is a command too', async () => {
  const {headgate} = makeCommandWorld();
  const help = await headgate('help');
  expect(help.code).toBe(0);
  expect(help.out).toMatch(/Usage: headgate/);
});

it('last is the newest run that the command is for', async () => {
  const {index, headgate} = makeCommandWorld();
  await headgate('run', 'asset-index', ...ends);
  await headgate('verify', 'asset-index', ...ends);
  const live = await headgate('live', 'last', '--confirm', 'index.sqlite', '--json');
  expect(summaryOf(live)).toMatchObject({mode: 'live', status: 'completed'});
  await headgate('run', 'asset-index', ...ends);
  const undone = await headgate('undo', 'last', '--confirm', 'index.sqlite', '--json');
  expect(summaryOf(undone)).toMatchObject({mode: 'undo', status: 'completed'});
  expect(indexedFiles(index)).toHaveLength(2);
});
