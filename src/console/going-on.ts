import {changedOf} from '../core/accounting.ts';
import type {FailureKind} from '../core/failure.ts';
import {isActive, onlyMeasures} from '../core/run.ts';
import {optionsOf} from '../core/run-options.ts';
import {modeText} from '../core/words.ts';
import type {MeasuredCheck} from '../ledger/measured.ts';
import type {RunRecord} from '../ledger/records.ts';
import {closedBefore} from '../runbook/flow-state.ts';
import {retriable} from '../runbook/open-counts.ts';
import {notOpenHere} from './command-line.ts';
import {type Availability, whileIdle, writing} from './idle.ts';
import {chosenCheck, chosenListRow, failedList} from './rows.ts';
import {runToUndo} from './run-to-undo.ts';
import {recordOf, setupOf} from './shown-run.ts';
import {type ConsoleState, chosenSetup, type SetupView, shownView} from './state.ts';

/** What may be done with plans and runs that rest, and why not. */

export function reviewable({facts}: SetupView): boolean {
  const plan = facts?.plan ?? null;
  return (
    plan !== null &&
    plan.usedBy === null &&
    (plan.status === 'completed' || plan.status === 'incomplete') &&
    changedOf(plan.tally) > 0
  );
}

/**
 * What was read, beside the newest plan: another process may have made a newer one meanwhile, or taken up again what had
 * failed in this one.
 */
export function readOf({facts, review}: SetupView): 'nothing' | 'an older plan' | 'as it was' | 'as it is' {
  const plan = facts?.plan ?? null;
  if (review === null || plan === null) return 'nothing';
  if (review.plan !== plan.id) return 'an older plan';
  return review.at === plan.finishedAt ? 'as it is' : 'as it was';
}

/** Only what was read is confirmed. */
export function unread(setup: SetupView): {readonly because: string} | null {
  const {review, gates} = setup;
  if (review === null || readOf(setup) !== 'as it is')
    return {because: 'there is a newer plan than the one shown: open its review'};
  if (review.state === 'failed') return {because: `the plan could not be read: ${review.message}`};
  if (review.state === 'loading' || gates === null) return {because: 'the plan is still being read'};
  const [closed] = closedBefore(gates);
  return closed === undefined ? null : {because: `a gate is closed: ${closed.reason}`};
}

/** The run that was opened from the history, where that is what is shown. */
export function openedRun(state: ConsoleState): RunRecord | null {
  const {name, of} = shownView(state);
  return name === 'run' && of !== null ? recordOf(state, of) : null;
}

export function resumable(
  state: ConsoleState,
  run: RunRecord,
  {name, facts}: SetupView,
  idle: Availability,
): Availability {
  const isGone = facts?.gone.includes(run.id) === true;
  const rests = run.status === 'paused' || run.status === 'failed' || (isActive(run.status) && isGone);
  if (!rests || onlyMeasures(run.mode) || (state.manner.isReadOnly && writing(run.mode))) return 'absent';
  return setupOf(state, run)?.name === name
    ? idle
    : {because: notOpenHere(state.manner, ['headgate', 'resume', run.id])};
}

export function undoable(state: ConsoleState, idle: Availability): Availability {
  const found = runToUndo(state);
  if (found === null) return 'absent';
  const {run, setup} = found;
  if (run.mode !== 'live') return {because: `a ${modeText(run)} is not undone, only a live run is`};
  if (changedOf(run.tally) === 0) return {because: `run ${run.id} has changed nothing`};
  if (setup === null)
    return {
      because: notOpenHere(state.manner, ['headgate', 'undo', run.id], ' shows what it would do'),
    };
  const isGone = isActive(run.status) && setup.facts?.gone.includes(run.id) === true;
  if (isGone)
    return {because: `the process of run ${run.id} is gone: resume it first, which settles what it wrote`};
  return setup.name === chosenSetup(state)?.name ? idle : whileIdle(state, setup);
}

export function recoverable(state: ConsoleState, setup: SetupView, idle: Availability): Availability {
  const check = chosenCheck(state);
  if (check === null || check.result.count === 0) return 'absent';
  if (check.result.recovers === undefined) return {because: 'this takes a hand: see above'};
  const tried = triedInVain(setup, check);
  return tried === null
    ? idle
    : {because: `${dryRunText(check)} found nothing to change already: see above what else mends it`};
}

/**
 * The dry run that should mend a check, where it was made since that broke, went through and found nothing to change:
 * another one would find nothing either. Where more is broken than before it, it may.
 */
export function triedInVain({facts}: SetupView, check: MeasuredCheck): RunRecord | null {
  const plan = facts?.plan ?? null;
  const {result, brokenSince, at, before} = check;
  if (plan === null || plan.finishedAt === null || brokenSince === null) return null;
  const isThatRun =
    plan.undoes === null && (result.recovers?.as !== 'fresh dry-run' || optionsOf(plan).fresh);
  const isInVain = plan.status === 'completed' && changedOf(plan.tally) === 0;
  const isWorse = at > plan.finishedAt && before !== null && result.count > before;
  return isThatRun && isInVain && plan.createdAt >= brokenSince && !isWorse ? plan : null;
}

/** `a fresh dry run` */
export function dryRunText({result}: MeasuredCheck): string {
  return result.recovers?.as === 'fresh dry-run' ? 'a fresh dry run' : 'a dry run';
}

/** What was looked at found something that a run mends. */
export function mendable({recovery}: SetupView): boolean {
  if (recovery === null || recovery.isMending || recovery.state !== 'done') return false;
  return Object.values(recovery.turns).some(turn => turn?.run != null && changedOf(turn.run.tally) > 0);
}

export function retryable({facts}: SetupView, idle: Availability, isReadOnly: boolean): Availability {
  const open = facts?.open ?? null;
  if (open === null || retriable(open.counts) === 0) return 'absent';
  const run = [facts?.live, facts?.plan].find(known => known?.id === open.run);
  // One that was stopped before its end is resumed: it has more to do than its failures.
  if (run?.status !== 'incomplete') return 'absent';
  return isReadOnly && writing(run.mode) ? 'absent' : idle;
}

/** How the chosen one failed, of what the run left open that a retry takes up. */
export function kindToRetry(state: ConsoleState, {facts}: SetupView): FailureKind | null {
  const {name, of} = shownView(state);
  const kind = chosenListRow(state)?.kind;
  const run = facts?.open?.run;
  if (kind === undefined || run === undefined) return null;
  return name === 'failures' || of === failedList(run, kind) ? kind : null;
}

export function acceptable({facts}: SetupView): boolean {
  const run = facts?.live ?? null;
  if (run === null || facts?.plan?.usedBy !== run.id) return false;
  if (run.status === 'paused') return run.stopReason?.by === 'drift';
  return run.status === 'incomplete' && run.tally.pending > 0;
}
