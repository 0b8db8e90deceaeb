import {randomBytes} from 'node:crypto';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import envPaths from 'env-paths';
import {runCommandLine} from './commands/command-line.ts';
import {hasTerminal} from './commands/looks.ts';
import {runPager} from './commands/pager.ts';
import type {Followed, Surroundings} from './commands/session.ts';
import type {ShowsConsoles} from './commands/shows-consoles.ts';
import {type JobControl, stopAndContinue} from './console/stop-and-continue.ts';
import {interruptedCode} from './core/exit-code.ts';
import {crasher} from './engine/crash-points.ts';
import {thisProcess} from './engine/holder.ts';
import {programVersion} from './version.ts';

/** The program as a process: only this file knows argv, env, signals and exit codes. */
export async function main(): Promise<void> {
  ignoreClosedPipes();
  const interrupted = new Interruption();
  const surroundings = surroundingsOf(interrupted);
  process.exitCode = await runCommandLine(process.argv.slice(2), surroundings);
  if (interrupted.exitCode !== null) process.exitCode = interrupted.exitCode;
}

/** `headgate status | head -1`: whoever reads may stop reading. A run goes on to its end all the same. */
function ignoreClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreNoReader);
}

/** A pipe that nobody reads (EPIPE), a terminal whose window was closed (EIO). */
function ignoreNoReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
}

function surroundingsOf(interruption: Interruption): Surroundings {
  const paths = envPaths('headgate', {suffix: ''});
  // env-paths calls XDG_STATE_HOME, where the ledger belongs on Linux, its log folder.
  const state = process.platform === 'linux' ? paths.log : paths.data;
  const isTty = process.stdin.isTTY && process.stdout.isTTY;
  return {
    cwd: process.cwd(),
    defaultLedger: join(state, 'ledger.sqlite'),
    program: programVersion(),
    self: thisProcess(randomBytes(3).toString('hex')),
    now: Date.now,
    random: Math.random,
    at: crasher(process.env['HEADGATE_CRASH_AT'], () => process.kill(process.pid, 'SIGKILL')),
    out: text => process.stdout.write(text),
    err: text => process.stderr.write(text),
    environment: process.env,
    terminal: hasTerminal(isTty, process.env) ? consolesWith(interruption) : null,
    follow: handle => interruption.follow(handle),
  };
}

/** What shows consoles here. */
const consolesWith = (interruption: Interruption): ShowsConsoles => ({
  size: () => ({columns: process.stdout.columns, rows: process.stdout.rows}),
  prepare: () => {
    // Loading keeps this thread busy: the ledger's is started first, and gets ready beside it. What fails to load says
    // so where it is needed.
    process.once('worker', () => screens().catch(() => undefined));
  },
  ends: () => {
    setTimeout(() => process.exit(), lingerMs).unref();
  },
  show: async (model, {hasColor, isAscii, isSpoken}) => {
    const {open} = await screens();
    const {stdin, stdout, stderr} = process;
    stdin.on('error', ignoreNoReader);
    const shown = open(model, {stdin, stdout, stderr, hasColor, isAscii, spoken: isSpoken});
    const continued = () => {
      // A resize while it was stopped was told to the shell only, and Node looks for a size only when it is told.
      process.kill(process.pid, 'SIGWINCH');
      // Stopped from outside, the shell has set the terminal as it likes it.
      shown.retake();
    };
    process.on('SIGCONT', continued);
    const closing = new AbortController();
    shown.closed
      .catch(() => undefined)
      .finally(() => {
        closing.abort();
        process.off('SIGCONT', continued);
      });
    return {
      ...shown,
      close: () => {
        closing.abort();
        return shown.close();
      },
      toShell: async () => {
        // No shell of Windows would continue it.
        if (process.platform === 'win32') return;
        await stopAndContinue(shown, jobControl);
      },
      page: text =>
        shown.suspend(() =>
          interruption.deafWhile(runPager(process.env['PAGER'] || 'less -R', text, closing.signal)),
        ),
      copy: text => stdout.write(`\x1b]52;c;${Buffer.from(text).toString('base64')}\x07`),
      endProcess: code => process.exit(interruption.exitCode ?? code),
    };
  },
});

const lingerMs = 500;

let loading: Promise<typeof import('../components/open.tsx')> | null = null;

/** React and Ink take a while to load: only who sees a console waits for them. */
function screens(): NonNullable<typeof loading> {
  // React's other mode is made for its own developers, and two to four times as slow.
  process.env['NODE_ENV'] = 'production';
  loading ??= import('../components/open.tsx');
  return loading;
}

const jobControl: JobControl = {
  stop: () => process.kill(0, 'SIGTSTP'),
  onContinued: listener => {
    process.once('SIGCONT', listener);
    return () => process.off('SIGCONT', listener);
  },
};

const hangUp = 129;
const lateMs = 100;

/** The first signal lets the run come to rest; the second leaves at once: intent and mark settle it on resume. */
class Interruption {
  exitCode: number | null = null;
  #followed: Followed | null = null;
  #isDeaf = false;

  constructor() {
    for (const [signal, code] of [
      ['SIGINT', interruptedCode],
      ['SIGTERM', 143],
      ['SIGHUP', hangUp],
    ] as const)
      process.on(signal, () => this.#signalled(code));
  }

  follow(handle: Followed | null): void {
    this.#followed = handle;
    // A signal that came between two runs of one command is for the second.
    if (this.exitCode !== null) handle?.interrupt();
  }

  /** Ctrl+C in a pager is meant for it, but told to both; the telling may come a moment after the pager has ended. */
  async deafWhile(busy: Promise<void>): Promise<void> {
    this.#isDeaf = true;
    try {
      await busy;
    } finally {
      await sleep(lateMs);
      this.#isDeaf = false;
    }
  }

  #signalled(code: number): void {
    if (this.#isDeaf && code === interruptedCode) return;
    if (this.#followed === null) process.exit(code);
    if (this.exitCode !== null) {
      // A window that closes tells its shell, and the shell its jobs: the second of these is nobody's impatience.
      if (code === hangUp) return;
      if (this.#followed.endsItself) {
        this.#followed.interrupt();
        return;
      }
      process.stderr.write('left at once; headgate resume last settles what was under way\n');
      process.exit(code);
    }
    this.exitCode = code;
    this.#followed.interrupt();
  }
}
