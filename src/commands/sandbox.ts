import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {findBackfill} from '../backfills/registry.ts';
import {changedOf} from '../core/accounting.ts';
import {exitCodeOf} from '../core/exit-code.ts';
import {identityText, number} from '../core/words.ts';
import type {RunConnection} from '../engine/connection.ts';
import type {RunResult} from '../engine/execution.ts';
import {nothingTyped} from '../engine/live-gates.ts';
import {defaultSettings} from '../engine/settings.ts';
import {connectionIn} from '../sandbox/connection.ts';
import type {SandboxName} from '../sandbox/names.ts';
import {openSandbox} from '../sandbox/sandbox.ts';
import type {ConsoleCommandOptions} from './console.ts';
import {openSandboxConsole} from './sandbox-console.ts';
import {Session, type Surroundings} from './session.ts';

export interface SandboxCommandOptions extends ConsoleCommandOptions {
  readonly sandbox?: SandboxName;
}

/** The sandbox in the console, where there is a terminal; else a walk through it, told in lines. */
export async function sandboxCommand(
  surroundings: Surroundings,
  options: SandboxCommandOptions,
): Promise<number> {
  const {terminal} = surroundings;
  return terminal === null || options.tui === false || options.json === true
    ? walkSandbox(surroundings, options)
    : openSandboxConsole(surroundings, terminal, options);
}

/** Walks the runbook of asset-index on a world of its own, step by step: nothing of the operator's is touched. */
async function walkSandbox(
  surroundings: Surroundings,
  {json = false, sandbox = 'folder'}: SandboxCommandOptions,
): Promise<number> {
  const root = await mkdtemp(join(tmpdir(), 'headgate-sandbox-'));
  const {now} = surroundings;
  const {attempts, d1} = defaultSettings;
  try {
    if (sandbox === 'r2-d1') surroundings.err('starting R2 and D1 on this machine, and filling them …\n');
    // Ten reads fail: the five attempts of the dry run, and the five of the live run.
    const world = await openSandbox(sandbox, {root, failingReads: 2 * attempts, now, ...d1});
    const quiet = {...surroundings, err: () => undefined, cwd: root, defaultLedger: world.ledger};
    return await Session.with(quiet, {json}, async session => {
      const code = await walk(session, await connectionIn(world, findBackfill('asset-index')));
      // At the pace that D1 allows, the way from broken to clean and back would take minutes.
      if (sandbox === 'folder') {
        const {walkArtifacts} = await import('./sandbox-artifacts.ts');
        let step = lastStep;
        await walkArtifacts(session, world, (title, ...lines) => tell(session, ++step, title, lines));
      }
      return code;
    }).finally(() => world.close());
  } finally {
    await rm(root, {recursive: true, force: true});
  }
}

async function walk(session: Session, connection: RunConnection): Promise<number> {
  const {engine, report} = session;
  const scope = connection.backfill.scope.parse({});
  const say = (step: number, title: string, ...lines: readonly string[]) => tell(session, step, title, lines);

  const {findings} = await engine.probe(connection, scope);
  say(1, 'probe', ...findings.map(({subject, message}) => `${subject}: ${message}`));

  say(2, 'dry run', connection.backfill.rehearsal.reads);
  const rehearsed = await session.finish(await engine.rehearse(connection, scope, {}));
  const plan = rehearsed.record;

  const failures = await session.ledger.openItems.after(plan.id, '', 5);
  say(
    3,
    'review',
    `${number(changedOf(plan.tally))} changes, ${number(plan.tally.unchanged)} unchanged; the way back is headgate undo`,
    ...failures.map(({message, attempts}) => `failed after ${attempts} attempts: ${message}`),
  );
  const accepted = {
    ...nothingTyped,
    acceptNew: false,
    confirm: connection.target.name,
    acceptedFailures: plan.tally.failed,
  };
  const gates = await engine.gates(connection, plan, accepted);
  report.data(
    {type: 'gates', gates},
    gates.map(({holds, title, reason}) => `  ${holds ? '✔' : '✖'} ${title}: ${reason}`),
  );

  say(4, 'live, then verify', 'writes to the index in transactions with a mark each');
  const live = await session.finish(await engine.live(connection, plan, accepted));

  say(5, 'retry', 'takes up only what was left open');
  const retried = await session.finish(
    await engine.resume(connection, live.record, {
      acceptNew: false,
      acceptDrift: false,
      takeOver: null,
      kind: null,
    }),
  );
  conclude(session, connection, retried);
  return exitCodeOf(retried.endings);
}

/** The steps of asset-index. */
const lastStep = 6;

function tell({report}: Session, step: number, title: string, lines: readonly string[]): void {
  report.data({type: 'step', step, title, lines}, [
    '',
    `${step} · ${title}`,
    ...lines.map(line => `  ${line}`),
  ]);
}

function conclude({report}: Session, {target}: RunConnection, {record}: RunResult): void {
  report.data({type: 'step', step: lastStep, title: 'done', lines: [identityText(record.tally, false)]}, [
    '',
    `${lastStep} · done: ${target.name} is ${record.status}`,
    `  ${identityText(record.tally, false)}`,
    '',
    'Now on your own: headgate run asset-index --source FOLDER --target FILE.sqlite',
  ]);
}
