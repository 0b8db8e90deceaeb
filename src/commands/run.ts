import {exitCodeOf} from '../core/exit-code.ts';
import {OperatorError} from '../core/operator-error.ts';
import type {RunConnection} from '../engine/connection.ts';
import type {RunResult} from '../engine/execution.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {Thresholds} from '../runbook/gate.ts';
import {onlyRehearses} from './dry-run-only.ts';
import type {Ends} from './ends.ts';
import {connectWithInventory, type InventoryOptions} from './inventory-flags.ts';
import {warnOfEmptySource} from './live.ts';
import {orderOf} from './named-setup.ts';
import {tellNotes} from './notes.ts';
import {tellPlan} from './plan.ts';
import {requireSql, tellSql} from './plan-sql.ts';
import {chosenBackfill, type VariantOptions} from './run-variants.ts';
import {type ScopeOptions, scopeOf} from './scope-options.ts';
import type {Session} from './session.ts';

export interface RunCommandOptions extends ScopeOptions, Ends, InventoryOptions, VariantOptions {
  readonly rate?: number;
  readonly fresh?: boolean;
  readonly unattended?: boolean;
  readonly confirm?: string;
  readonly takeOver?: string;
  readonly acceptNew?: boolean;
  readonly whole?: string;
  readonly acceptShrunk?: number;
  readonly maxChanges?: number;
  readonly maxFailures?: number;
  readonly maxDeletes?: number;
  /** A file for what the plan would change, as SQL. */
  readonly sqlOut?: string;
}

/** Probe and dry run; with --unattended through gates and thresholds to live and verify. */
export async function runCommand(session: Session, word: string, given: RunCommandOptions): Promise<number> {
  const {id, options} = orderOf(session.config, word, given);
  const backfill = chosenBackfill(id, options);
  if (options.staleReport === true) refuseUnattendedReport(options);
  const isOnlyRehearsed = onlyRehearses(session.surroundings);
  const isUnattended = options.unattended === true && !isOnlyRehearsed;
  if (options.unattended !== true) refuseUnattendedFlags(options);
  if (options.sqlOut !== undefined) requireSql(backfill);
  // Standard output is for the SQL then, and for nothing else.
  if (isOnlyRehearsed && options.sqlOut === undefined && backfill.sql !== undefined)
    session.report.reserveOut();
  const connection = await connectWithInventory(session, backfill, options);
  const scope = scopeOf(connection, options);
  if (isUnattended) requireConfirmation(connection, options.confirm);
  const handle = await session.engine.rehearse(connection, scope, {
    rate: options.rate ?? null,
    fresh: options.fresh ?? false,
  });
  const rehearsed = await session.finish(handle);
  const isWhole = rehearsed.record.status === 'completed' || rehearsed.record.status === 'incomplete';
  if (isWhole && (isOnlyRehearsed || options.sqlOut !== undefined) && backfill.sql !== undefined)
    await tellSql(session, rehearsed.record, options.sqlOut);
  if (isWhole && backfill.uploads !== undefined) await tellNotes(session, rehearsed.record);
  if (isWhole && options.staleReport === true) await tellPlan(session, rehearsed.record);
  if (isOnlyRehearsed) session.report.note('DRY_RUN is set: nothing but a dry run was made');
  if (!isUnattended) {
    session.showNext(rehearsed.record);
    return exitCodeOf(rehearsed.endings);
  }
  if (!isWhole) return exitCodeOf(rehearsed.endings);
  const live = await goLive(session, connection, rehearsed.record, options);
  warnOfEmptySource(session, live.record);
  session.showNext(live.record);
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
  session.announce(plan, thresholds);
  return session.engine
    .live(connection, plan, {
      confirm: options.confirm ?? null,
      acceptedFailures: null,
      takeOver: options.takeOver ?? null,
      whole: options.whole ?? null,
      acceptedListed: options.acceptShrunk ?? null,
      thresholds,
      acceptNew: options.acceptNew ?? false,
      rate: options.rate ?? null,
    })
    .then(handle => session.finish(handle));
}

function refuseUnattendedReport({unattended}: RunCommandOptions): void {
  if (unattended === true)
    throw new OperatorError(
      'usage',
      '--stale-report only reports, and --unattended would delete',
      'Leave --unattended out, or say --prune-stale.',
    );
}

const unattendedFlags = {
  confirm: '--confirm',
  maxChanges: '--max-changes',
  maxFailures: '--max-failures',
  maxDeletes: '--max-deletes',
  acceptNew: '--accept-new',
  takeOver: '--take-over',
  whole: '--whole',
  acceptShrunk: '--accept-shrunk',
} as const satisfies Partial<Record<keyof RunCommandOptions, string>>;

/** A scheduled job that forgot --unattended would only ever rehearse. */
function refuseUnattendedFlags(options: RunCommandOptions): void {
  for (const [name, flag] of Object.entries(unattendedFlags))
    if (options[name as keyof typeof unattendedFlags] !== undefined)
      throw new OperatorError(
        'usage',
        `${flag} is for unattended runs`,
        'Add --unattended, or leave it out: run alone never writes.',
      );
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
