import {findBackfill} from '../backfills/registry.ts';
import {changedOf} from '../core/accounting.ts';
import {exitCodeOf} from '../core/exit-code.ts';
import {OperatorError} from '../core/operator-error.ts';
import type {RunConnection} from '../engine/connection.ts';
import type {RunResult} from '../engine/execution.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {Thresholds} from '../runbook/gates.ts';
import {type ScopeOptions, scopeOf} from './scope-options.ts';
import type {Session} from './session.ts';

export interface RunCommandOptions extends ScopeOptions {
  readonly source?: string;
  readonly target?: string;
  readonly rate?: number;
  readonly fresh?: boolean;
  readonly unattended?: boolean;
  readonly confirm?: string;
  readonly takeOver?: string;
  readonly acceptNew?: boolean;
  readonly maxChanges?: number;
  readonly maxFailures?: number;
  readonly maxDeletes?: number;
}

/** Probe and dry run; with --unattended through gates and thresholds to live and verify. */
export async function runCommand(session: Session, id: string, options: RunCommandOptions): Promise<number> {
  const backfill = findBackfill(id);
  const connection = await session.connect(backfill, options.source, options.target);
  const scope = scopeOf(backfill, options);
  if (options.unattended === true) requireConfirmation(connection, options.confirm);
  const handle = await session.engine.rehearse(connection, scope, {
    rate: options.rate ?? null,
    fresh: options.fresh ?? false,
  });
  const rehearsed = await session.finish(handle);
  if (options.unattended !== true) {
    showNext(session, rehearsed.record);
    return exitCodeOf(rehearsed.endings);
  }
  if (rehearsed.record.status !== 'completed' && rehearsed.record.status !== 'incomplete')
    return exitCodeOf(rehearsed.endings);
  const live = await goLive(session, connection, rehearsed.record, options);
  return exitCodeOf(live.endings);
}

function goLive(
  session: Session,
  connection: RunConnection,
  plan: RunRecord,
  options: RunCommandOptions,
): Promise<RunResult> {
  const thresholds: Thresholds = {
    changes: options.maxChanges ?? null,
    failures: options.maxFailures ?? 0,
    deletes: options.maxDeletes ?? 0,
  };
  return session.engine
    .live(connection, plan, {
      confirm: options.confirm ?? null,
      acceptedFailures: null,
      takeOver: options.takeOver ?? null,
      thresholds,
      acceptNew: options.acceptNew ?? false,
      rate: options.rate ?? null,
    })
    .then(handle => session.finish(handle));
}

/** Refused before the dry run, not an hour later. */
function requireConfirmation({target}: RunConnection, confirm: string | undefined): void {
  if (confirm === target.name) return;
  const said =
    confirm === undefined
      ? 'needs the name of its target'
      : `was confirmed with "${confirm}", which is not the name of its target`;
  throw new OperatorError('gate', `an unattended run ${said}`, `Add --confirm ${target.name}`);
}

/** The exact command that goes on from here. */
export function showNext({report}: Session, {id, status, tally, partitions, targetName}: RunRecord): void {
  const failures = tally.failed + partitions.failed;
  if (status === 'paused' || status === 'failed')
    report.next('Go on where it stopped', ['headgate', 'resume', id]);
  if (status === 'incomplete') report.next('See what failed, and why', ['headgate', 'failures', id]);
  if (status !== 'completed' && status !== 'incomplete') return;
  if (changedOf(tally) === 0) report.note('Nothing to change: the target is as the source says.');
  else report.next('See the plan', ['headgate', 'plan', id]);
  if (changedOf(tally) > 0)
    report.next('Go live', [
      'headgate',
      'live',
      id,
      '--confirm',
      targetName,
      ...(failures === 0 ? [] : ['--accept-failures', String(failures)]),
    ]);
}
