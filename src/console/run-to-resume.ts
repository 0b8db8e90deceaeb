import type {RunRecord} from '../ledger/records.ts';
import {recordOf} from './shown-run.ts';
import {type ConsoleState, type SetupView, shownView} from './state.ts';

/** The run that a resume goes on with: the one that was opened, else the one that the runbook rests at. */
export function runToResume(state: ConsoleState, {facts}: SetupView): RunRecord | null {
  const {plan, live} = facts ?? {plan: null, live: null};
  const {name, of} = shownView(state);
  const resting = plan !== null && plan.usedBy === null ? plan : live;
  // A run that was opened from the history is the one that is meant.
  const id = name === 'run' && of !== null ? of : resting?.id;
  return id === undefined ? null : recordOf(state, id);
}
