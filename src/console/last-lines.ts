import {isActive, onlyMeasures} from '../core/run.ts';
import {commandText, identityText, modeText} from '../core/words.ts';
import type {RunRecord} from '../ledger/records.ts';
import {nextSteps} from '../runbook/next-steps.ts';
import type {ConsoleState, SetupFacts} from './state.ts';

/** Lines that stay on the terminal after the console has gone. */
const most = 10;

/**
 * What was done here and how it goes on, for the terminal that the console has left: for each backfill that was worked
 * on its newest run, its counts, and the command that goes on.
 */
export function lastLines(state: ConsoleState, flags: readonly string[]): readonly string[] {
  const {setups, runs, manner} = state;
  const worked = setups.flatMap(({name, facts}) =>
    toTell(facts)
      .filter(({id}) => runs[id] !== undefined)
      .map(run => ({name, run})),
  );
  const told = worked.map(({name, run}) => {
    const [step] = nextSteps(run);
    return [
      `${name}: ${modeText(run)} ${run.id} is ${isActive(run.status) ? 'still coming to rest' : run.status}`,
      ...(onlyMeasures(run.mode) ? [] : [`  ${identityText(run.tally, run.mode === 'dry-run')}`]),
      ...(step === undefined || manner.isSandbox
        ? []
        : [`  ${step.why}: ${commandText([...step.words, ...flags])}`]),
    ];
  });
  if (manner.isSandbox)
    return [
      ...wholeOnes(told, most - 2),
      'The sandbox is removed. On your own data:',
      '  headgate console --source FOLDER --target FILE.sqlite',
    ];
  return told.length === 0 ? ['Nothing was run.'] : wholeOnes(told, most);
}

/** The newest run and, where that only measured, also the one before it, which may have something to go on with. */
function toTell(facts: SetupFacts | null): readonly RunRecord[] {
  const newest = facts?.newest ?? null;
  if (facts === null || newest === null) return [];
  if (!onlyMeasures(newest.mode)) return [newest];
  const {plan, live} = facts;
  const before = plan?.usedBy != null && live?.id === plan.usedBy ? live : plan;
  return before === null ? [newest] : [before, newest];
}

/** As many runs as there is room for, none of them cut short. */
function wholeOnes(told: readonly (readonly string[])[], room: number): readonly string[] {
  const lines: string[] = [];
  for (const run of told) {
    if (lines.length + run.length > room) break;
    lines.push(...run);
  }
  return lines;
}
