import {mkdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {beforeEach, describe, expect, it, onTestFinished} from 'vitest';
import {type S3Simulator, startS3Simulator} from '../simulators/s3-server.ts';
import {sharedSimulator} from '../support/cloudflare.ts';
import {mediaSchema, uidOf} from '../support/media.ts';
import {type Ended, runProgram, summaryOf} from '../support/program.ts';
import {digestOf} from '../support/table-digest.ts';
import {tempFolder} from '../support/temp.ts';
import {called, makeGithubWorld} from './github-world.ts';

/** media-ingest as its users know it: by the variables of the pipeline alone, from a bucket with versions into a D1. */

const cloudflare = sharedSimulator({databases: ['lgfc_lite']});
const sql = (statements: string) =>
  cloudflare().sql(statements.split(';').filter(text => text.trim() !== ''));
let bucket: S3Simulator;
let cwd: string;
let environment: Readonly<Record<string, string>>;

beforeEach(async () => {
  cwd = tempFolder();
  bucket = await startS3Simulator({versions: true});
  onTestFinished(() => bucket.stop());
  await sql(mediaSchema);
  const {token, accountId, baseUrl} = cloudflare();
  environment = {
    B2_KEY_ID: bucket.accessKeyId,
    B2_APP_KEY: bucket.secretAccessKey,
    B2_ENDPOINT: bucket.endpoint,
    B2_BUCKET: bucket.bucket,
    CLOUDFLARE_API_TOKEN: token,
    CLOUDFLARE_ACCOUNT_ID: accountId,
    CLOUDFLARE_BASE_URL: baseUrl,
  };
});

function upload(...keys: readonly string[]): void {
  for (const key of keys) bucket.put(key, `content of ${key}`);
}

function run(args: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return runProgram(['run', 'media-ingest', ...args], {cwd, env: {...environment, ...more}});
}

/** The same into a file: what is not of D1 need not keep to its pace. */
function runHere(args: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return run([...args, '--target', 'catalogue.sqlite'], more);
}

function makeLocal(): void {
  using db = new DatabaseSync(join(cwd, 'catalogue.sqlite'));
  db.exec(mediaSchema);
}

function local(query: string): readonly unknown[] {
  using db = new DatabaseSync(join(cwd, 'catalogue.sqlite'));
  return db
    .prepare(query)
    .all()
    .map(row => ({...row}));
}

const unattendedHere = ['--unattended', '--confirm', 'catalogue.sqlite'];
const catalogue = () => digestOf(sql, ['media_assets']);
const unattended = ['--unattended', '--confirm', 'lgfc_lite'];

describe('by the variables of the pipeline alone', () => {
  it('catalogues every object under the file id of its newest version, and a hidden one not at all', async () => {
    upload('a & b.jpg', 'photos/1.jpg', 'photos/1.jpg', 'hidden.jpg');
    bucket.remove('hidden.jpg');
    const ended = await run([...unattended, '--json']);
    expect(ended.code).toBe(0);
    expect(summaryOf(ended)).toMatchObject({mode: 'live', status: 'completed', inserted: 2, rows: 2});
    const rows = await sql('SELECT media_uid, b2_key, b2_file_id FROM media_assets ORDER BY b2_key');
    expect(rows.map(row => row['b2_key'])).toEqual(['a & b.jpg', 'photos/1.jpg']);
    for (const {media_uid: uid, b2_key: key, b2_file_id: id} of rows)
      expect(uid).toBe(uidOf(String(id), String(key)));
    const again = await run([...unattended, '--json']);
    expect(summaryOf(again)).toMatchObject({inserted: 0, unchanged: 2, rows: 0});
  });

  it('names every variable that is not set, in one message, and asks nobody', async () => {
    const {B2_APP_KEY: _, CLOUDFLARE_API_TOKEN: __, B2_BUCKET: ___, ...rest} = environment;
    const ended = await runProgram(['run', 'media-ingest'], {cwd, env: {...rest, B2_BUCKET: ''}});
    expect(ended.code).toBe(2);
    expect(ended.err).toContain('B2_APP_KEY, B2_BUCKET, CLOUDFLARE_API_TOKEN are not set');
    expect(bucket.requests).toEqual([]);
    expect(cloudflare().requests).toEqual([]);
  });

  it('stops at a token that Cloudflare refuses, before the bucket is asked for anything', async () => {
    upload('a');
    const ended = await run([...unattended, '--inventory-out', 'inventory.json'], {
      CLOUDFLARE_API_TOKEN: 'no such token',
    });
    expect(ended.code).toBe(4);
    expect(ended.err).toMatch(/Cloudflare refused the token/);
    expect(bucket.requests).toEqual([]);
  });

  it('stops at keys that the bucket refuses', async () => {
    const ended = await run([], {B2_APP_KEY: 'wrong'});
    expect(ended.code).toBe(4);
    expect(ended.err).toMatch(/B2_APP_KEY/);
  });

  it('says which databases there are where the named one is none of them', async () => {
    const ended = await run([], {D1_DATABASE_NAME: 'lgfc'});
    expect(ended.code).toBe(2);
    expect(ended.err).toMatch(/no database "lgfc"[\s\S]*It has lgfc_lite/);
  });
});

it('takes what the workflow of init github-actions calls it with', async () => {
  upload('a', 'b');
  const world = await makeGithubWorld([], {});
  const secrets = Object.fromEntries(
    Object.entries(environment).filter(([name]) => name !== 'CLOUDFLARE_BASE_URL'),
  );
  world.run({inventory: '{"objects":[]}'}, {secrets});
  const [call] = called(world, 'headgate', 'run');
  if (call === undefined) throw new Error('the workflow did not run headgate');
  mkdirSync(join(cwd, 'data/b2'), {recursive: true});
  const given = Object.entries(call.env).filter(([name]) => /^(B2|CLOUDFLARE|D1)_/.test(name));
  const env = {...Object.fromEntries(given), CLOUDFLARE_BASE_URL: cloudflare().baseUrl};
  const ledger = join(cwd, 'ledger.sqlite');
  const ended = await runProgram([...call.args.slice(0, -1), ledger], {cwd, env});
  expect(ended.code, ended.err).toBe(0);
  expect(await sql('SELECT count(*) AS rows FROM media_assets')).toEqual([{rows: 2}]);
  expect(JSON.parse(readFileSync(join(cwd, 'data/b2/inventory.json'), 'utf8')).objects.length).toBe(2);
});

describe('DRY_RUN=1', () => {
  it('prints SQL that runs as it stands, and changes nothing, also beside --unattended', async () => {
    upload("it's.jpg", 'line\nbreak.jpg', 'emoji 🎞.jpg', '"quotes"; DROP TABLE media_assets; --.jpg');
    const before = await catalogue();
    const ended = await run(unattended, {DRY_RUN: '1'});
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
    await run(unattended);
    expect(rows).toEqual(
      await sql('SELECT media_uid, b2_key, b2_file_id, size, etag FROM media_assets ORDER BY b2_key'),
    );
    expect(rows.length).toBe(4);
  });

  it('keeps every other command from writing', async () => {
    upload('a');
    await run([]);
    const env = {...environment, DRY_RUN: '1'};
    for (const args of [
      ['live', 'last', '--confirm', 'lgfc_lite'],
      ['undo', 'last', '--confirm', 'lgfc_lite'],
    ]) {
      const ended = await runProgram(args, {cwd, env});
      expect(ended.code, args.join(' ')).not.toBe(0);
    }
    expect(await sql('SELECT count(*) AS rows FROM media_assets')).toEqual([{rows: 0}]);
  });

  it('opens no target for writing, whatever is asked for', async () => {
    makeLocal();
    const file = join(cwd, 'catalogue.sqlite');
    const before = readFileSync(file);
    for (const args of [
      ['migrate', 'media-seen', '--target', 'catalogue.sqlite'],
      ['marks', 'remove', '--target', 'catalogue.sqlite'],
    ]) {
      const ended = await runProgram(args, {cwd, env: {DRY_RUN: '1'}});
      expect(ended.code, args.join(' ')).toBe(6);
      expect(ended.err).toMatch(/DRY_RUN is set/);
    }
    expect(readFileSync(file)).toEqual(before);
  });

  it('writes the SQL into a file where one is named', async () => {
    makeLocal();
    upload('a', 'b');
    const ended = await runHere(['--sql-out', 'plan.sql']);
    expect(ended.code).toBe(0);
    using db = new DatabaseSync(':memory:');
    db.exec(mediaSchema);
    db.exec(readFileSync(join(cwd, 'plan.sql'), 'utf8'));
    expect(db.prepare('SELECT count(*) AS rows FROM media_assets').get()).toEqual({rows: 2});
  });
});

it('VERBOSE=1 tells of every listing, page and staged page', async () => {
  makeLocal();
  upload('a', 'b');
  const usual = await runHere([]);
  const verbose = await runHere(unattendedHere, {VERBOSE: '1'});
  expect(usual.err).not.toMatch(/2 listed/);
  expect(verbose.err).toMatch(/p1: 2 listed[\s\S]*up to b[\s\S]*2 of 2 rows staged/);
});

describe('an inventory', () => {
  beforeEach(makeLocal);

  it('is listed once, kept as documented, and left alone where nothing has changed', async () => {
    upload('b', 'a & b');
    const first = await runHere([...unattendedHere, '--inventory-out', 'data/b2/inventory.json']);
    expect(first.code).toBe(0);
    const path = join(cwd, 'data/b2/inventory.json');
    const {objects} = JSON.parse(readFileSync(path, 'utf8'));
    expect(objects.map(({key}: {readonly key: string}) => key)).toEqual(['a & b', 'b']);
    for (const object of objects)
      expect(Object.keys(object)).toEqual(['key', 'size', 'last_modified', 'etag', 'file_id']);
    const listings = bucket.requests.filter(({operation}) => operation.startsWith('ListObject'));
    expect(listings.filter(({operation}) => operation === 'ListObjectVersions').length).toBe(1);
    const {mtimeMs} = statSync(path);
    const second = await runHere([...unattendedHere, '--inventory-out', 'data/b2/inventory.json']);
    expect(second.out + second.err).toMatch(/the same as before/);
    expect(statSync(path).mtimeMs).toBe(mtimeMs);
    upload('c');
    const third = await runHere(['--inventory-out', 'data/b2/inventory.json']);
    expect(third.out).toMatch(/3 objects; 1 added, 0 replaced and 0 gone/);
  });

  it('does not take the place of a larger one unasked, nor does an empty one', async () => {
    upload('a', 'b', 'c', 'd');
    await runHere(['--inventory-out', 'inventory.json']);
    const before = readFileSync(join(cwd, 'inventory.json'), 'utf8');
    for (const key of ['a', 'b']) bucket.remove(key);
    const shrunk = await runHere([...unattendedHere, '--inventory-out', 'inventory.json']);
    expect(shrunk.code).toBe(6);
    expect(shrunk.err).toMatch(/2 objects, and had 4 the time before: 50 % fewer[\s\S]*--accept-shrunk 2/);
    expect(readFileSync(join(cwd, 'inventory.json'), 'utf8')).toBe(before);
    expect(local('SELECT count(*) AS rows FROM media_assets')).toEqual([{rows: 0}]);
    const accepted = await runHere([
      ...unattendedHere,
      '--inventory-out',
      'inventory.json',
      '--accept-shrunk',
      '2',
    ]);
    expect(accepted.code).toBe(0);
    for (const key of ['c', 'd']) bucket.remove(key);
    expect((await runHere(['--inventory-out', 'inventory.json'])).code).toBe(6);
  });

  it('goes on behind the last key where a page is truncated and does not say where the next begins', async () => {
    upload(...Array.from({length: 2_345}, (_, number) => `k${String(number).padStart(5, '0')}`));
    bucket.inject({type: 'truncated-without-marker', times: Infinity});
    const ended = await runHere([...unattendedHere, '--inventory-out', 'inventory.json', '--json']);
    expect(ended.code).toBe(0);
    expect(summaryOf(ended)).toMatchObject({inserted: 2_345, rows: 2_345});
    expect(local('SELECT count(*) AS rows FROM media_assets')).toEqual([{rows: 2_345}]);
  });

  it('is as it was where the listing breaks off for good, and nothing is ingested', async () => {
    upload('a', 'b');
    await runHere(['--inventory-out', 'inventory.json']);
    const before = readFileSync(join(cwd, 'inventory.json'), 'utf8');
    upload('c');
    bucket.inject({type: 'error', code: 'InternalError', operation: 'ListObjectVersions', times: Infinity});
    const ended = await runHere([...unattendedHere, '--inventory-out', 'inventory.json']);
    expect(ended.code).toBe(1);
    expect(ended.err).toMatch(/could not be listed as a whole[\s\S]*is as it was/);
    expect(readFileSync(join(cwd, 'inventory.json'), 'utf8')).toBe(before);
    expect(local('SELECT count(*) AS rows FROM media_assets')).toEqual([{rows: 0}]);
  });

  it('is read in the place of the bucket, which nobody needs then', async () => {
    mkdirSync(join(cwd, 'data'));
    writeFileSync(
      join(cwd, 'data/inventory.json'),
      '{"objects":[{"key":"a","size":0,"last_modified":"2026-01-01T00:00:00Z","etag":"\\"e1\\"","file_id":"4_z1"}]}',
    );
    const {CLOUDFLARE_API_TOKEN, CLOUDFLARE_ACCOUNT_ID, CLOUDFLARE_BASE_URL} = environment;
    const env = {
      CLOUDFLARE_API_TOKEN: CLOUDFLARE_API_TOKEN ?? '',
      CLOUDFLARE_ACCOUNT_ID: CLOUDFLARE_ACCOUNT_ID ?? '',
      CLOUDFLARE_BASE_URL: CLOUDFLARE_BASE_URL ?? '',
    };
    const ended = await runProgram(
      ['run', 'media-ingest', '--inventory-in', 'data/inventory.json', ...unattended],
      {cwd, env},
    );
    expect(ended.code).toBe(0);
    expect(await sql('SELECT media_uid, size FROM media_assets')).toEqual([
      {media_uid: uidOf('4_z1', 'a'), size: 0},
    ]);
    expect(bucket.requests).toEqual([]);
  });

  it('says in which line it is wrong', async () => {
    writeFileSync(
      join(cwd, 'inventory.json'),
      '{"objects":[\n{"key":"a","size":1,"etag":"e","file_id":"f"},\n{"key":"b","size":null,"etag":"e","file_id":"f"}\n]}\n',
    );
    const ended = await runHere(['--inventory-in', 'inventory.json']);
    expect(ended.code).toBe(2);
    expect(ended.err).toMatch(/inventory\.json, line 3: /);
  });
});

describe('flags that do not go together', () => {
  beforeEach(makeLocal);

  it.each([
    [['--inventory-in', 'a', '--inventory-out', 'b'], /Give one of them/],
    [['--inventory-in', 'a', '--source', 's3://x'], /Give one of them/],
    [['--last-seen', '--metadata'], /two runs, each with a plan of its own/],
    [['--stale-report', '--unattended', '--confirm', 'catalogue.sqlite'], /only reports/],
    [['--accept-shrunk', '3'], /--accept-shrunk is for unattended runs/],
  ])('%j', async (flags, says) => {
    const ended = await runHere(flags);
    expect(ended.code).toBe(2);
    expect(ended.err).toMatch(says);
  });
});
