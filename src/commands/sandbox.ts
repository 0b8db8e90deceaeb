import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {findBackfill} from '../backfills/registry.ts';
import {changedOf} from '../core/accounting.ts';
import {exitCodeOf} from '../core/exit-code.ts';
import {sqliteTarget} from '../databases/sqlite.ts';
import type {RunConnection} from '../engine/connection.ts';
import type {RunResult} from '../engine/execution.ts';
import {flakyStore} from '../sandbox/flaky-store.ts';
import {makeWorld} from '../sandbox/world.ts';
import {directoryStore} from '../stores/directory.ts';
import {type CommonOptions, Session, type Surroundings} from './session.ts';
import {identityText, number} from './words.ts';

const acceptance = {
  confirm: null,
  acceptedFailures: null,
  takeOver: null,
  thresholds: null,
  acceptNew: false,
} as const;

/** Walks the runbook of asset-index on a world of its own, step by step: nothing of the operator's is touched. */
export async function sandboxCommand(surroundings: Surroundings, options: CommonOptions): Promise<number> {
  const root = await mkdtemp(join(tmpdir(), 'headgate-sandbox-'));
  try {
    const world = await makeWorld(root);
    const quiet = {...surroundings, err: () => undefined, cwd: root, defaultLedger: world.ledger};
    return await Session.with(quiet, {json: options.json ?? false}, async session => {
      const plain = directoryStore(world.folder);
      // Ten reads: the five attempts of the dry run, and the five of the live run.
      const source = flakyStore(await plain, world.broken, 2 * session.config.settings.attempts);
      const target = await sqliteTarget({path: world.index, environment: 'sandbox'});
      return walk(session, {backfill: findBackfill('asset-index'), source, target});
    });
  } finally {
    await rm(root, {recursive: true, force: true});
  }
}

async function walk(session: Session, connection: RunConnection): Promise<number> {
  const {engine, report} = session;
  const scope = connection.backfill.scope.parse({});
  const say = (step: number, title: string, ...lines: readonly string[]) =>
    report.data({type: 'step', step, title, lines}, [
      '',
      `${step} · ${title}`,
      ...lines.map(line => `  ${line}`),
    ]);

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
  const accepted = {...acceptance, confirm: connection.target.name, acceptedFailures: plan.tally.failed};
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

function conclude({report}: Session, {target}: RunConnection, {record}: RunResult): void {
  report.data({type: 'step', step: 6, title: 'done', lines: [identityText(record.tally, false)]}, [
    '',
    `6 · done: ${target.name} is ${record.status}`,
    `  ${identityText(record.tally, false)}`,
    '',
    'Now on your own: headgate run asset-index --source FOLDER --target FILE.sqlite',
  ]);
}
