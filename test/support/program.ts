import {type ChildProcess, spawn} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {realpathSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {onTestFinished} from 'vitest';

export const bin = fileURLToPath(new URL('../../dist/src/bin.js', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
  /** Standard output as one JSON object a line. */
  readonly lines: readonly JsonLine[];
}

export type JsonLine = Readonly<Record<string, unknown>> & {readonly type?: string};

export interface ProgramOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The built program as a process of its own, as a user starts it. */
export function startProgram(
  args: readonly string[],
  {cwd, env = {}}: ProgramOptions,
): {child: ChildProcess; ended: Promise<Ended>} {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd,
    env: {PATH: process.env['PATH'] ?? '', HOME: cwd, XDG_STATE_HOME: `${cwd}/state`, ...env},
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const text = Buffer.concat(out).toString('utf8');
      resolve({code, signal, out: text, err: Buffer.concat(err).toString('utf8'), lines: jsonLines(text)});
    });
  });
  return {child, ended};
}

/** The built program's own modules: what they are compiled from would be compiled again in every file of tests. */
const built = (path: string): string => new URL(`../../dist/src/${path}`, import.meta.url).href;

/**
 * One command of the built program in this process, which saves the second that it takes to start: all but argv, signals,
 * and the terminal, which are those of `startProgram`.
 */
export async function runProgram(args: readonly string[], {cwd, env = {}}: ProgramOptions): Promise<Ended> {
  // Where it is killed it needs a process of its own.
  if (env['HEADGATE_CRASH_AT'] !== undefined) return startProgram(args, {cwd, env}).ended;
  const environment = {PATH: process.env['PATH'] ?? '', HOME: cwd, XDG_STATE_HOME: `${cwd}/state`, ...env};
  const [{runCommandLine}, {thisProcess}, {programVersion}] = (await Promise.all(
    ['commands/command-line.js', 'engine/holder.js', 'version.js'].map(path => import(built(path))),
  )) as [
    typeof import('../../src/commands/command-line.ts'),
    typeof import('../../src/engine/holder.ts'),
    typeof import('../../src/version.ts'),
  ];
  let out = '';
  let err = '';
  enter(cwd, environment);
  const code = await runCommandLine(args, {
    cwd,
    defaultLedger: join(environment.XDG_STATE_HOME, 'headgate', 'ledger.sqlite'),
    program: programVersion(),
    self: thisProcess(randomBytes(3).toString('hex')),
    now: Date.now,
    random: Math.random,
    at: () => undefined,
    out: text => {
      out += text;
    },
    err: text => {
      err += text;
    },
    environment,
    terminal: null,
    follow: () => undefined,
  }).finally(leave);
  return {code, signal: null, out, err, lines: jsonLines(out)};
}

const home = process.cwd();
const ownEnvironment = {...process.env};
let inside = 0;

/** A process has one working folder and one environment, which SDKs read: those that run at the same moment share them. */
function enter(cwd: string, environment: Readonly<Record<string, string>>): void {
  const differs = Object.entries(environment).some(([name, value]) => process.env[name] !== value);
  if (inside > 0 && (process.cwd() !== realpathSync(cwd) || differs))
    throw new Error('another command is at work in another folder or environment: use startProgram');
  inside++;
  process.chdir(cwd);
  Object.assign(process.env, environment);
}

function leave(): void {
  inside--;
  if (inside > 0) return;
  process.chdir(home);
  for (const name of Object.keys(process.env)) if (!(name in ownEnvironment)) delete process.env[name];
  Object.assign(process.env, ownEnvironment);
}

function jsonLines(text: string): readonly JsonLine[] {
  return text
    .split('\n')
    .filter(line => line.startsWith('{'))
    .map(line => JSON.parse(line) as JsonLine);
}

export function summaryOf({lines, out, err}: Ended): JsonLine {
  const summary = lines.findLast(({type}) => type === 'summary');
  if (summary === undefined) throw new Error(`no summary in:\n${out}\n${err}`);
  return summary;
}
