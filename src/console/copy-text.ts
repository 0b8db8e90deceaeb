import {commandText} from '../core/words.ts';
import {nextSteps} from '../runbook/next-steps.ts';
import {chosenRow} from './rows.ts';
import {recordOf} from './shown-run.ts';
import {type ConsoleState, type SetupView, shownView} from './state.ts';

/** What is worth copying: the chosen key or run, and in runbook and run the command that goes on; null where there is none. */
export function copyTextOf(state: ConsoleState, shown: SetupView): string | null {
  const {name, of} = shownView(state);
  if (name !== 'runbook' && name !== 'run') return chosenRow(state);
  const run = of !== null && name === 'run' ? recordOf(state, of) : (shown.facts?.newest ?? null);
  const step = run === null ? undefined : nextSteps(run)[0];
  return step === undefined ? null : commandText(step.words);
}
