import {findBackfill} from '../backfills/registry.ts';
import {changedOf} from '../core/accounting.ts';
import type {CheckResult} from '../core/checks.ts';
import {number} from '../core/words.ts';
import type {Target} from '../databases/database.ts';
import type {RunConnection} from '../engine/connection.ts';
import {nothingTyped, wholeName} from '../engine/live-gates.ts';
import {verifyRun} from '../engine/verify-run.ts';
import type {RunRecord} from '../ledger/records.ts';
import {connectionIn} from '../sandbox/connection.ts';
import {digestOf} from '../sandbox/digest.ts';
import type {Sandbox} from '../sandbox/sandbox.ts';
import type {Session} from './session.ts';

type Say = (title: string, ...lines: readonly string[]) => void;

const order = ['artifacts-cleanup', 'artifacts-index', 'artifacts-inventory'] as const;

/** From a broken table to a clean one and back: invariants before and after, and all tables equal to the start at the end. */
export async function walkArtifacts(session: Session, sandbox: Sandbox, say: Say): Promise<void> {
  const {target} = sandbox.artifacts;
  const measured = await connectionIn(sandbox, findBackfill('artifacts-inventory'));
  const start = await digest(target);
  say('artifacts: the invariants before', ...lines(await measure(session, measured)));
  const made: {readonly connection: RunConnection; readonly run: RunRecord}[] = [];
  for (const id of order) {
    const connection = await connectionIn(sandbox, findBackfill(id));
    const {backfill} = connection;
    // Without what is left to the operator, the index can not be made.
    const options =
      id === 'artifacts-cleanup'
        ? {conflicts: {lostType: 'take-known', collision: 'keep-winners'}}
        : undefined;
    const chosen = {...connection, options: backfill.options.parse(options)};
    const run = await rehearsedAndLive(session, chosen);
    made.push({connection: chosen, run});
    say(`artifacts: ${id}`, `${backfill.title}: ${number(changedOf(run.tally))} changed, ${run.status}`);
  }
  say('artifacts: the invariants after', ...lines(await measure(session, measured)));
  for (const {connection, run} of made.toReversed()) await undo(session, connection, run);
  const isEqual = (await digest(target)) === start;
  say(
    'artifacts: and back, the last run first',
    `all tables are ${isEqual ? 'as' : 'NOT as'} at the start (SHA-256 ${start.slice(0, 12)}…)`,
    ...lines(await measure(session, measured)),
  );
}

async function rehearsedAndLive(session: Session, connection: RunConnection): Promise<RunRecord> {
  const scope = connection.backfill.scope.parse({});
  const {record} = await session.finish(await session.engine.rehearse(connection, scope, {}));
  return (await session.finish(await session.engine.live(connection, record, typed(connection, record))))
    .record;
}

async function undo(session: Session, connection: RunConnection, run: RunRecord): Promise<void> {
  const {record} = await session.finish(await session.engine.rehearseUndo(connection, run));
  const options = {...typed(connection, record), undoes: run.id};
  await session.finish(await session.engine.live(connection, record, options));
}

function typed({backfill, target}: RunConnection, plan: RunRecord) {
  return {
    ...nothingTyped,
    acceptNew: false,
    confirm: target.name,
    acceptedFailures: plan.tally.failed,
    whole: wholeName(backfill, plan.sourceLabel, plan.scope),
  };
}

async function measure(session: Session, connection: RunConnection): Promise<readonly CheckResult[]> {
  const {checks} = await verifyRun(session.engine, connection, {
    scope: connection.backfill.scope.parse({}),
    sample: 0,
    reads: ['target', 'rows', 'listing'],
    coverage: false,
    only: null,
    signal: new AbortController().signal,
  });
  return checks;
}

function lines(checks: readonly CheckResult[]): readonly string[] {
  return checks.map(({count, title, severity}) =>
    count === 0 ? `✔ ${title}` : `${severity === 'blocking' ? '✖' : '!'} ${title}: ${number(count)}`,
  );
}

async function digest(target: Target): Promise<string> {
  const reader = await target.openReader();
  return digestOf(reader, ['artifacts', 'datapoints', 'citations']).finally(() => reader.close());
}
