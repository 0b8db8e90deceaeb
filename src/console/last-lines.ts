import {isActive} from '../core/run.ts';
import {commandText, identityText, modeText} from '../core/words.ts';
import {nextSteps} from '../runbook/next-steps.ts';
import type {ConsoleState} from './state.ts';

/** Lines that stay on the terminal after the console has gone. */
const most = 10;

/**
 * What was done here and how it goes on, for the terminal that the console has left: for each backfill that was worked
 * on its newest run, its counts, and the command that goes on.
 */
export function lastLines(state: ConsoleState, flags: readonly string[]): readonly string[] {
  const {setups, runs, manner} = state;
  const worked = setups.flatMap(({name, facts}) => {
    const newest = facts?.newest ?? null;
    return newest === null || runs[newest.id] === undefined ? [] : [{name, run: newest}];
  });
  const told = worked.flatMap(({name, run}) => {
    const [step] = nextSteps(run);
    return [
      `${name}: ${modeText(run)} ${run.id} is ${isActive(run.status) ? 'still coming to rest' : run.status}`,
      ...(run.mode === 'verify' ? [] : [`  ${identityText(run.tally, run.mode === 'dry-run')}`]),
      ...(step === undefined || manner.isSandbox
        ? []
        : [`  ${step.why}: ${commandText([...step.words, ...flags])}`]),
    ];
  });
  if (manner.isSandbox)
    return [
      ...told.slice(0, most - 2),
      'The sandbox is removed. On your own data:',
      '  headgate console --source FOLDER --target FILE.sqlite',
    ];
  return told.length === 0 ? ['Nothing was run.'] : told.slice(0, most);
}
