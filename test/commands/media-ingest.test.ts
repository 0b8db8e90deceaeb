import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {beforeEach, describe, expect, it} from 'vitest';
import {sharedSimulator} from '../support/cloudflare.ts';
import {mediaSchema, uidOf} from '../support/media.ts';
import {runProgram, summaryOf} from '../support/program.ts';
import {digestOf} from '../support/table-digest.ts';
import {called, makeGithubWorld} from './github-world.ts';
import {PipelineWorld, unattendedHere} from './pipeline-world.ts';

/** media-ingest as its users know it: by the variables of the pipeline alone, from a bucket with versions into a D1. */

const cloudflare = sharedSimulator({databases: ['lgfc_lite']});
const sql = (statements: string) =>
  cloudflare().sql(statements.split(';').filter(text => text.trim() !== ''));
const catalogue = () => digestOf(sql, ['media_assets']);
const unattended = ['--unattended', '--confirm', 'lgfc_lite'];
let world: PipelineWorld;

beforeEach(async () => {
  await sql(mediaSchema);
  const {token, accountId, baseUrl} = cloudflare();
  world = await PipelineWorld.make({
    CLOUDFLARE_API_TOKEN: token,
    CLOUDFLARE_ACCOUNT_ID: accountId,
    CLOUDFLARE_BASE_URL: baseUrl,
  });
});

describe('by the variables of the pipeline alone', () => {
  it('catalogues every object under the file id of its newest version, and a hidden one not at all', async () => {
    world.upload('a & b.jpg', 'photos/1.jpg', 'photos/1.jpg', 'hidden.jpg');
    world.bucket.remove('hidden.jpg');
    const ended = await world.run([...unattended, '--json']);
    expect(ended.code).toBe(0);
    expect(summaryOf(ended)).toMatchObject({mode: 'live', status: 'completed', inserted: 2, rows: 2});
    const rows = await sql('SELECT media_uid, b2_key, b2_file_id FROM media_assets ORDER BY b2_key');
    expect(rows.map(row => row['b2_key'])).toEqual(['a & b.jpg', 'photos/1.jpg']);
    for (const {media_uid: uid, b2_key: key, b2_file_id: id} of rows)
      expect(uid).toBe(uidOf(String(id), String(key)));
    const again = await world.run([...unattended, '--json']);
    expect(summaryOf(again)).toMatchObject({inserted: 0, unchanged: 2, rows: 0});
  });

  it('names every variable that is not set, in one message, and asks nobody', async () => {
    const {B2_APP_KEY: _, CLOUDFLARE_API_TOKEN: __, B2_BUCKET: ___, ...rest} = world.environment;
    const ended = await runProgram(['run', 'media-ingest'], {cwd: world.cwd, env: {...rest, B2_BUCKET: ''}});
    expect(ended.code).toBe(2);
    expect(ended.err).toContain('B2_APP_KEY, B2_BUCKET, CLOUDFLARE_API_TOKEN are not set');
    expect(world.bucket.requests).toEqual([]);
    expect(cloudflare().requests).toEqual([]);
  });

  it('stops at a token that Cloudflare refuses, before the bucket is asked for anything', async () => {
    world.upload('a');
    const ended = await world.run([...unattended, '--inventory-out', 'inventory.json'], {
      CLOUDFLARE_API_TOKEN: 'no such token',
    });
    expect(ended.code).toBe(4);
    expect(ended.err).toMatch(/Cloudflare refused the token/);
    expect(world.bucket.requests).toEqual([]);
  });

  it('stops at keys that the bucket refuses', async () => {
    const ended = await world.run([], {B2_APP_KEY: 'wrong'});
    expect(ended.code).toBe(4);
    expect(ended.err).toMatch(/B2_APP_KEY/);
  });

  it('says which databases there are where the named one is none of them', async () => {
    const ended = await world.run([], {D1_DATABASE_NAME: 'lgfc'});
    expect(ended.code).toBe(2);
    expect(ended.err).toMatch(/no database "lgfc"[\s\S]*It has lgfc_lite/);
  });
});

it('takes what the workflow of init github-actions calls it with', async () => {
  world.upload('a', 'b');
  const github = await makeGithubWorld([], {});
  const secrets = Object.fromEntries(
    Object.entries(world.environment).filter(([name]) => name !== 'CLOUDFLARE_BASE_URL'),
  );
  github.run({inventory: '{"objects":[]}'}, {secrets});
  const [call] = called(github, 'headgate', 'run');
  if (call === undefined) throw new Error('the workflow did not run headgate');
  mkdirSync(join(world.cwd, 'data/b2'), {recursive: true});
  const given = Object.entries(call.env).filter(([name]) => /^(B2|CLOUDFLARE|D1)_/.test(name));
  const env = {...Object.fromEntries(given), CLOUDFLARE_BASE_URL: cloudflare().baseUrl};
  const ledger = join(world.cwd, 'ledger.sqlite');
  const ended = await runProgram([...call.args.slice(0, -1), ledger], {cwd: world.cwd, env});
  expect(ended.code, ended.err).toBe(0);
  expect(await sql('SELECT count(*) AS rows FROM media_assets')).toEqual([{rows: 2}]);
  expect(JSON.parse(readFileSync(join(world.cwd, 'data/b2/inventory.json'), 'utf8')).objects.length).toBe(2);
});

