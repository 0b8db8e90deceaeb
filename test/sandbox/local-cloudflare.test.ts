import {execFile} from 'node:child_process';
import {readdirSync} from 'node:fs';
import {promisify} from 'node:util';
import {GetObjectCommand, ListObjectsV2Command, S3Client} from '@aws-sdk/client-s3';
import {expect, it, onTestFinished} from 'vitest';
import {
  type LocalCloudflare,
  type LocalCloudflareOptions,
  startLocalCloudflare,
} from '../../src/sandbox/local-cloudflare.ts';
import {clientOf, uuidOf} from '../support/cloudflare.ts';
import {tempFolder} from '../support/temp.ts';

async function started(options: Partial<LocalCloudflareOptions> = {}): Promise<LocalCloudflare> {
  const local = await startLocalCloudflare({databases: ['assets'], bucket: 'assets', ...options});
  onTestFinished(() => local.stop());
  return local;
}

async function select(local: LocalCloudflare, sql: string): Promise<readonly unknown[]> {
  const page = await clientOf(local).d1.database.query(uuidOf(local), {account_id: local.accountId, sql});
  return page.result.at(-1)?.results ?? [];
}

it('has an R2 that the S3 client reads, with the keys and bytes that were put', async () => {
  const {s3, putObjects, emptyBucket} = await started();
  const {bucket: Bucket, endpoint, ...credentials} = s3;
  const client = new S3Client({endpoint, region: 'auto', forcePathStyle: true, credentials});
  onTestFinished(() => client.destroy());
  const keys = Array.from(
    {length: 150},
    (_, index) => `a folder/é & ${String(index).padStart(3, '0')}?#%.txt`,
  );
  await putObjects(keys.map(key => ({key, content: Buffer.from(`content of ${key}`)})));
  const listed = await client.send(new ListObjectsV2Command({Bucket}));
  expect(listed.Contents?.map(({Key}) => Key)).toEqual(keys);
  const got = await client.send(new GetObjectCommand({Bucket, Key: keys[7]}));
  expect(await got.Body?.transformToString()).toBe(`content of ${keys[7]}`);

  await emptyBucket();
  expect((await client.send(new ListObjectsV2Command({Bucket}))).KeyCount).toBe(0);
});

it('keeps databases and bucket where it is told to, and nothing where it is not', async () => {
  const persistTo = tempFolder();
  const first = await started({persistTo});
  await select(first, "CREATE TABLE kept AS SELECT 'yes' AS here");
  await first.stop();
  const again = await started({persistTo});
  expect(uuidOf(again)).toBe(uuidOf(first));
  expect(await select(again, 'SELECT here FROM kept')).toEqual([{here: 'yes'}]);
  const other = await started();
  await expect(select(other, 'SELECT here FROM kept')).rejects.toThrow('no such table: kept');
});

it('is stopped once, however often that is asked, and its address is gone then', async () => {
  const local = await started();
  await Promise.all([local.stop(), local.stop()]);
  await expect(fetch(local.baseUrl)).rejects.toThrow();
});

/** Runs in a process of its own, to see all that it writes and how it ends. */
async function inProcess(script: string, environment: Readonly<Record<string, string>>) {
  const module = JSON.stringify(new URL('../../src/sandbox/local-cloudflare.ts', import.meta.url).href);
  return promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', script.replaceAll('LOCAL_CLOUDFLARE', module)],
    {env: {PATH: process.env['PATH'], ...environment}},
  );
}

it('writes nothing, leaves nothing, and lets the process end once it is stopped', async () => {
  const temporary = tempFolder();
  const script = `
    const {startLocalCloudflare} = await import(LOCAL_CLOUDFLARE);
    const local = await startLocalCloudflare({databases: ['assets'], bucket: 'assets'});
    await fetch(local.baseUrl + '/user/tokens/verify');
    await fetch(new URL('/d1/no-such-database', local.s3.endpoint));
    await local.stop();`;
  expect(await inProcess(script, {TMPDIR: temporary})).toEqual({stdout: '', stderr: ''});
  expect(readdirSync(temporary)).toEqual([]);
});

const startAndFail = `
  await startLocalCloudflare({databases: ['assets'], bucket: 'assets'})
    .catch(error => console.log(JSON.stringify({...error, message: error.message})));`;

it('says that it did not start, and leaves nothing', async () => {
  const temporary = tempFolder();
  const script = `const {startLocalCloudflare} = await import(LOCAL_CLOUDFLARE); ${startAndFail}`;
  const {stdout} = await inProcess(script, {TMPDIR: temporary, MINIFLARE_WORKERD_PATH: '/bin/false'});
  expect(JSON.parse(stdout)).toMatchObject({
    code: 'failed',
    message: expect.stringMatching(/^the local D1 and R2 \(miniflare\) did not start: ./),
    hint: expect.stringContaining('npm rebuild workerd'),
  });
  expect(readdirSync(temporary)).toEqual([]);
});

it('says which package is missing, and how to install it', async () => {
  const script = `
    import {registerHooks} from 'node:module';
    registerHooks({
      resolve: (specifier, context, next) => next(specifier === 'miniflare' ? 'no-such-package' : specifier, context),
    });
    const {startLocalCloudflare} = await import(LOCAL_CLOUDFLARE);
    ${startAndFail}`;
  expect(JSON.parse((await inProcess(script, {})).stdout)).toMatchObject({
    name: 'OperatorError',
    code: 'usage',
    message: expect.stringContaining('need the package miniflare'),
    hint: 'Install it beside headgate: npm install miniflare.',
  });
});
