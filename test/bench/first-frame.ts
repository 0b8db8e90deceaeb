import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {z} from 'zod';
import {builtProgram, nodeFlags, startConsole} from './console-terminal.ts';
import {median} from './quantile.ts';
import {type Column, table} from './table.ts';
import type {World} from './world.ts';

const watch = fileURLToPath(new URL('./start-watch.ts', import.meta.url));
const watched = z.object({
  commandAt: z.number(),
  loadedAt: z.number(),
  shownAt: z.number(),
  modules: z.number(),
});
/** The last word of every screen. */
const wholeFrame = '? keys';
const goalMs = 100;

interface Row {
  readonly what: string;
  readonly ms: readonly number[];
  readonly goal?: number;
}

/**
 * From the start of the process to the first frame on the terminal, beside Node itself. Of that, two parts by a watched
 * start of its own: from when `main` has read its arguments, and from when the last module was loaded.
 */
export async function firstFrameTable(world: World, folder: string, rounds: number): Promise<string> {
  const {target, ledger} = await world.fresh();
  const args = ['console', '--source', world.source, '--target', target, '--ledger', ledger];
  const cached = {NODE_COMPILE_CACHE: join(folder, 'compiled-program')};
  const uncached = {NODE_DISABLE_COMPILE_CACHE: '1'};
  const first = (environment: Readonly<Record<string, string>>, flags: readonly string[] = []) =>
    firstFrame({args, cwd: folder, environment, flags});
  const parts = join(folder, 'start.json');
  const watchedStart = {...cached, HEADGATE_BENCH_START: parts};
  await first(cached);
  await first(watchedStart, ['--import', watch]);
  const node: number[] = [];
  const version: number[] = [];
  const frame: number[] = [];
  const frameUncached: number[] = [];
  const starts: z.infer<typeof watched>[] = [];
  for (let round = 0; round < rounds; round++) {
    node.push(timed(['-e', '0'], cached));
    version.push(timed([...nodeFlags, builtProgram, '--version'], cached));
    frame.push(await first(cached));
    frameUncached.push(await first(uncached));
    await first(watchedStart, ['--import', watch]);
    starts.push(watched.parse(JSON.parse(readFileSync(parts, 'utf8'))));
  }
  const rows: readonly Row[] = [
    {what: 'node -e 0, to its end', ms: node},
    {what: 'headgate --version, to its end', ms: version},
    {what: 'headgate console, to its first frame', ms: frame},
    {what: '  without the cache of compiled code', ms: frameUncached},
    {
      what: '  from when main has its arguments',
      ms: starts.map(({shownAt, commandAt}) => shownAt - commandAt),
    },
    {
      what: `  from the last of ${starts[0]?.modules} modules on`,
      ms: starts.map(({shownAt, loadedAt}) => shownAt - loadedAt),
      goal: goalMs,
    },
  ];
  return table(columns(median(node)), rows);
}

async function firstFrame(start: Parameters<typeof startConsole>[0]): Promise<number> {
  await using terminal = startConsole(start);
  const at = await terminal.until(wholeFrame);
  await terminal.quit();
  return at - terminal.startedAt;
}

function timed(args: readonly string[], environment: Readonly<Record<string, string>>): number {
  const startedAt = performance.now();
  execFileSync(process.execPath, args, {env: {PATH: process.env['PATH'], ...environment}});
  return performance.now() - startedAt;
}

function columns(node: number): readonly Column<Row>[] {
  return [
    {title: 'what', text: ({what}) => what},
    {title: 'ms, median', text: ({ms}) => median(ms).toFixed(0)},
    {title: 'least', text: ({ms}) => Math.min(...ms).toFixed(0)},
    {title: '× node', text: ({ms}) => (median(ms) / node).toFixed(2)},
    {title: 'goal', text: ({goal}) => (goal === undefined ? '' : `≤ ${goal} ms`)},
  ];
}
