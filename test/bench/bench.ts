import {closeSync, fsyncSync, openSync, rmSync, writeSync} from 'node:fs';
import {mkdtempDisposable} from 'node:fs/promises';
import {availableParallelism, cpus, tmpdir} from 'node:os';
import {join} from 'node:path';
import {type Measure, measureIn} from './child.ts';
import type {Corpus} from './corpus.ts';
import {memoryTable, type Pair} from './memory.ts';
import {pauseTable} from './pause.ts';
import {throughputTable} from './throughput.ts';
import {makeWorld} from './world.ts';

interface Plan {
  readonly throughput: readonly {readonly title: string; readonly corpus: Corpus; readonly rounds: number}[];
  readonly memory: readonly Pair[];
  readonly pauses: number;
}

const kib = 1_024;
const mib = 1_024 * kib;
const inFolder = 500;

const full: Plan = {
  throughput: [
    {title: 'files of 10 KiB', corpus: {files: 10_000, bytes: 10 * kib, inFolder}, rounds: 3},
    {title: 'files of 16 MiB', corpus: {files: 48, bytes: 16 * mib, inFolder}, rounds: 5},
  ],
  memory: memoryPairs(10_000, 100_000),
  pauses: 11,
};

const quick: Plan = {
  throughput: [
    {title: 'files of 10 KiB', corpus: {files: 500, bytes: 10 * kib, inFolder}, rounds: 1},
    {title: 'files of 16 MiB', corpus: {files: 4, bytes: 16 * mib, inFolder}, rounds: 1},
  ],
  memory: memoryPairs(200, 2_000),
  pauses: 1,
};

/**
 * Measures the engine beside the original's way in the same run, and prints ratios: seconds differ from machine to
 * machine, so no time fails; a wrong count does. `--quick` only shows that everything still runs.
 */
async function bench({throughput, memory, pauses}: Plan): Promise<void> {
  await using root = await mkdtempDisposable(join(tmpdir(), 'headgate-bench-'));
  process.once('SIGINT', () => {
    rmSync(root.path, {recursive: true, force: true});
    process.exit(130);
  });
  print(heading(root.path));
  const measure = measureIn(join(root.path, 'compiled'));
  await warmUp(measure, join(root.path, 'warm-up'));
  for (const {title, corpus, rounds} of throughput) {
    await using world = await makeWorld(join(root.path, 'throughput'), corpus);
    print(
      `${title}, in the page cache; median of ${rounds}\n\n${await throughputTable(measure, world, rounds)}`,
    );
  }
  print(legend);
  print(`peak memory, files of 1 KiB\n\n${await memoryTable(measure, root.path, memory)}`);
  const stopping = await pauseTable(root.path, pauses);
  print(`stopping while 64 slow reads are under way; min / median / max\n\n${stopping}`);
  print('  The slow store is simulated: what queues in the thread pool of Node itself is not seen.\n');
}

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

const legend = `  "one pass" is like for like: list, hash, decide and write, as the original does. A dry run writes only the ledger.
  "live" lists again, reuses what the dry run read, writes, and verifies; to verify, it reads up to 300 files again,
  which "MB read" leaves out. Seconds are without the start of Node.\n\n`;

/** Leaves all modules compiled, and is not measured. */
async function warmUp(measure: Measure, folder: string): Promise<void> {
  await using world = await makeWorld(folder, {files: 1, bytes: 1, inFolder});
  const {target, ledger} = await world.fresh();
  await measure('original-way', world, target);
  for (const step of ['one-pass', 'dry-run']) await measure('engine-way', world, target, ledger, step);
}

/** What the figures depend on. The original flushes several times for each file, so a slower disk flatters us. */
function heading(folder: string): string {
  const cpu = cpus()[0]?.model ?? 'unknown CPU';
  return [
    `Node ${process.version}, ${availableParallelism()} × ${cpu}, ${process.platform}`,
    `a flush to this disk takes ${flushMs(join(folder, 'flush')).toFixed(2)} ms\n\n`,
  ].join('\n');
}

function flushMs(path: string): number {
  const flushes = 200;
  const file = openSync(path, 'w');
  const startedAt = performance.now();
  for (let flush = 0; flush < flushes; flush++) {
    writeSync(file, Buffer.alloc(4_096));
    fsyncSync(file);
  }
  closeSync(file);
  return (performance.now() - startedAt) / flushes;
}

function print(text: string): void {
  process.stdout.write(text);
}

await bench(process.argv.includes('--quick') ? quick : full);
