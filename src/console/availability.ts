import {repositoryNouns} from '../backfills/registry.ts';
import type {Command} from './command.ts';
import {flowOfSetup} from './flow-of.ts';
import {
  acceptable,
  kindToRetry,
  openedRun,
  readOf,
  recoverable,
  resumable,
  retryable,
  reviewable,
  undoable,
  unread,
} from './going-on.ts';
import {type Availability, isAtWork, whileIdle} from './idle.ts';
import {type RecoveryCommand, recoveryAvailability} from './recovery-availability.ts';
import {chosenListRow, chosenRow, rowsOf, runRows} from './rows.ts';
import {shownRun} from './shown-run.ts';
import {type ConsoleState, chosenSetup, type SetupView, shownView} from './state.ts';
import {stoppable} from './stopping.ts';

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
    case 'hosts':
      return setup !== null && (shownRun(state, setup)?.snapshot.limits.length ?? 0) > 1 ? 'now' : 'absent';
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
  | 'retry-kind'
  | 'undo'
  | 'verify'
  | 'recover'
  | RecoveryCommand
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
      if (!reviewable(setup)) return 'absent';
      return shownView(state).name === 'review' && readOf(setup) === 'as it is' ? 'absent' : idle;
    case 'go-live':
      if (!reviewable(setup)) return {because: 'there is no plan to execute: make a dry run'};
      return unread(setup) ?? idle;
    case 'recover':
      return recoverable(state, setup, idle);
    case 'recovery':
    case 'look':
    case 'look-again':
    case 'mend':
    case 'give-up':
      return recoveryAvailability(state, setup, command);
    case 'resume': {
      const opened = openedRun(state);
      if (opened !== null) return resumable(state, opened, setup, idle);
      if (move.do !== 'resume' || move.acceptNew) return 'absent';
      return idle;
    }
    case 'retry':
      return move.do === 'retry' ? idle : retryable(setup, idle, isReadOnly);
    case 'retry-kind':
      return kindToRetry(state, setup) === null ? 'absent' : retryable(setup, idle, isReadOnly);
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

function openable(state: ConsoleState): Availability {
  const shown = shownView(state);
  if (rowsOf(state, shown).length === 0) return {because: 'there is nothing to open'};
  if (shown.name === 'failures' && chosenListRow(state)?.isGroup !== true)
    return {because: 'all there is to say of it stands below'};
  const setup = chosenSetup(state);
  if (shown.name === 'run') return setup === null ? 'absent' : countedPart(state, setup);
  if (shown.name !== 'coverage' || setup?.listsMissing !== false) return 'now';
  const failed = repositoryNouns(setup.backfill)?.repositories[1];
  const which = failed === undefined ? '' : `: 6 names the ${failed} that failed`;
  return {because: `this backfill tells how many items are missing, and not which${which}`};
}

/** A count leads to what it counts: not where that is nothing, or was not kept. */
function countedPart(state: ConsoleState, setup: SetupView): Availability {
  const run = shownRun(state, setup);
  const part = runRows.find(known => known === chosenRow(state));
  if (run === null || part === undefined) return 'absent';
  const {tally, mode} = run.snapshot;
  if (tally[part] === 0) return {because: 'there are none'};
  if (part === 'unchanged' && mode !== 'dry-run')
    return {because: 'of what is unchanged a run that writes keeps only the number: its dry run names each'};
  return 'now';
}

function isFiltered(state: ConsoleState): boolean {
  const {filter, isFiltering} = shownView(state);
  return isFiltering || filter !== '';
}
