import {setTimeout as wait} from 'node:timers/promises';
import {
  type Environment,
  type Meanwhile,
  type RunSeconds,
  runHeadless,
  runInConsole,
  shown,
  type Written,
} from './console-runs.ts';
import {type ConsoleTerminal, startConsole} from './console-terminal.ts';
import {median, quantile} from './quantile.ts';
import {type Column, table} from './table.ts';
import {count} from './way-table.ts';
import type {World} from './world.ts';

interface SpeedRow {
  readonly what: string;
  readonly items: number;
  readonly headless: readonly number[];
  readonly console: readonly number[];
}

/**
 * The same dry runs and live runs by the commands and in the console, in alternating rounds; seconds are the ledger's.
 * Below it, what the terminal was sent while they were at work.
 */
export async function consoleSpeedTable(
  world: World,
  rounds: number,
  environment: Environment,
): Promise<string> {
  const headless: RunSeconds[] = [];
  const inConsole: (RunSeconds & Written)[] = [];
  for (let round = 0; round < rounds; round++) {
    headless.push(await runHeadless(world, environment));
    inConsole.push(await runInConsole(world, environment));
  }
  const rows = (['dryRun', 'live'] as const).map(
    (step): SpeedRow => ({
      what: step === 'live' ? 'live, with its verification' : 'dry run',
      items: world.files,
      headless: headless.map(seconds => seconds[step]),
      console: inConsole.map(seconds => seconds[step]),
    }),
  );
  const written = inConsole.map(({bytes, frames, dryRun, live}) => ({bytes, frames, seconds: dryRun + live}));
  return `${table(speedColumns, rows)}${table(writtenColumns, [written])}`;
}

const speedColumns: readonly Column<SpeedRow>[] = [
  {title: 'what', text: ({what}) => what},
  {title: 'items', text: ({items}) => count(items)},
  {title: 'items/s headless', text: ({items, headless}) => count(items / median(headless))},
  {title: 'items/s in the console', text: row => count(row.items / median(row.console))},
  {title: '× headless', text: row => (median(row.headless) / median(row.console)).toFixed(2)},
];

type Sent = readonly {readonly bytes: number; readonly frames: number; readonly seconds: number}[];

/** What drawing every cell anew ten times a second would send, without its colours. */
const wholeBytes = 80 * 24;

const writtenColumns: readonly Column<Sent>[] = [
  {title: 'to the terminal', text: () => 'run screen, 80 × 24'},
  {title: 'kB/s', text: sent => median(sent.map(({bytes, seconds}) => bytes / 1_000 / seconds)).toFixed(1)},
  {title: 'frames/s', text: sent => median(sent.map(({frames, seconds}) => frames / seconds)).toFixed(1)},
  {title: 'bytes a frame', text: sent => count(median(sent.map(({bytes, frames}) => bytes / frames)))},
  {
    title: '× all cells',
    text: sent => median(sent.map(({bytes, frames}) => bytes / frames / wholeBytes)).toFixed(2),
  },
];

interface KeyRow {
  readonly what: string;
  readonly ms: readonly number[];
}

/** One key that changes the screen, and the text of the screen that it leads to. */
const presses = [
  ['4', shown.coverage],
  ['3', shown.run],
] as const;
/** Between two presses: not in step with the ten frames a second of a run. */
const betweenMs = [13, 29, 47, 61];

/** From a key's way into the terminal until what it changed has come out, at rest and while runs go at full speed. */
export async function keyTable(world: World, most: number, environment: Environment): Promise<string> {
  const idle: number[] = [];
  const busy: number[] = [];
  await using resting = await openIdle(world, environment);
  await pressing(idle, most)(resting, () => false);
  await runInConsole(world, environment, pressing(busy, Number.POSITIVE_INFINITY));
  return table(keyColumns(idle), [
    {what: 'at rest', ms: idle},
    {what: 'while a dry run and its live run go at full speed', ms: busy},
  ]);
}

async function openIdle(world: World, environment: Environment): Promise<ConsoleTerminal> {
  const {target, ledger} = await world.fresh();
  const args = ['console', '--source', world.source, '--target', target, '--ledger', ledger];
  const terminal = startConsole({args, cwd: world.source, environment});
  await terminal.until('? keys');
  return terminal;
}

function pressing(into: number[], most: number): Meanwhile {
  return async (terminal, hasEnded) => {
    for (let press = 0; press < most && !hasEnded(); press++) {
      const [key, text] = presses[press % presses.length] ?? presses[0];
      const at = performance.now();
      terminal.press(key);
      into.push((await terminal.until(text)) - at);
      await wait(betweenMs[press % betweenMs.length]);
    }
    // Where the next step looks for it.
    terminal.press('3');
  };
}

function keyColumns(idle: readonly number[]): readonly Column<KeyRow>[] {
  return [
    {title: 'key to frame', text: ({what}) => what},
    {title: 'keys', text: ({ms}) => count(ms.length)},
    {title: 'p50 ms', text: ({ms}) => median(ms).toFixed(1)},
    {title: 'p99 ms', text: ({ms}) => quantile(ms, 0.99).toFixed(1)},
    {title: 'most', text: ({ms}) => quantile(ms, 1).toFixed(1)},
    {title: '× p50 at rest', text: ({ms}) => (median(ms) / median(idle)).toFixed(2)},
    {title: '× p99 at rest', text: ({ms}) => (quantile(ms, 0.99) / quantile(idle, 0.99)).toFixed(2)},
  ];
}
