import {execFile} from 'node:child_process';
import {readFile, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {z} from 'zod';
import {type HashingCorpus, makeHashingCorpus} from './hashing-corpus.ts';
import {median} from './quantile.ts';
import {type Column, table} from './table.ts';

export interface HashingRounds {
  readonly title: string;
  readonly corpus: HashingCorpus;
  /** Files that sha256sum is given at once: so that two of them have the same to do. */
  readonly inCommand: number;
  readonly rounds: number;
  /** How many times as fast as sha256sum it is meant to be, at least. */
  readonly goal?: number;
  /** What the peak of memory is meant to stay below, in MB. */
  readonly mostMegabytes?: number;
}

const measured = z.object({
  files: z.number(),
  bytes: z.number(),
  seconds: z.number(),
  cpuSeconds: z.number(),
  peakKib: z.number(),
});
type Measured = z.infer<typeof measured>;

interface Row extends Omit<HashingRounds, 'rounds'> {
  readonly ours: readonly Measured[];
  /** Seconds. */
  readonly theirs: readonly number[];
}

const way = fileURLToPath(new URL('./hashing-way.ts', import.meta.url));

/**
 * Listing and hashing a folder through its store, beside sha256sum over the same files in two processes, in turns. A hash
 * that is not the same fails the bench.
 */
export async function hashingTable(root: string, all: readonly HashingRounds[]): Promise<string> {
  const rows: Row[] = [];
  for (const {rounds, ...rest} of all) {
    const folder = join(root, 'hashing');
    await makeHashingCorpus(folder, rest.corpus);
    await ourHashes(root, folder);
    const row = {...rest, ours: [] as Measured[], theirs: [] as number[]};
    for (let round = 0; round < rounds; round++) {
      const ours = await ourHashes(root, folder);
      const theirs = await theirHashes(folder, rest.inCommand);
      if (ours.hashes !== theirs.hashes) throw new Error(`${rest.title}: sha256sum has other hashes`);
      row.ours.push(ours.counted);
      row.theirs.push(theirs.seconds);
    }
    rows.push(row);
    await rm(folder, {recursive: true});
  }
  return table(columns, rows);
}

async function ourHashes(root: string, folder: string) {
  const out = join(root, 'hashes');
  const {stdout} = await promisify(execFile)(
    process.execPath,
    ['--max-semi-space-size=8', way, folder, out],
    {env: {...process.env, NODE_COMPILE_CACHE: join(root, 'compiled')}},
  );
  return {counted: measured.parse(JSON.parse(stdout)), hashes: inOrder(await readFile(out, 'utf8'))};
}

async function theirHashes(folder: string, inCommand: number) {
  const command = `find * -type f -print0 | xargs -0 -P2 -n${inCommand} sha256sum`;
  const startedAt = performance.now();
  const {stdout} = await promisify(execFile)('sh', ['-c', command], {cwd: folder, maxBuffer: 1e9});
  return {seconds: (performance.now() - startedAt) / 1_000, hashes: inOrder(stdout)};
}

function inOrder(lines: string): string {
  return lines.split('\n').toSorted().join('\n');
}

const columns: readonly Column<Row>[] = [
  {title: 'what', text: ({title}) => title},
  {title: 'MB', text: ({ours}) => ((ours[0]?.bytes ?? 0) / 1e6).toFixed(0)},
  {title: 'seconds', text: ({ours}) => secondsOf(ours).toFixed(2)},
  {title: 'CPU s', text: ({ours}) => median(ours.map(({cpuSeconds}) => cpuSeconds)).toFixed(2)},
  {title: 'MB/s', text: ({ours}) => ((ours[0]?.bytes ?? 0) / 1e6 / secondsOf(ours)).toFixed(0)},
  {title: 'sha256sum', text: ({theirs}) => median(theirs).toFixed(2)},
  {title: '×', text: ({ours, theirs}) => (median(theirs) / secondsOf(ours)).toFixed(2)},
  {title: 'goal', text: ({goal}) => (goal === undefined ? '' : `≥ ${goal} ×`)},
  {title: 'peak MB', text: ({ours}) => megabytes(Math.max(...ours.map(({peakKib}) => peakKib)))},
  {title: 'goal', text: ({mostMegabytes}) => (mostMegabytes === undefined ? '' : `< ${mostMegabytes}`)},
];

function secondsOf(ours: readonly Measured[]): number {
  return median(ours.map(({seconds}) => seconds));
}

function megabytes(kib: number): string {
  return ((kib * 1_024) / 1e6).toFixed(0);
}
