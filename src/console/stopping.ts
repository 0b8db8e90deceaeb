import type {RunMode} from '../core/run.ts';
import {type Availability, whileIdle, writing} from './idle.ts';
import {recordOf, shownRun} from './shown-run.ts';
import {type ConsoleState, type SetupView, shownView} from './state.ts';

/** What may be paused or cancelled, and why not: a run of this process, of another, or one that rests. */
export function stoppable(state: ConsoleState, setup: SetupView, command: 'pause' | 'cancel'): Availability {
  // What is only about to begin has written nothing yet.
  if (setup.isBeginning) return command === 'cancel' ? 'now' : 'absent';
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

/** Where the runbook stands: the run that executed the plan, else the plan. */
function restingRun({facts}: SetupView): string | null {
  const plan = facts?.plan ?? null;
  if (plan === null) return null;
  return plan.usedBy === null ? plan.id : plan.usedBy;
}
