import {rmSync} from 'node:fs';
import {mkdtempDisposable} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {artifactsD1Table} from './artifacts-d1.ts';
import {artifactsTable} from './artifacts-table.ts';
import {type AtprotoRounds, atprotoTable, atprotoTitle} from './atproto-table.ts';
import {type BucketRounds, bucketTable} from './bucket-throughput.ts';
import {type BucketCorpus, makeBucket} from './bucket-world.ts';
import {type Measure, measureIn} from './child.ts';
import {heapTable, keyStreamTable} from './console-stream.ts';
import {consoleSpeedTable, keyTable} from './console-table.ts';
import type {Corpus} from './corpus.ts';
import {firstFrameTable} from './first-frame.ts';
import {hashingRounds} from './hashing-rounds.ts';
import {type HashingRounds, hashingTable} from './hashing-table.ts';
import {bucketLegend, consoleLegend, hashingLegend, legend, mediaLegend, recordsLegend} from './legends.ts';
import {type ListingRounds, listingTable} from './listing-table.ts';
import {publishTable} from './media-publish.ts';
import {mediaTable} from './media-table.ts';
import {memoryTable, type Pair} from './memory.ts';
import {pauseTable} from './pause.ts';
import {heading, print, printTable} from './print.ts';
import {type RecordsRounds, recordsTable} from './records-table.ts';
import {throughputTable} from './throughput.ts';
import {makeWorld} from './world.ts';

interface Plan {
  readonly throughput: readonly {readonly title: string; readonly corpus: Corpus; readonly rounds: number}[];
  readonly buckets: readonly (Omit<BucketRounds, 'bytes'> & {
    readonly title: string;
    readonly corpus: BucketCorpus;
  })[];
  readonly listings: readonly ListingRounds[];
  readonly memory: readonly Pair[];
  readonly pauses: number;
  /** Rows of artifacts in SQLite, and in D1. */
  readonly artifacts: {readonly sqlite: number; readonly d1: number};
  /** Objects of a bucket of media, and rows of one publish. */
  readonly media: {readonly objects: number; readonly publishes: readonly number[]};
  readonly atproto: AtprotoRounds;
  readonly records: RecordsRounds;
  readonly hashing: readonly HashingRounds[];
  readonly console: {
    readonly starts: number;
    readonly files: number;
    readonly rounds: number;
    readonly keys: number;
    /** Simulated, of the heap's table. */
    readonly hours: number;
  };
}

const kib = 1_024;
const mib = 1_024 * kib;
const inFolder = 500;
/** Of every page of a listing: a service in the same region. */
const latencyMs = 20;

const full: Plan = {
  throughput: [
    {title: 'files of 10 KiB', corpus: {files: 10_000, bytes: 10 * kib, inFolder}, rounds: 3},
    {title: 'files of 16 MiB', corpus: {files: 48, bytes: 16 * mib, inFolder}, rounds: 5},
  ],
  buckets: [
    {title: 'objects of 10 KiB', corpus: {objects: 10_000, bytes: 10 * kib}, rounds: 2, goal: 10},
    {title: 'objects of 16 MiB', corpus: {objects: 48, bytes: 16 * mib}, rounds: 2},
  ],
  listings: [
    {title: 'flat', corpus: {objects: 200_000, named: 'flat', latencyMs}, rounds: 2, goal: 4},
    {title: 'hex', corpus: {objects: 100_000, named: 'hex', latencyMs}, rounds: 1},
    {title: 'nested', corpus: {objects: 100_000, named: 'nested', latencyMs}, rounds: 1},
  ],
  memory: memoryPairs(10_000, 100_000),
  pauses: 11,
  artifacts: {sqlite: 200_000, d1: 20_000},
  media: {objects: 100_000, publishes: [100_000, 250_000, 500_000]},
  atproto: {records: 50_000, rounds: 3},
  records: {large: 40, few: 1_000, many: 100_000},
  hashing: hashingRounds({large: 256 * mib, small: 20_000, sparse: 10e9, rounds: 5}),
  console: {starts: 9, files: 30_000, rounds: 3, keys: 200, hours: 14},
};

