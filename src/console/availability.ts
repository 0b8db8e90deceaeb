import {changedOf} from '../core/accounting.ts';
import {canMove, isActive, type RunMode} from '../core/run.ts';
import type {Command} from './command.ts';
import {flowOfSetup, runAtWork} from './flow-of.ts';
import {chosenCheck, rowsOf} from './rows.ts';
import {shownRun} from './shown-run.ts';
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
  const idle = whileIdle(state, setup);
  const {move} = flowOfSetup(state, setup);
  switch (command) {
    case 'go-on':
      if (move.do === 'nothing') return {because: move.why};
      return (move.do === 'resume' || move.do === 'retry') && writesOf(setup, move.run) && isReadOnly
        ? {because: 'this console is read-only'}
        : 'now';
    case 'probe':
    case 'dry-run':
    case 'fresh-dry-run':
    case 'verify':
      return idle;
    case 'review':
      return reviewable(setup) ? idle : 'absent';
    case 'go-live':
      if (!reviewable(setup)) return {because: 'there is no plan to execute: make a dry run'};
      return idle;
    case 'recover':
      return recoverable(state, idle);
    case 'resume':
    case 'retry':
      if (move.do !== command || move.run !== restingRun(setup))
        return command === 'retry' ? retryable(setup, idle, isReadOnly) : 'absent';
      return isReadOnly && writesOf(setup, move.run) ? 'absent' : idle;
    case 'accept':
      return acceptable(setup) ? idle : 'absent';
    case 'undo':
      return setup.facts?.live?.mode === 'live' && changedOf(setup.facts.live.tally) > 0 ? idle : 'absent';
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

function recoverable(state: ConsoleState, idle: Availability): Availability {
  const check = chosenCheck(state);
  if (check === null || check.result.count === 0) return 'absent';
  return check.result.recovers === undefined ? {because: 'this takes a hand: see above'} : idle;
}

function retryable({facts}: SetupView, idle: Availability, isReadOnly: boolean): Availability {
  const open = facts?.open ?? null;
  if (open === null || open.counts.failed === 0) return 'absent';
  const run = [facts?.live, facts?.plan].find(known => known?.id === open.run);
  if (run == null || !canMove(run.status, 'running')) return 'absent';
  return isReadOnly && writing(run.mode) ? 'absent' : idle;
}

function acceptable({facts}: SetupView): boolean {
  const run = facts?.live ?? null;
  if (run === null || facts?.plan?.usedBy !== run.id) return false;
  if (run.status === 'paused') return run.stopReason?.by === 'drift';
  return run.status === 'incomplete' && run.tally.pending > 0;
}

function stoppable(state: ConsoleState, setup: SetupView, command: 'pause' | 'cancel'): Availability {
  const run = shownRun(state, setup);
  if (run === null || run.ended !== null) {
    // A run that rests may still be given up.
    const rests = [setup.facts?.live, setup.facts?.plan].some(
      known => known?.status === 'paused' || known?.status === 'failed',
    );
    return command === 'cancel' && rests && !state.manner.isReadOnly ? 'now' : 'absent';
  }
  if (command === 'pause' && run.snapshot.mode === 'verify') return 'absent';
  return run.stopping !== null && command === 'pause' ? {because: 'it is coming to rest'} : 'now';
}

function openable(state: ConsoleState): Availability {
  return rowsOf(state, shownView(state)).length > 0 ? 'now' : {because: 'there is nothing to open'};
}

function isFiltered(state: ConsoleState): boolean {
  const {filter, isFiltering} = shownView(state);
  return isFiltering || filter !== '';
}

/** The run that a retry or a resume takes up: the one that the plan was executed by, else the plan. */
function restingRun({facts}: SetupView): string | null {
  const plan = facts?.plan ?? null;
  if (plan === null) return null;
  return plan.usedBy === null ? plan.id : plan.usedBy;
}

function writesOf({facts}: SetupView, run: string): boolean {
  return facts?.live?.id === run && writing(facts.live.mode);
}

function writing(mode: RunMode): boolean {
  return mode === 'live' || mode === 'undo';
}
