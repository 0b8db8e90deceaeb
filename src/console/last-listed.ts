import {listedOf} from '../core/accounting.ts';
import type {RunView} from './run-view.ts';
import type {SetupView} from './state.ts';

/** What the run of this kind before listed: the best guess of what the next will. */
export function lastListed({facts, atWork}: SetupView): number | null {
  return atWork === null ? null : (facts?.took['dry-run']?.listed ?? null);
}

/** What the run before listed is a guess until more is listed than that. */
export function guessOf({snapshot}: RunView, lastTotal: number | null): number | null {
  return lastTotal !== null && listedOf(snapshot.tally) <= lastTotal ? lastTotal : null;
}