const quick: Plan = {
  throughput: [
    {title: 'files of 10 KiB', corpus: {files: 500, bytes: 10 * kib, inFolder}, rounds: 1},
    {title: 'files of 16 MiB', corpus: {files: 4, bytes: 16 * mib, inFolder}, rounds: 1},
  ],
  buckets: [{title: 'objects of 10 KiB', corpus: {objects: 300, bytes: 10 * kib}, rounds: 1}],
  listings: [{title: 'flat', corpus: {objects: 20_000, named: 'flat', latencyMs}, rounds: 1}],
  memory: memoryPairs(200, 2_000),
  pauses: 1,
  artifacts: {sqlite: 2_000, d1: 400},
  media: {objects: 2_000, publishes: [1_000]},
  atproto: {records: 1_000, rounds: 1},
  records: {large: 1, few: 50, many: 200},
  hashing: hashingRounds({large: 8 * mib, small: 200, sparse: 50e6, rounds: 1}),
  console: {starts: 1, files: 1_000, rounds: 1, keys: 20, hours: 0.1},
};

/**
 * Measures the engine beside the original's way in the same run, and prints ratios: seconds differ from machine to
 * machine, so no time fails; a wrong count does. `--quick` only shows that everything still runs; `--console`,
 * `--artifacts`, `--media`, `--hashing` and `--atproto` (the client of the AT Protocol network) measure that alone.
 */
async function bench(
  {
    throughput,
    buckets,
    listings,
    memory,
    pauses,
    artifacts,
    media,
    atproto,
    records,
    hashing,
    console: inConsole,
  }: Plan,
  only: 'console' | 'artifacts' | 'media' | 'atproto' | 'records' | 'hashing' | null,
): Promise<void> {
  await using root = await mkdtempDisposable(join(tmpdir(), 'headgate-bench-'));
  process.once('SIGINT', () => {
    rmSync(root.path, {recursive: true, force: true});
    process.exit(130);
  });
  print(heading(root.path));
  const measure = measureIn(join(root.path, 'compiled'));
  await warmUp(measure, join(root.path, 'warm-up'));
  // Awaited here: what it measures in goes with the folder.
  if (only === 'console') return await benchConsole(root.path, inConsole);
  if (only === 'artifacts') return await benchArtifacts(root.path, artifacts);
  if (only === 'media') return await benchMedia(root.path, media);
  if (only === 'atproto') return printTable(atprotoTitle(atproto), await atprotoTable(root.path, atproto));
  if (only === 'records') return await benchRecords(root.path, records);
  if (only === 'hashing') return await benchHashing(root.path, hashing);
  for (const {title, corpus, rounds} of throughput) {
    await using world = await makeWorld(join(root.path, 'throughput'), corpus);
    const ways = await throughputTable(measure, world, rounds);
    printTable(`${title}, in the page cache; median of ${rounds}`, ways);
  }
  print(legend);
  for (const {title, corpus, ...more} of buckets) {
    await using world = await makeBucket(join(root.path, 'bucket'), corpus);
    const ways = await bucketTable(measure, world, {...more, bytes: corpus.bytes});
    printTable(`${title} in a bucket on loopback, into SQLite; median of ${more.rounds}`, ways);
  }
  print(bucketLegend);
  const inTurn = await listingTable(measure, root.path, listings);
  printTable(`listing a bucket behind ${latencyMs} ms`, inTurn);
  printTable('peak memory, files of 1 KiB', await memoryTable(measure, root.path, memory));
  const stopping = await pauseTable(root.path, pauses);
  printTable('stopping while 64 slow reads are under way; min / median / max', stopping);
  print('  The slow store is simulated: what queues in the thread pool of Node itself is not seen.\n\n');
  await benchArtifacts(root.path, artifacts);
  await benchMedia(root.path, media);
  printTable(atprotoTitle(atproto), await atprotoTable(root.path, atproto));
  await benchRecords(root.path, records);
  await benchHashing(root.path, hashing);
  await benchConsole(root.path, inConsole);
}

