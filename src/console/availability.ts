import {changedOf} from '../core/accounting.ts';
import {isActive, onlyMeasures, type RunMode} from '../core/run.ts';
import {modeText} from '../core/words.ts';
import type {RunRecord} from '../ledger/records.ts';
import {closedBefore} from '../runbook/flow-state.ts';
import type {Command} from './command.ts';
import {flowOfSetup, runAtWork} from './flow-of.ts';
import {chosenCheck, rowsOf} from './rows.ts';
import {runToUndo} from './run-to-undo.ts';
import {recordOf, setupOf, shownRun} from './shown-run.ts';
import {type ConsoleState, chosenSetup, type SetupView, shownView} from './state.ts';

/** `absent`: it makes no sense here, and no footer names it. `because`: it does, but not now, and the reason is told. */
export type Availability = 'now' | 'absent' | {readonly because: string};

export function availabilityOf(state: ConsoleState, command: Command): Availability {
  const setup = chosenSetup(state);
  switch (command) {
    case 'up':
    case 'down':
    case 'page-up':
    case 'page-down':
    case 'first':
    case 'last':
    case 'help':
    case 'palette':
    case 'redraw':
    case 'suspend':
    case 'interrupt':
    case 'submit':
    case 'next-field':
    case 'previous-field':
    case 'yes':
    case 'overview':
    case 'history':
    case 'quit':
      return 'now';
    case 'back':
      return state.dialog !== null || state.views.length > 1 || isFiltered(state) ? 'now' : 'absent';
    case 'filter':
      return rowsOf(state, shownView(state), true).length > 0
        ? 'now'
        : {because: 'there is nothing to filter'};
    case 'copy':
    case 'page':
      return 'now';
    case 'open':
      return openable(state);
    case 'next-backfill':
    case 'previous-backfill':
      return state.setups.length > 1 ? 'now' : 'absent';
    case 'runbook':
    case 'run':
    case 'coverage':
    case 'invariants':
    case 'failures':
      return setup === null ? {because: 'there is no backfill yet'} : 'now';
    default:
      return setup === null ? 'absent' : ofSetup(state, setup, command);
  }
}

type SetupCommand = Extract<
  Command,
  | 'go-on'
  | 'probe'
  | 'dry-run'
  | 'fresh-dry-run'
  | 'review'
  | 'go-live'
  | 'accept'
  | 'resume'
  | 'retry'
  | 'undo'
  | 'verify'
  | 'recover'
  | 'pause'
  | 'cancel'
  | 'faster'
  | 'slower'
>;

/** Commands that write: in a read-only console they do not exist. */
const writes: readonly SetupCommand[] = ['go-live', 'accept'];

function ofSetup(state: ConsoleState, setup: SetupView, command: SetupCommand): Availability {
  const {isReadOnly} = state.manner;
  if (isReadOnly && writes.includes(command)) return 'absent';
  if (!concernsShown(state, setup, command)) return 'absent';
  const idle = whileIdle(state, setup);
  const {move} = flowOfSetup(state, setup);
  switch (command) {
    case 'go-on':
      if (setup.facts === null && setup.probe === null) return {because: 'the ledger is being read'};
      if (move.do === 'nothing') return {because: move.why};
      return move.do === 'watch' || move.do === 'see-invariants' ? 'now' : idle;
    case 'probe':
    case 'dry-run':
    case 'fresh-dry-run':
    case 'verify':
      return idle;
    case 'review':
      return reviewable(setup) ? idle : 'absent';
    case 'go-live':
      if (!reviewable(setup)) return {because: 'there is no plan to execute: make a dry run'};
      return unread(setup) ?? idle;
    case 'recover':
      return recoverable(state, idle);
    case 'resume': {
      const opened = openedRun(state);
      if (opened !== null) return resumable(state, opened, setup, idle);
      if (move.do !== 'resume' || move.acceptNew) return 'absent';
      return idle;
    }
    case 'retry':
      return move.do === 'retry' ? idle : retryable(setup, idle, isReadOnly);
    case 'accept':
      return acceptable(setup) ? idle : 'absent';
    case 'undo':
      return undoable(state, idle);
    case 'pause':
    case 'cancel':
      return stoppable(state, setup, command);
    case 'faster':
    case 'slower':
      return isAtWork(state, setup) && setup.atWork !== null ? 'now' : 'absent';
    default:
      return command satisfies never;
  }
}

/** One run at a time for a setup: its target takes no more. */
function whileIdle(state: ConsoleState, setup: SetupView): Availability {
  if (setup.isBeginning) return {because: 'a run is about to begin'};
  if (setup.probe?.state === 'working') return {because: 'the probe is at work'};
  if (isAtWork(state, setup)) return {because: 'a run is at work: pause or cancel it first'};
  const elsewhere = [setup.facts?.live, setup.facts?.plan].find(
    run => run != null && isActive(run.status) && setup.facts?.gone.includes(run.id) !== true,
  );
  return elsewhere == null ? 'now' : {because: `run ${elsewhere.id} is at work in another process`};
}

function isAtWork(state: ConsoleState, setup: SetupView): boolean {
  const run = runAtWork(state, setup);
  return setup.atWork !== null || setup.verifying !== null || (run !== null && run.ended === null);
}

function reviewable({facts}: SetupView): boolean {
  const plan = facts?.plan ?? null;
  return (
    plan !== null &&
    plan.usedBy === null &&
    (plan.status === 'completed' || plan.status === 'incomplete') &&
    changedOf(plan.tally) > 0
  );
}

