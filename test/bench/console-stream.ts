import {execFile} from 'node:child_process';
import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {z} from 'zod';
import {median, quantile} from './quantile.ts';
import {type Column, table} from './table.ts';
import {count} from './way-table.ts';

const way = fileURLToPath(new URL('./console-way.ts', import.meta.url));
const keysMeasured = z.object({ms: z.array(z.number()), perSecond: z.number()});
const heapMeasured = z.object({inUse: z.array(z.number()), bytes: z.number()});
type Keys = z.infer<typeof keysMeasured>;

/** From a key to its frame while so many events a second come in, beside none. */
export async function keyStreamTable(root: string, keys: number): Promise<string> {
  const rows: Keys[] = [];
  for (const perSecond of [0, 1_000, 10_000])
    rows.push(keysMeasured.parse(await child(root, 'keys', [], perSecond, keys)));
  const [idle = {ms: [], perSecond: 0}] = rows;
  const columns: readonly Column<Keys>[] = [
    {title: 'events/s', text: ({perSecond}) => count(perSecond)},
    {title: 'keys', text: ({ms}) => count(ms.length)},
    {title: 'p50 ms', text: ({ms}) => median(ms).toFixed(1)},
    {title: 'p99 ms', text: ({ms}) => quantile(ms, 0.99).toFixed(1)},
    {title: '× p50 of none', text: ({ms}) => (median(ms) / median(idle.ms)).toFixed(2)},
    {title: '× p99 of none', text: ({ms}) => (quantile(ms, 0.99) / quantile(idle.ms, 0.99)).toFixed(2)},
  ];
  return table(columns, rows);
}

interface Heap {
  readonly seconds: number;
  readonly perSecond: number;
  readonly inUse: readonly number[];
}

/** The heap after collections, along a simulated time of runs, keys and questions to the ledger. */
export async function heapTable(root: string, seconds: number, perSecond: number): Promise<string> {
  const {inUse} = heapMeasured.parse(await child(root, 'heap', ['--expose-gc'], seconds, perSecond));
  return table(heapColumns, [{seconds, perSecond, inUse}]);
}

const heapColumns: readonly Column<Heap>[] = [
  {title: 'simulated hours', text: ({seconds}) => (seconds / 3_600).toFixed(1)},
  {title: 'events', text: ({seconds, perSecond}) => count(seconds * perSecond)},
  ...[0.1, 0.2, 0.5, 1].map(
    (share): Column<Heap> => ({
      title: `MiB at ${share * 100} %`,
      text: ({inUse}) => mib(inUse[Math.round(share * inUse.length) - 1]),
    }),
  ),
  {title: 'KiB/hour, second half', text: heap => (slope(heap) / 1_024).toFixed(1)},
];

/** Bytes an hour along the second half, by least squares: what is filled once is full by then. */
function slope({seconds, inUse}: Heap): number {
  const hours = seconds / 3_600 / inUse.length;
  const half = inUse.slice(Math.floor(inUse.length / 2));
  const middle = (half.length - 1) / 2;
  const mean = half.reduce((sum, bytes) => sum + bytes, 0) / half.length;
  const over = half.reduce((sum, bytes, index) => sum + (index - middle) * (bytes - mean), 0);
  const under = half.reduce((sum, _, index) => sum + (index - middle) ** 2, 0);
  return over / under / hours;
}

function mib(bytes = Number.NaN): string {
  return (bytes / 1_024 / 1_024).toFixed(2);
}

let folders = 0;

async function child(
  root: string,
  mode: 'keys' | 'heap',
  flags: readonly string[],
  ...numbers: readonly number[]
): Promise<unknown> {
  const folder = join(root, `console-${folders++}`);
  await mkdir(join(folder, 'source'), {recursive: true});
  const args = [...flags, way, mode, folder, ...numbers.map(String)];
  const {stdout} = await promisify(execFile)(process.execPath, args, {
    env: {PATH: process.env['PATH'], HOME: folder, NODE_ENV: 'production'},
  });
  return JSON.parse(stdout);
}
