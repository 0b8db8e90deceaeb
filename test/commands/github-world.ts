import {execFileSync} from 'node:child_process';
import {chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {delimiter, dirname, join} from 'node:path';
import {type JobOptions, type JobResult, readWorkflow, runJob} from '../support/github-runner.ts';
import {runProgram} from '../support/program.ts';
import {tempFolder} from '../support/temp.ts';

/** A program that a script of a workflow called. */
export interface Call {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** How the stand-ins answer. */
export interface Play {
  readonly npm?: Answer;
  readonly run?: Answer;
  readonly verify?: Answer;
  readonly status?: Answer;
  /** What `--inventory-out` gets; null where it is not written. */
  readonly inventory?: string | null;
}

interface Answer {
  readonly out?: string;
  readonly code?: number;
}

export type JobInputs = Pick<JobOptions, 'inputs' | 'secrets' | 'vars'>;

export interface GithubWorld {
  /** An action's checkout of the remote: its newest commit alone. */
  readonly workspace: string;
  run(play: Play, given?: JobInputs): JobResult;
  /** What `headgate` and `npm` were called with, in order. */
  calls(): readonly Call[];
  /** Somebody else's commit. */
  push(files: Readonly<Record<string, string>>): void;
  /** The subjects on the remote's branch, newest first. */
  subjects(): readonly string[];
  git(folder: string, ...args: readonly string[]): string;
  readonly remote: string;
}

const inventoryFile = 'data/b2/inventory.json';

/** An operator's repository with the workflow in it, its remote, and stand-ins for headgate and npm on the PATH. */
export async function makeGithubWorld(
  words: readonly string[],
  files: Readonly<Record<string, string>>,
): Promise<GithubWorld> {
  const folder = tempFolder();
  const [remote, workspace, other] = ['remote.git', 'workspace', 'other'].map(name => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const git = (at: string, ...args: readonly string[]) =>
    execFileSync('git', ['-C', at, ...args], {env: gitEnvironment(folder), encoding: 'utf8', stdio: 'pipe'});
  const commit = (at: string, message: string) => {
    git(at, 'add', '--all');
    git(at, 'commit', '--quiet', '--message', message);
    git(at, 'push', '--quiet', 'origin', 'main');
  };

  git(folder, 'init', '--quiet', '--bare', '--initial-branch=main', remote);
  git(folder, 'clone', '--quiet', remote, other);
  git(other, 'checkout', '--quiet', '-b', 'main');
  write(other, {'README.md': 'an operator', ...files});
  const made = await runProgram(['init', 'github-actions', ...words, '--json'], {cwd: other});
  commit(other, 'begun');
  git(folder, 'clone', '--quiet', '--depth', '1', `file://${remote}`, workspace);

  const record = join(folder, 'calls.jsonl');
  const stage = join(folder, 'play.json');
  const bin = join(folder, 'bin');
  const headgate = join(bin, 'headgate');
  write(bin, {npm: npmStandIn({record, stage, installs: headgate})});
  chmodSync(join(bin, 'npm'), 0o755);
  const workflow = readWorkflow(String(made.lines[0]?.['file']));
  return {
    workspace,
    remote,
    git,
    run: (play, given = {}) => {
      writeFileSync(stage, JSON.stringify(play));
      return runJob(workflow, {
        workspace,
        folder: join(folder, 'runner'),
        path: `${bin}${delimiter}${process.env['PATH'] ?? ''}`,
        ...given,
      });
    },
    calls: () =>
      existsSync(record)
        ? readFileSync(record, 'utf8')
            .trimEnd()
            .split('\n')
            .map(line => JSON.parse(line) as Call)
        : [],
    push: changed => {
      write(other, changed);
      commit(other, 'meanwhile');
    },
    subjects: () => git(remote, 'log', '--format=%s', 'main').trimEnd().split('\n'),
  };
}

function gitEnvironment(home: string): NodeJS.ProcessEnv {
  const who = {NAME: 'operator', EMAIL: 'operator@example.org'};
  return {
    PATH: process.env['PATH'],
    HOME: home,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: who.NAME,
    GIT_AUTHOR_EMAIL: who.EMAIL,
    GIT_COMMITTER_NAME: who.NAME,
    GIT_COMMITTER_EMAIL: who.EMAIL,
  };
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), {recursive: true});
    writeFileSync(path, text);
  }
}

/** Notes its call; a successful install puts headgate on the PATH, as the real one would. */
function npmStandIn(at: {
  readonly record: string;
  readonly stage: string;
  readonly installs: string;
}): string {
  return standIn(
    'npm',
    at,
    `const {code = 0} = play.npm ?? {};
if (code === 0) writeFileSync(${JSON.stringify(at.installs)}, ${JSON.stringify(headgateStandIn(at))}, {mode: 0o755});
process.exitCode = code;`,
  );
}

/** A run makes its ledger, and its inventory where the folder is there; `status last` tells of a run that was made. */
function headgateStandIn(at: {readonly record: string; readonly stage: string}): string {
  return standIn(
    'headgate',
    at,
    `const valueOf = flag => args[args.indexOf(flag) + 1];
const [command] = args;
const {out = '', code = 0} = play[command] ?? {};
process.exitCode = code;
if (command === 'status') console.log('run 20261120-0617-abcd of ' + valueOf('--ledger'));
else {
  if (command === 'run' && code !== 2) writeFileSync(valueOf('--ledger'), '');
  if (args.includes('--inventory-out') && typeof play.inventory === 'string')
    writeFileSync(valueOf('--inventory-out'), play.inventory);
  writeFileSync(1, out + '\\n');
  writeFileSync(2, 'progress of ' + command + '\\n');
}`,
  );
}

function standIn(
  program: string,
  {record, stage}: {readonly record: string; readonly stage: string},
  body: string,
): string {
  return `#!${process.execPath}
const {appendFileSync, readFileSync, writeFileSync} = require('node:fs');
const args = process.argv.slice(2);
const call = {program: ${JSON.stringify(program)}, args, env: process.env};
appendFileSync(${JSON.stringify(record)}, JSON.stringify(call) + '\\n');
const play = JSON.parse(readFileSync(${JSON.stringify(stage)}, 'utf8'));
${body}
`;
}

export const inventoryAt = (world: GithubWorld): string =>
  world.git(world.remote, 'show', `main:${inventoryFile}`);

export const withInventory = (text: string): Readonly<Record<string, string>> => ({[inventoryFile]: text});

/** Reaches a program as one argument, and runs nothing on the way. */
export const odd = [
  'a b',
  `it's "quoted"`,
  '$(touch pwned)',
  '`touch pwned`',
  "'; touch pwned; '",
  '--help',
  'a\\nb*?',
];

export const called = (world: GithubWorld, program: string, command?: string): readonly Call[] =>
  world
    .calls()
    .filter(call => call.program === program && (command === undefined || call.args[0] === command));

/** The summary's lines within its blocks, each of which has an end. */
export function blocksOf(summary: string): readonly string[] {
  return summary
    .split(/^ {0,3}~~~$/m)
    .filter((_, index) => index % 2 === 1)
    .map(block => block.trim());
}
