import {execFile} from 'node:child_process';
import {createHash} from 'node:crypto';
import {mkdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {z} from 'zod';
import {parseBucket} from '../../src/config/bucket-address.ts';
import {writeInventory} from '../../src/stores/inventory-write.ts';
import {s3Store} from '../../src/stores/s3.ts';
import {type CloudflareSimulator, startCloudflareSimulator} from '../simulators/cloudflare.ts';
import {makeBucket} from './bucket-world.ts';
import {type Column, table} from './table.ts';
import type {World} from './world.ts';

const measured = z.object({
  files: z.number(),
  written: z.number(),
  requests: z.number().default(0),
  seconds: z.number(),
  cpuSeconds: z.number(),
  peakKib: z.number(),
});
type Measured = z.infer<typeof measured>;

interface Row extends Measured {
  readonly what: string;
  /** To D1. */
  readonly asked: number | null;
  /** The original's way on the same inventory. */
  readonly bare: Measured | null;
}

/**
 * A catalogue that is filled from nothing, and once more with nothing new: from a bucket of the S3 simulator into SQLite
 * and into a local D1. Beside the first, the original's way, which has the listing already. A second run that touches the
 * database file at all fails the bench.
 */
export async function mediaTable(root: string, objects: number): Promise<string> {
  const folder = join(root, 'media');
  await mkdir(folder);
  await using bucket = await makeBucket(join(folder, 'bucket'), {objects, named: 'flat', latencyMs: 0});
  const cloudflare = await startCloudflareSimulator({});
  try {
    const bare = await bareWay(folder, bucket);
    const rows = [
      {what: "the original's way, into SQLite", asked: null, bare: null, ...bare},
      ...(await intoSqlite(folder, bucket, bare)),
      ...(await intoD1(folder, bucket, cloudflare)),
    ];
    return table(columns, rows);
  } finally {
    await cloudflare.stop();
  }
}

async function bareWay(folder: string, bucket: World): Promise<Measured> {
  const inventory = join(folder, 'inventory.json');
  const {bucket: name, endpoint} = parseBucket(bucket.source);
  const {AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = ''} =
    bucket.environment ?? {};
  const store = await s3Store({
    bucket: name,
    ...(endpoint === undefined ? {} : {endpoint}),
    region: 'us-east-1',
    credentials: {accessKeyId, secretAccessKey},
    label: 'bucket',
  });
  const {signal} = new AbortController();
  await writeInventory(inventory, store.list({prefix: '', lo: '', hi: null, signal}));
  const target = join(folder, 'bare.sqlite');
  await engineWay(bucket, target, join(folder, 'unused.ledger'), 'migrate');
  return run('./media-bare-way.ts', [inventory, target], {});
}

async function intoSqlite(folder: string, bucket: World, bare: Measured): Promise<readonly Row[]> {
  const target = join(folder, 'catalogue.sqlite');
  const ledger = join(folder, 'sqlite.ledger');
  await engineWay(bucket, target, ledger, 'migrate');
  const rows: Row[] = [];
  for (const {what, step} of twice) {
    const before = await digestOf(target);
    const counted = await engineWay(bucket, target, ledger, step);
    if (counted === null) throw new Error(`${step} reported nothing`);
    if (what.startsWith('second') && (await digestOf(target)) !== before)
      throw new Error('a run with nothing new has touched the database file');
    rows.push({what: `SQLite: ${what}`, asked: null, bare, ...counted});
  }
  return rows;
}

async function intoD1(
  folder: string,
  bucket: World,
  cloudflare: CloudflareSimulator,
): Promise<readonly Row[]> {
  const ledger = join(folder, 'd1.ledger');
  const target = `d1:${cloudflare.databases[0]?.name ?? ''}`;
  const environment = {
    CLOUDFLARE_API_TOKEN: cloudflare.token,
    CLOUDFLARE_ACCOUNT_ID: cloudflare.accountId,
    CLOUDFLARE_BASE_URL: cloudflare.baseUrl,
  };
  const world = {...bucket, environment: {...bucket.environment, ...environment}};
  await engineWay(world, target, ledger, 'migrate');
  const rows: Row[] = [];
  for (const {what, step} of twice) {
    const before = cloudflare.requests.length;
    const counted = await engineWay(world, target, ledger, step);
    if (counted === null) throw new Error(`${step} reported nothing`);
    rows.push({what: `D1: ${what}`, asked: cloudflare.requests.length - before, bare: null, ...counted});
  }
  return rows;
}

const twice = [
  {what: 'dry run', step: 'dry-run'},
  {what: 'live with verification', step: 'live'},
  {what: 'second dry run, nothing new', step: 'dry-run'},
  {what: 'second live, nothing to do', step: 'live'},
] as const;

async function engineWay(
  {source, environment}: World,
  target: string,
  ledger: string,
  step: string,
): Promise<Measured | null> {
  if (step === 'migrate') {
    await node('./media-way.ts', [source, target, ledger, step], environment ?? {});
    return null;
  }
  return run('./media-way.ts', [source, target, ledger, step], environment ?? {});
}

async function run(
  script: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Measured> {
  return measured.parse(JSON.parse(await node(script, args, environment)));
}

async function node(
  script: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const {stdout} = await promisify(execFile)(process.execPath, ['--max-semi-space-size=8', path, ...args], {
    env: {...process.env, ...environment},
  });
  return stdout;
}

async function digestOf(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

const columns: readonly Column<Row>[] = [
  {title: 'what', text: ({what}) => what},
  {title: 'objects', text: ({files}) => files.toLocaleString('en')},
  {title: 'rows written', text: ({written}) => written.toLocaleString('en')},
  {title: 'requests: listing', text: ({requests}) => (requests === 0 ? '' : String(requests))},
  {title: 'D1', text: ({asked}) => (asked === null ? '' : String(asked))},
  {title: 'seconds', text: ({seconds}) => seconds.toFixed(2)},
  {
    title: '× original',
    text: ({seconds, bare}) => (bare === null ? '' : (seconds / bare.seconds).toFixed(1)),
  },
  {title: 'peak MiB', text: ({peakKib}) => (peakKib / 1_024).toFixed(0)},
];
