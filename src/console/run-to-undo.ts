import type {RunRecord} from '../ledger/records.ts';
import {chosenRow} from './rows.ts';
import {recordOf, setupOf} from './shown-run.ts';
import {type ConsoleState, chosenSetup, type SetupView, shownView} from './state.ts';

/**
 * The run that an undo would be of: the one that is chosen in the history or was opened from it, else the newest that
 * wrote. Where that was an undo which did not come to its end, it is the run that it undoes.
 */
export function runToUndo(
  state: ConsoleState,
): {readonly run: RunRecord; readonly setup: SetupView | null} | null {
  const {name, of} = shownView(state);
  const id = name === 'history' ? chosenRow(state) : name === 'run' ? of : null;
  if (id !== null) {
    const run = recordOf(state, id);
    return run === null ? null : {run, setup: setupOf(state, run)};
  }
  const setup = chosenSetup(state);
  const live = setup?.facts?.live ?? null;
  if (live === null) return null;
  if (live.mode !== 'undo' || live.undoes === null) return {run: live, setup};
  const undone = live.status === 'completed' ? null : recordOf(state, live.undoes);
  return undone === null ? null : {run: undone, setup};
}
