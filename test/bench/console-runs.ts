import {execFile} from 'node:child_process';
import {basename, dirname} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {promisify} from 'node:util';
import {Ledger} from '../../src/ledger/ledger.ts';
import {builtProgram, type ConsoleTerminal, nodeFlags, startConsole} from './console-terminal.ts';
import type {World} from './world.ts';

/** How long the ledger says that a dry run and its live run took. */
export interface RunSeconds {
  readonly dryRun: number;
  readonly live: number;
}

/** What came over the terminal while the two were at work. */
export interface Written {
  readonly bytes: number;
  readonly frames: number;
}

/** What is done while the two runs are at work; ends when `hasEnded` says so. */
export type Meanwhile = (terminal: ConsoleTerminal, hasEnded: () => boolean) => Promise<void>;

/** Texts of the screens by which their frames are told apart. */
export const shown = {runbook: '› runbook', run: '› run  ', coverage: '› coverage'} as const;
const texts = {
  isRehearsed: 'DRY RUN',
  review: 'go live',
  isAsked: 'Go live',
  isTyped: 'enter begins',
  isLive: 'LIVE',
} as const;

/** Dry run and live run by the commands, told as JSON. */
export async function runHeadless(world: World, environment: Environment): Promise<RunSeconds> {
  const {target, ledger} = await world.fresh();
  const command = (...args: readonly string[]) =>
    promisify(execFile)(
      process.execPath,
      [...nodeFlags, builtProgram, ...args, '--ledger', ledger, '--json'],
      {
        cwd: dirname(ledger),
        env: {PATH: process.env['PATH'], HOME: dirname(ledger), ...environment},
        maxBuffer: 64 * 1_024 * 1_024,
      },
    );
  await command('run', 'asset-index', '--source', world.source, '--target', target);
  await command('live', 'last', '--confirm', basename(target));
  return secondsIn(ledger, world);
}

/** The same by the keys of the console, with its run screen open, or with whatever `meanwhile` does. */
export async function runInConsole(
  world: World,
  environment: Environment,
  meanwhile: Meanwhile | null = null,
): Promise<RunSeconds & Written> {
  const {target, ledger} = await world.fresh();
  const args = ['console', '--source', world.source, '--target', target, '--ledger', ledger];
  await using terminal = startConsole({args, cwd: dirname(ledger), environment});
  const pressing = async (keys: string, text: string) => {
    terminal.press(keys);
    await terminal.until(text);
  };
  await terminal.until('? keys');
  await pressing('2', shown.runbook);
  const watching = await Ledger.open(ledger);
  try {
    const before = {bytes: terminal.bytes, frames: terminal.frames};
    await pressing('d', texts.isRehearsed);
    await pressing('3', shown.run);
    await untilAtRest(watching, 'dry-run', terminal, meanwhile);
    const rehearsed = {bytes: terminal.bytes - before.bytes, frames: terminal.frames - before.frames};
    await pressing('2', shown.runbook);
    await pressing('v', texts.review);
    await pressing('\r', texts.isAsked);
    await pressing(basename(target), texts.isTyped);
    const between = {bytes: terminal.bytes, frames: terminal.frames};
    await pressing('\r', texts.isLive);
    await pressing('3', shown.run);
    await untilAtRest(watching, 'live', terminal, meanwhile);
    const {bytes, frames} = terminal;
    await terminal.quit();
    return {
      ...(await secondsIn(ledger, world)),
      bytes: rehearsed.bytes + bytes - between.bytes,
      frames: rehearsed.frames + frames - between.frames,
    };
  } finally {
    await watching.close();
  }
}

export type Environment = Readonly<Record<string, string>>;

/** Seldom enough to cost the run nothing. */
const lookEveryMs = 100;

async function untilAtRest(
  ledger: Ledger,
  mode: 'dry-run' | 'live',
  terminal: ConsoleTerminal,
  meanwhile: Meanwhile | null,
): Promise<void> {
  let isAtRest = false;
  const working = meanwhile?.(terminal, () => isAtRest);
  while (!isAtRest) {
    await wait(lookEveryMs);
    const run = await ledger.runs.resolve('last');
    isAtRest = run.mode === mode && run.finishedAt !== null;
  }
  await working;
}

async function secondsIn(path: string, {files}: World): Promise<RunSeconds> {
  const ledger = await Ledger.open(path);
  try {
    const [live, dryRun] = await ledger.runs.list(2);
    return {dryRun: secondsOf(dryRun, 'dry-run', files), live: secondsOf(live, 'live', files)};
  } finally {
    await ledger.close();
  }
}

type Run = Awaited<ReturnType<Ledger['runs']['list']>>[number];

function secondsOf(run: Run | undefined, mode: 'dry-run' | 'live', files: number): number {
  if (run?.mode !== mode || run.startedAt === null || run.finishedAt === null)
    throw new Error(`the newest runs are not a dry run and its live run: ${run?.mode}`);
  if (run.status !== 'completed' || run.tally.inserted !== files)
    throw new Error(`${mode} ended ${run.status} with ${run.tally.inserted} of ${files}`);
  return (run.finishedAt - run.startedAt) / 1_000;
}