async function benchRecords(root: string, rounds: RecordsRounds): Promise<void> {
  const title = 'records of a network of four hosts: 10,000 to a large repository, five to a small one';
  printTable(title, await recordsTable(root, rounds));
  print(recordsLegend);
}

async function benchHashing(root: string, all: readonly HashingRounds[]): Promise<void> {
  printTable('listing and hashing a folder, in the page cache; medians', await hashingTable(root, all));
  print(hashingLegend);
}

async function benchArtifacts(root: string, {sqlite, d1}: Plan['artifacts']): Promise<void> {
  const title = (rows: number) =>
    `${rows.toLocaleString('en-US')} artifacts, a fifth of them doubles, five datapoints each`;
  for (const hasKeyIndex of [false, true]) {
    const corpus = {artifacts: sqlite, hasKeyIndex, hasDatapointIndex: true};
    const indexed = hasKeyIndex ? 'an index' : 'no index';
    printTable(
      `${title(sqlite)}, in SQLite; ${indexed} on bucket and key`,
      await artifactsTable(root, corpus),
    );
  }
  printTable(`${title(d1)}, in a local D1`, await artifactsD1Table(root, d1));
}

async function benchMedia(root: string, {objects, publishes}: Plan['media']): Promise<void> {
  const title = `a catalogue of ${objects.toLocaleString('en-US')} objects, from a bucket on loopback`;
  printTable(title, await mediaTable(root, objects));
  print(mediaLegend);
  printTable('one publish, in a local D1', await publishTable(publishes));
}

async function benchConsole(
  root: string,
  {starts, files, rounds, keys, hours}: Plan['console'],
): Promise<void> {
  await using world = await makeWorld(join(root, 'console'), {files, bytes: kib, inFolder});
  const environment = {NODE_COMPILE_CACHE: join(root, 'compiled-program')};
  printTable(`the console's first frame, of ${starts}`, await firstFrameTable(world, root, starts));
  printTable('a key in the console, in a pseudo-terminal', await keyTable(world, keys, environment));
  printTable('a key while made-up events come in, in one process', await keyStreamTable(root, keys));
  const speed = await consoleSpeedTable(world, rounds, environment);
  printTable(`a run in the console and headless, files of 1 KiB; median of ${rounds}`, speed);
  printTable("the console's heap", await heapTable(root, hours * 3_600, eventsPerSecond));
  print(consoleLegend);
}

/** 2,000,000 in the 14 hours of the full bench. */
const eventsPerSecond = 40;

function memoryPairs(few: number, many: number): readonly Pair[] {
  const corpora = (title: string, folderOf: (files: number) => number): Pair => ({
    title,
    few: {files: few, bytes: kib, inFolder: folderOf(few)},
    many: {files: many, bytes: kib, inFolder: folderOf(many)},
  });
  return [
    corpora(`${inFolder} files a folder`, () => inFolder),
    corpora('all in one folder', files => files),
  ];
}

/** Leaves all modules compiled, and is not measured. */
async function warmUp(measure: Measure, folder: string): Promise<void> {
  await using world = await makeWorld(folder, {files: 1, bytes: 1, inFolder});
  const {target, ledger} = await world.fresh();
  await measure('original-way', world, target);
  for (const step of ['one-pass', 'dry-run']) await measure('engine-way', world, target, ledger, step);
  await using bucket = await makeBucket(`${folder}-bucket`, {objects: 1, bytes: 1});
  const fresh = await bucket.fresh();
  await measure('original-bucket-way', bucket, fresh.target);
  await measure('engine-way', bucket, fresh.target, fresh.ledger, 'one-pass');
  await measure('read-way', bucket, 'sdk', '1');
  await measure('list-way', bucket, 'page');
}

const only =
  (['console', 'artifacts', 'media', 'atproto', 'records', 'hashing'] as const).find(name =>
    process.argv.includes(`--${name}`),
  ) ?? null;
await bench(process.argv.includes('--quick') ? quick : full, only);
