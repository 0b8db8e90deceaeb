import {existsSync, mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {changeIndex, makeIndex} from '../support/assets.ts';
import {runProgram, summaryOf} from '../support/program.ts';
import {tempFolder} from '../support/temp.ts';
import {ends, makeCommandWorld} from './world.ts';

it('a broken invariant stays to be seen: in the list of runs, and in the run itself', async () => {
  const {index, cwd, headgate} = makeCommandWorld();
  makeIndexRow(index);
  await headgate('run', 'asset-index', ...ends);
  const live = await headgate('live', 'last', '--confirm', 'index.sqlite', '--json');
  expect(live.code).toBe(3);
  const verify = await headgate('verify', 'asset-index', '--target', 'index.sqlite', '--json');
  const list = await headgate('status');
  expect(list.out).toMatch(
    /^\S+ {2}verify {4}completed, 1 invariant broken {2}asset-index {2}index\.sqlite$/m,
  );
  expect(list.out).toMatch(
    /^\S+ {2}live {6}completed, 1 invariant broken {2}asset-index {2}index\.sqlite {2}27 items$/m,
  );
  expect(list.out).toMatch(/^\S+ {2}dry run {3}completed {22}asset-index {2}/m);
  for (const ended of [live, verify]) {
    const one = await runProgram(['status', String(summaryOf(ended)['run'])], {cwd});
    expect(one.out).toMatch(/status {6}completed, 1 invariant broken/);
    expect(one.out).toMatch(/✖ every hash is 64 lower-case hex digits: 1 row\n {6}stale: /);
  }
});

function makeIndexRow(index: string): void {
  changeIndex(
    index,
    "INSERT INTO files (key, size, content_hash, uploaded_at, uploader_id, finder_tag) VALUES ('stale', 1, 'zz', 0, 'u', 't')",
  );
}

it.each([
  [['migrate', 'asset-index', '--target', 'prd'], 'target "prd"', 'prod, staging', 'file write ./prd'],
  [
    ['run', 'asset-index', '--source', 'asets', '--target', 'prod'],
    'source "asets"',
    'assets',
    'folder write ./asets',
  ],
])('a typing error in a name of the config is told as one: %j', async (args, what, known, hint) => {
  const cwd = tempFolder();
  mkdirSync(join(cwd, 'assets'));
  makeIndex(join(cwd, 'index.sqlite'));
  const config = {
    sources: {assets: {folder: 'assets'}},
    targets: {prod: {sqlite: 'index.sqlite'}, staging: {sqlite: 'staging.sqlite'}},
  };
  writeFileSync(join(cwd, 'headgate.config.json'), JSON.stringify(config));
  const ended = await runProgram(args, {cwd});
  expect(ended.code).toBe(2);
  expect(ended.err).toContain(`there is no ${what} in the config: it has ${known}`);
  expect(ended.err).toContain(hint);
  expect(existsSync(join(cwd, 'prd'))).toBe(false);
});

it('help of a command is that command', async () => {
  const {headgate} = makeCommandWorld();
  expect((await headgate('help', 'doctor')).out).toMatch(/^Usage: headgate doctor/);
  expect((await headgate('help', 'marks', 'remove')).out).toMatch(/^Usage: headgate marks remove/);
  const unknown = await headgate('help', 'docter');
  expect(unknown.code).toBe(2);
  expect(unknown.err).toContain('there is no command docter');
});

it('a remedy that is a command names the target, and runs as it is shown', async () => {
  const {cwd, headgate} = makeCommandWorld();
  changeIndex(join(cwd, 'an index.sqlite'), 'CREATE TABLE other (a)');
  const refused = await headgate('run', 'asset-index', '--source', 'assets', '--target', 'an index.sqlite');
  expect(refused.code).toBe(2);
  expect(refused.err).toContain("headgate migrate asset-index --target 'an index.sqlite' makes");
  const missing = await headgate('run', 'asset-index', '--source', 'assets', '--target', 'new.sqlite');
  expect(missing.err).toContain('headgate migrate asset-index --target new.sqlite makes');
  writeFileSync(join(cwd, 'headgate.config.json'), '{"targets": {"new": {"sqlite": "new.sqlite"}}}');
  expect((await headgate('doctor')).out).toContain('headgate migrate BACKFILL --target new makes');
});

it('a live run of an empty source warns, and has nothing to measure', async () => {
  const {cwd, headgate} = makeCommandWorld();
  mkdirSync(join(cwd, 'nothing'));
  const empty = ['--source', 'nothing', '--target', 'index.sqlite'] as const;
  await headgate('run', 'asset-index', ...empty);
  const live = await headgate('live', 'last', '--confirm', 'index.sqlite');
  expect(live.err).toMatch(/warning: the source \S+nothing has nothing in this scope/);
  const verify = await headgate('verify', 'asset-index', ...empty);
  expect(verify.out).toContain('read again (nothing to measure)');
  const rows = await headgate('verify', 'asset-index', '--target', 'index.sqlite');
  expect(rows.err).toContain('without --source only the target is measured');
});

it('the header says what a name of the config stands for', async () => {
  const {cwd, index, headgate} = makeCommandWorld();
  const config = {targets: {prod: {sqlite: 'index.sqlite', environment: 'production'}}};
  writeFileSync(join(cwd, 'headgate.config.json'), JSON.stringify(config));
  const named = await headgate('run', 'asset-index', '--source', 'assets', '--target', 'prod');
  expect(named.err).toContain(`  target  prod  (SQLite ${index}, production)\n`);
  const plain = await headgate('run', 'asset-index', ...ends);
  expect(plain.err).toContain(`  target  ${index}\n`);
});