/** Only what was read is confirmed: another process may have made a newer plan meanwhile. */
function unread({facts, review, gates}: SetupView): {readonly because: string} | null {
  const plan = facts?.plan ?? null;
  if (review === null || review.plan !== plan?.id || review.at !== plan.finishedAt)
    return {because: 'there is a newer plan than the one shown: open its review'};
  if (review.state === 'failed') return {because: `the plan could not be read: ${review.message}`};
  if (review.state === 'loading' || gates === null) return {because: 'the plan is still being read'};
  const [closed] = closedBefore(gates);
  return closed === undefined ? null : {because: `a gate is closed: ${closed.reason}`};
}

/** A run that was opened from the history is no other: what would act on the runbook's run is not offered there. */
function concernsShown(state: ConsoleState, {facts, atWork}: SetupView, command: SetupCommand): boolean {
  const {name, of} = shownView(state);
  if (name !== 'run' || of === null) return true;
  switch (command) {
    case 'accept':
      return (facts?.plan?.usedBy ?? facts?.plan?.id) === of;
    case 'retry':
      return facts?.open?.run === of;
    case 'review':
      return facts?.plan?.id === of;
    case 'faster':
    case 'slower':
      return atWork === of;
    default:
      return true;
  }
}

/** The run that was opened from the history, where that is what is shown. */
function openedRun(state: ConsoleState): RunRecord | null {
  const {name, of} = shownView(state);
  return name === 'run' && of !== null ? recordOf(state, of) : null;
}

function resumable(
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
    : {because: `its source and target are not open here: headgate resume ${run.id}`};
}

function undoable(state: ConsoleState, idle: Availability): Availability {
  const found = runToUndo(state);
  if (found === null) return 'absent';
  const {run, setup} = found;
  if (run.mode !== 'live') return {because: `a ${modeText(run)} is not undone, only a live run is`};
  if (changedOf(run.tally) === 0) return {because: `run ${run.id} has changed nothing`};
  if (setup === null)
    return {
      because: `its source and target are not open here: headgate undo ${run.id} shows what it would do`,
    };
  const isGone = isActive(run.status) && setup.facts?.gone.includes(run.id) === true;
  if (isGone)
    return {because: `the process of run ${run.id} is gone: resume it first, which settles what it wrote`};
  return setup.name === chosenSetup(state)?.name ? idle : whileIdle(state, setup);
}

function recoverable(state: ConsoleState, idle: Availability): Availability {
  const check = chosenCheck(state);
  if (check === null || check.result.count === 0) return 'absent';
  return check.result.recovers === undefined ? {because: 'this takes a hand: see above'} : idle;
}

function retryable({facts}: SetupView, idle: Availability, isReadOnly: boolean): Availability {
  const open = facts?.open ?? null;
  if (open === null || open.counts.failed === 0) return 'absent';
  const run = [facts?.live, facts?.plan].find(known => known?.id === open.run);
  // One that was stopped before its end is resumed: it has more to do than its failures.
  if (run?.status !== 'incomplete') return 'absent';
  return isReadOnly && writing(run.mode) ? 'absent' : idle;
}

function acceptable({facts}: SetupView): boolean {
  const run = facts?.live ?? null;
  if (run === null || facts?.plan?.usedBy !== run.id) return false;
  if (run.status === 'paused') return run.stopReason?.by === 'drift';
  return run.status === 'incomplete' && run.tally.pending > 0;
}

function stoppable(state: ConsoleState, setup: SetupView, command: 'pause' | 'cancel'): Availability {
  const found = stoppableRun(state, setup);
  if (found === null || (state.manner.isReadOnly && writing(found.mode))) return 'absent';
  if (command === 'cancel') return found.isAtWork ? 'now' : whileIdle(state, setup);
  if (found.mode === 'verify' || found.isResting) return 'absent';
  if (!found.isAtWork) return {because: 'its process is gone: resume or cancel it'};
  return found.isStopping ? {because: 'it is coming to rest'} : 'now';
}

/** What a pause or a cancel is about: the run that is shown or at work, else the one that the runbook rests at. */
export function stoppableRun(
  state: ConsoleState,
  setup: SetupView,
): {
  readonly id: string;
  readonly mode: RunMode;
  readonly isAtWork: boolean;
  readonly isResting: boolean;
  readonly isStopping: boolean;
} | null {
  const shown = shownRun(state, setup);
  const isOfOne = shownView(state).name === 'run' && shownView(state).of !== null;
  const isGone = shown !== null && setup.facts?.gone.includes(shown.run) === true;
  if (shown !== null && (shown.ended === null || isGone)) {
    const {run: id, snapshot, stopping} = shown;
    return {id, mode: snapshot.mode, isAtWork: !isGone, isResting: false, isStopping: stopping !== null};
  }
  const id = isOfOne ? (shown?.run ?? null) : restingRun(setup);
  const record = id === null ? null : recordOf(state, id);
  if (record === null || (record.status !== 'paused' && record.status !== 'failed')) return null;
  return {id: record.id, mode: record.mode, isAtWork: false, isResting: true, isStopping: false};
}

function openable(state: ConsoleState): Availability {
  const shown = shownView(state);
  if (rowsOf(state, shown).length === 0) return {because: 'there is nothing to open'};
  return shown.name === 'coverage' && chosenSetup(state)?.listsMissing === false
    ? {because: 'this backfill tells how many items are missing, and not which'}
    : 'now';
}

function isFiltered(state: ConsoleState): boolean {
  const {filter, isFiltering} = shownView(state);
  return isFiltering || filter !== '';
}

/** Where the runbook stands: the run that executed the plan, else the plan. */
function restingRun({facts}: SetupView): string | null {
  const plan = facts?.plan ?? null;
  if (plan === null) return null;
  return plan.usedBy === null ? plan.id : plan.usedBy;
}

function writing(mode: RunMode): boolean {
  return mode === 'live' || mode === 'undo';
}
