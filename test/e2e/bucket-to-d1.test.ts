import {createHash} from 'node:crypto';
import {CreateBucketCommand, PutObjectCommand, paginateListObjectsV2, S3Client} from '@aws-sdk/client-s3';
import {afterAll, describe, expect, it} from 'vitest';
import type {LocalCloudflare} from '../../src/sandbox/local-cloudflare.ts';
import {cephEndpoint} from '../support/ceph.ts';
import {sharedSimulator} from '../support/cloudflare.ts';
import {type Ended, runProgram, summaryOf} from '../support/program.ts';
import {inByteOrder} from '../support/ranges.ts';
import {tempFolder} from '../support/temp.ts';

/** The whole way, as a user goes it: a bucket of a real server into a real D1, by the built program. */

const awkward = [
  'spaces and + signs.txt',
  'ampersand & friends=1?x#y.txt',
  'percent %2F not a slash.txt',
  'emoji 🚢⚓.txt',
  '艦これ/母港.txt',
  'nfc \u00e9.txt',
  'nfd e\u0301.txt',
  'quote\'s and "doubles" <tag>.txt',
  'a//double/slash',
  'trailing/slash/',
  `${'long-'.repeat(200)}end`,
  'empty.bin',
] as const;

interface Place {
  readonly endpoint: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const cloudflare = sharedSimulator();
const ceph = cephEndpoint();
const clients: S3Client[] = [];
afterAll(() => {
  for (const client of clients) client.destroy();
});

function sdk({endpoint, accessKeyId, secretAccessKey}: Place): S3Client {
  const client = new S3Client({
    endpoint,
    region: 'us-east-1',
    credentials: {accessKeyId, secretAccessKey},
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  clients.push(client);
  return client;
}

function contents(count: number): ReadonlyMap<string, Buffer> {
  const keys = [
    ...awkward,
    ...Array.from({length: count - awkward.length}, (_, number) => `flat/${number * 7}.bin`),
  ];
  return new Map(
    keys.map(key => [key, key === 'empty.bin' ? Buffer.alloc(0) : Buffer.from(`bytes of ${key}`)]),
  );
}

async function fill(place: Place, objects: ReadonlyMap<string, Buffer>): Promise<void> {
  const client = sdk(place);
  const rest = [...objects];
  const put = async () => {
    for (let next = rest.pop(); next !== undefined; next = rest.pop())
      await client.send(new PutObjectCommand({Bucket: place.bucket, Key: next[0], Body: next[1]}));
  };
  await Promise.all(Array.from({length: 32}, put));
}

/** What is in the bucket, asked by the SDK alone, with the keys encoded on their way. */
async function listedKeys(place: Place): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const page of paginateListObjectsV2(
    {client: sdk(place)},
    {Bucket: place.bucket, EncodingType: 'url'},
  ))
    for (const {Key = ''} of page.Contents ?? []) keys.push(decodeURIComponent(Key.replaceAll('+', ' ')));
  return keys;
}

/** The most requests that arrived in any second. */
function busiestSecond(requests: readonly {readonly at: number}[]): number {
  const times = requests.map(({at}) => at);
  return Math.max(...times.map(from => times.filter(at => at >= from && at < from + 1_000).length));
}

function headgate(args: readonly string[], cwd: string, place: Place): Promise<Ended> {
  const {baseUrl, accountId, token} = cloudflare();
  const env = {
    AWS_ACCESS_KEY_ID: place.accessKeyId,
    AWS_SECRET_ACCESS_KEY: place.secretAccessKey,
    CLOUDFLARE_BASE_URL: baseUrl,
    CLOUDFLARE_ACCOUNT_ID: accountId,
    CLOUDFLARE_API_TOKEN: token,
  };
  return runProgram(args, {cwd, env});
}

async function goesTheWholeWay(place: Place, count: number): Promise<void> {
  const objects = contents(count);
  await fill(place, objects);
  const cwd = tempFolder();
  const target = ['--target', 'd1:assets'];
  await headgate(['migrate', 'asset-index', ...target], cwd, place);
  const run = [
    'run',
    'asset-index',
    '--source',
    `s3://${place.bucket}`,
    '--endpoint',
    place.endpoint,
    ...target,
  ];
  const whole = [...run, '--unattended', '--confirm', 'assets', '--json'];

  const before = cloudflare().requests.length;
  const first = await headgate(whole, cwd, place);
  expect(summaryOf(first), first.out + first.err).toMatchObject({
    status: 'completed',
    inserted: count,
    listed: count,
  });
  expect(first.code).toBe(0);
  const ofFirst = cloudflare().requests.slice(before);

  const rows = await cloudflare().sql('SELECT key, content_hash, size FROM files ORDER BY key');
  expect(rows.map(row => row['key'])).toEqual(inByteOrder(await listedKeys(place)));
  expect(new Map(rows.map(row => [row['key'], [row['content_hash'], row['size']]]))).toEqual(
    new Map(
      [...objects].map(([key, bytes]) => [
        key,
        [createHash('sha256').update(bytes).digest('hex'), bytes.length],
      ]),
    ),
  );

  const second = await headgate(whole, cwd, place);
  expect(summaryOf(second)).toMatchObject({
    status: 'completed',
    listed: count,
    unchanged: count,
    bytes: 0,
    rows: 0,
  });
  const ofSecond = cloudflare().requests.slice(before + ofFirst.length);
  // Cloudflare takes 1,200 in five minutes.
  for (const requests of [ofFirst, ofSecond]) expect(busiestSecond(requests)).toBeLessThanOrEqual(4);
  // Some thirty to begin and to verify, and two for each page of a thousand.
  expect(ofFirst.length).toBeLessThanOrEqual(40 + 4 * Math.ceil(count / 1_000));
  expect(ofSecond.length).toBeLessThan(ofFirst.length);
  process.stdout.write(
    `${place.endpoint}: ${count} objects, ${ofFirst.length} requests to D1, a second run ${ofSecond.length}\n`,
  );
}

it("R2 → D1: the rows are the bucket's, by an independent listing and independent hashes", async () => {
  const {s3}: LocalCloudflare = cloudflare();
  await goesTheWholeWay(s3, 400);
});

describe.skipIf(ceph === null)('Ceph', () => {
  it("→ D1: 5,000 rows are the bucket's, by an independent listing and independent hashes", {
    timeout: 180_000,
  }, async () => {
    const place = {
      endpoint: ceph ?? '',
      bucket: `whole-way-${Date.now()}`,
      accessKeyId: 'demoaccess',
      secretAccessKey: 'demosecret',
    };
    await sdk(place).send(new CreateBucketCommand({Bucket: place.bucket}));
    await goesTheWholeWay(place, 5_000);
  });
});
