import {nextSteps} from '../runbook/next-steps.ts';
import {commandLine} from './command-line.ts';
import {chosenRow} from './rows.ts';
import {recordOf} from './shown-run.ts';
import {type ConsoleState, type SetupView, shownView} from './state.ts';

/**
 * What is worth copying: the chosen key or run, and in runbook and run the command that goes on or, where none would find
 * the run, the run's id; null where there is none.
 */
export function copyTextOf(state: ConsoleState, shown: SetupView): string | null {
  const {name, of} = shownView(state);
  if (name !== 'runbook' && name !== 'run') return chosenRow(state);
  const run = of !== null && name === 'run' ? recordOf(state, of) : (shown.facts?.newest ?? null);
  if (run === null) return null;
  const [step] = nextSteps(run);
  return step === undefined ? null : (commandLine(state.manner, step.words) ?? run.id);
}
