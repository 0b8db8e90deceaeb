import {mkdirSync, readFileSync, renameSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';
import {startLocalCloudflare} from '../../src/sandbox/local-cloudflare.ts';
import {changeIndex, sha256, writeAsset} from '../support/assets.ts';
import {runProgram} from '../support/program.ts';
import {tempFolder} from '../support/temp.ts';
import {goLive, itemOf, runsOf, storyOf} from './explained.ts';
import {makeCommandWorld} from './world.ts';

/** What explain says of source and target as they are now. */

describe('a row that somebody else changed', () => {
  it('is told from what the run left, and is a conflict of the undo', async () => {
    const world = makeCommandWorld();
    const {index, headgate} = world;
    await goLive(world);
    const [, live] = await runsOf(world);
    changeIndex(index, "UPDATE files SET size = 5 WHERE key = 'dir0.txt'");
    const changed = await headgate('explain', 'dir0.txt');
    expect(changed.out).toMatch(
      new RegExp(
        `\n  size 5\n[\\s\\S]*\n  not as run ${live} left it: somebody else has changed it since\n$`,
      ),
    );
    await headgate('undo', 'last', '--confirm', 'index.sqlite');
    const undone = await headgate('explain', 'dir0.txt');
    expect(undone.out).toMatch(/undo \S+, incomplete\n {2}undoes \S+\n {2}conflict, .*: the row was changed/);
  });

  it('back to what it was before is told as that', async () => {
    const world = makeCommandWorld();
    await goLive(world);
    changeIndex(world.index, "DELETE FROM files WHERE key = 'dir0.txt'");
    const item = itemOf(await world.headgate('explain', 'dir0.txt', '--json'));
    expect(item).toMatchObject({target: {row: null, stands: 'taken-back'}});
  });
});

describe('the version at the source', () => {
  it('is the one that was indexed, or has changed since, or is too fresh to tell', async () => {
    const world = makeCommandWorld();
    const {cwd, headgate} = world;
    await goLive(world);
    const [dry, live] = await runsOf(world);
    const versionOf = async (key: string) => {
      const {source} = itemOf(await headgate('explain', key, '--json'));
      return source;
    };
    expect(await versionOf('dir0.txt')).toMatchObject({is: 'indexed', run: live});
    expect(await versionOf('empty')).toMatchObject({is: 'indexed', run: dry});
    writeAsset(join(cwd, 'assets'), 'dir0.txt', 'changed, and longer than before');
    expect(await versionOf('dir0.txt')).toMatchObject({is: 'changed', run: live, size: 31});
    const told = await headgate('explain', 'dir0.txt');
    expect(told.out).toContain(
      `  not the version that run ${live} indexed\n  it has changed since: a new dry run takes it up\n`,
    );
    const ahead = new Date(Date.now() + 3_600_000);
    utimesSync(join(cwd, 'assets', 'dir0.txt'), ahead, ahead);
    expect(await versionOf('dir0.txt')).toMatchObject({is: 'unknown', fingerprint: null});
  });
});

describe('the two ends', () => {
  it('that are away are a line of the answer, and its failure only where they were asked for', async () => {
    const world = makeCommandWorld();
    const {cwd, index, headgate} = world;
    await goLive(world);
    renameSync(join(cwd, 'assets'), join(cwd, 'away'));
    renameSync(index, join(cwd, 'moved.sqlite'));
    const ended = await headgate('explain', 'dir0.txt');
    expect(ended.code).toBe(0);
    expect(ended.out).toMatch(/live \S+, completed\n {2}inserted: /);
    expect(ended.out).toMatch(/source {2}.*\n.*there is no such folder\n/);
    expect(ended.out).toMatch(/target {2}.*\n.*there is no such file\n/);
    expect((await headgate('explain', 'dir0.txt', '--source', 'assets')).code).toBe(1);
    const moved = await headgate('explain', 'dir0.txt', '--source', 'away', '--target', 'moved.sqlite');
    expect(moved.code).toBe(0);
    expect(moved.out).toMatch(/source {2}.*away\n {2}19 B, modified 2025-01-01T00:00:00Z/);
    expect((await headgate('explain', 'dir0.txt', '--source', 'ftp://x')).code).toBe(2);
    expect((await headgate('explain', 'dir0.txt', '--backfill', 'nope')).code).toBe(2);
  });

  it('are not mistaken for others that the config has come to name so', async () => {
    const {cwd, headgate} = makeCommandWorld();
    mkdirSync(join(cwd, 'other'));
    const config = (folder: string) =>
      writeFileSync(
        join(cwd, 'headgate.config.json'),
        JSON.stringify({sources: {files: {folder}}, targets: {main: {sqlite: 'index.sqlite'}}}),
      );
    config('assets');
    await headgate('run', 'asset-index', '--source', 'files', '--target', 'main');
    config('other');
    const ended = await headgate('explain', 'dir0.txt');
    expect(ended.code).toBe(0);
    expect(ended.out).toMatch(
      /source {2}files\n {2}it is not the place any more that the run named so \(folder:/,
    );
    expect(ended.out).toMatch(/target {2}main\n {2}it has no row\n/);
  });

  it('are told apart where one item is written to several', async () => {
    const world = makeCommandWorld();
    const {cwd, headgate} = world;
    await goLive(world);
    const [, live] = await runsOf(world);
    await headgate('migrate', 'asset-index', '--target', 'second.sqlite');
    await headgate('run', 'asset-index', '--source', 'assets', '--target', 'second.sqlite');
    await headgate('live', 'last', '--confirm', 'second.sqlite');
    changeIndex(join(cwd, 'second.sqlite'), "DELETE FROM files WHERE key = 'dir0.txt'");
    const second = itemOf(await headgate('explain', 'dir0.txt', '--json'));
    expect(second).toMatchObject({runs: 4, target: {row: null, stands: 'taken-back'}});
    const first = itemOf(await headgate('explain', 'dir0.txt', '--target', 'index.sqlite', '--json'));
    expect(first).toMatchObject({source: {is: 'indexed', run: live}, target: {stands: 'as-left', run: live}});
    expect(first['ledger']).toHaveLength(2);
  });

  it('are only read', async () => {
    const world = makeCommandWorld();
    await goLive(world);
    const before = readFileSync(world.index);
    await world.headgate('explain', 'dir0.txt');
    expect(readFileSync(world.index).equals(before)).toBe(true);
  });
});

it('a bucket and a D1 database are looked at where the last run found them, and may be down', async () => {
  const cloudflare = await startLocalCloudflare({databases: ['index'], bucket: 'photos'});
  onTestFinished(() => cloudflare.stop());
  const key = 'in/emoji 🚢.txt';
  await cloudflare.putObjects([{key, content: Buffer.from('ahoy')}]);
  const cwd = tempFolder();
  const env = {
    CLOUDFLARE_API_TOKEN: cloudflare.token,
    CLOUDFLARE_ACCOUNT_ID: cloudflare.accountId,
    CLOUDFLARE_BASE_URL: cloudflare.baseUrl,
    AWS_ACCESS_KEY_ID: cloudflare.s3.accessKeyId,
    AWS_SECRET_ACCESS_KEY: cloudflare.s3.secretAccessKey,
  };
  const headgate = (...args: readonly string[]) => runProgram(args, {cwd, env});
  const source = ['--source', 's3://photos/in/', '--endpoint', cloudflare.s3.endpoint];
  await headgate('migrate', 'asset-index', '--target', 'd1:index');
  await headgate('run', 'asset-index', ...source, '--target', 'd1:index');
  await headgate('live', 'last', '--confirm', 'index');
  const found = await headgate('explain', key, '--json');
  expect(storyOf(found)).toEqual(['dry-run decided insert', 'live written inserted']);
  expect(itemOf(found)).toMatchObject({
    source: {present: true, size: 4, is: 'indexed'},
    target: {row: {content_hash: sha256('ahoy'), size: 4}, stands: 'as-left'},
  });
  expect((await headgate('explain', key, ...source, '--target', 'd1:index')).code).toBe(0);

  await cloudflare.stop();
  const down = await headgate('explain', key, '--json');
  expect(down.code).toBe(0);
  expect(storyOf(down)).toEqual(storyOf(found));
  expect(itemOf(down)).toMatchObject({
    source: {problem: expect.stringContaining('ECONNREFUSED')},
    target: {problem: expect.stringContaining("can't be reached")},
  });
  expect((await headgate('explain', key, '--target', 'd1:index')).code).toBe(1);
});
