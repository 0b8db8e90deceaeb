import {type ChildProcess, spawn} from 'node:child_process';
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

/** The built program, as a user starts it. */
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

export function runProgram(args: readonly string[], options: ProgramOptions): Promise<Ended> {
  return startProgram(args, options).ended;
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