it('reads an inventory in the place of the bucket, which nobody needs then', async () => {
  mkdirSync(join(world.cwd, 'data'));
  writeFileSync(
    join(world.cwd, 'data/inventory.json'),
    '{"objects":[{"key":"a","size":0,"last_modified":"2026-01-01T00:00:00Z","etag":"\\"e1\\"","file_id":"4_z1"}]}',
  );
  const {CLOUDFLARE_API_TOKEN, CLOUDFLARE_ACCOUNT_ID, CLOUDFLARE_BASE_URL} = world.environment;
  const env = {
    CLOUDFLARE_API_TOKEN: CLOUDFLARE_API_TOKEN ?? '',
    CLOUDFLARE_ACCOUNT_ID: CLOUDFLARE_ACCOUNT_ID ?? '',
    CLOUDFLARE_BASE_URL: CLOUDFLARE_BASE_URL ?? '',
  };
  const ended = await runProgram(
    ['run', 'media-ingest', '--inventory-in', 'data/inventory.json', ...unattended],
    {cwd: world.cwd, env},
  );
  expect(ended.code).toBe(0);
  expect(await sql('SELECT media_uid, size FROM media_assets')).toEqual([
    {media_uid: uidOf('4_z1', 'a'), size: 0},
  ]);
  expect(world.bucket.requests).toEqual([]);
});

describe('DRY_RUN=1', () => {
  it('prints SQL that runs as it stands, and changes nothing, also beside --unattended', async () => {
    world.upload("it's.jpg", 'line\nbreak.jpg', 'emoji 🎞.jpg', '"quotes"; DROP TABLE media_assets; --.jpg');
    const before = await catalogue();
    const ended = await world.run(unattended, {DRY_RUN: '1'});
    expect(ended.code).toBe(0);
    expect(ended.err).toMatch(/nothing but a dry run was made/);
    expect(await catalogue()).toBe(before);
    expect((await sql("SELECT name FROM sqlite_schema WHERE name LIKE 'headgate%'")).length).toBe(0);
    using db = new DatabaseSync(':memory:');
    db.exec(mediaSchema);
    db.exec(ended.out);
    const rows = db
      .prepare('SELECT media_uid, b2_key, b2_file_id, size, etag FROM media_assets ORDER BY b2_key')
      .all();
    await world.run(unattended);
    expect(rows).toEqual(
      await sql('SELECT media_uid, b2_key, b2_file_id, size, etag FROM media_assets ORDER BY b2_key'),
    );
    expect(rows.length).toBe(4);
  });

  it('keeps every other command from writing', async () => {
    world.upload('a');
    await world.run([]);
    const env = {...world.environment, DRY_RUN: '1'};
    for (const args of [
      ['live', 'last', '--confirm', 'lgfc_lite'],
      ['undo', 'last', '--confirm', 'lgfc_lite'],
    ]) {
      const ended = await runProgram(args, {cwd: world.cwd, env});
      expect(ended.code, args.join(' ')).not.toBe(0);
    }
    expect(await sql('SELECT count(*) AS rows FROM media_assets')).toEqual([{rows: 0}]);
  });

  it('opens no target for writing, whatever is asked for', async () => {
    world.makeLocal();
    const file = join(world.cwd, 'catalogue.sqlite');
    const before = readFileSync(file);
    for (const args of [
      ['migrate', 'media-seen', '--target', 'catalogue.sqlite'],
      ['marks', 'remove', '--target', 'catalogue.sqlite'],
    ]) {
      const ended = await runProgram(args, {cwd: world.cwd, env: {DRY_RUN: '1'}});
      expect(ended.code, args.join(' ')).toBe(6);
      expect(ended.err).toMatch(/DRY_RUN is set/);
    }
    expect(readFileSync(file)).toEqual(before);
  });

  it('writes the SQL into a file where one is named', async () => {
    world.makeLocal();
    world.upload('a', 'b');
    const ended = await world.runHere(['--sql-out', 'plan.sql']);
    expect(ended.code).toBe(0);
    using db = new DatabaseSync(':memory:');
    db.exec(mediaSchema);
    db.exec(readFileSync(join(world.cwd, 'plan.sql'), 'utf8'));
    expect(db.prepare('SELECT count(*) AS rows FROM media_assets').get()).toEqual({rows: 2});
  });
});

it('VERBOSE=1 tells of every listing, page and staged page', async () => {
  world.makeLocal();
  world.upload('a', 'b');
  const usual = await world.runHere([]);
  const verbose = await world.runHere(unattendedHere, {VERBOSE: '1'});
  expect(usual.err).not.toMatch(/2 listed/);
  expect(verbose.err).toMatch(/p1: 2 listed[\s\S]*up to b[\s\S]*2 of 2 rows staged/);
});

describe('flags that do not go together', () => {
  beforeEach(() => world.makeLocal());

  it.each([
    [['--inventory-in', 'a', '--inventory-out', 'b'], /Give one of them/],
    [['--inventory-in', 'a', '--source', 's3://x'], /Give one of them/],
    [['--last-seen', '--metadata'], /two runs, each with a plan of its own/],
    [['--stale-report', '--unattended', '--confirm', 'catalogue.sqlite'], /only reports/],
    [['--accept-shrunk', '3'], /--accept-shrunk is for unattended runs/],
  ])('%j', async (flags, says) => {
    const ended = await world.runHere(flags);
    expect(ended.code).toBe(2);
    expect(ended.err).toMatch(says);
  });
});
