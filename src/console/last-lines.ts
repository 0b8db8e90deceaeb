import {isActive, onlyMeasures} from '../core/run.ts';
import {counted, identityText, modeText} from '../core/words.ts';
import type {RunRecord} from '../ledger/records.ts';
import {nextSteps} from '../runbook/next-steps.ts';
import {commandLine} from './command-line.ts';
import type {ConsoleState, SetupFacts, SetupView} from './state.ts';

/** Lines that stay on the terminal after the console has gone. */
const most = 10;

/**
 * What was done here and how it goes on, for the terminal that the console has left: for each backfill that was worked
 * on its newest run, its counts, and the command that goes on.
 */
export function lastLines(state: ConsoleState): readonly string[] {
  const {setups, runs, manner} = state;
  const worked = setups.flatMap(setup => toTell(setup.facts, runs).map(run => ({setup, run})));
  const told = worked.map(({setup, run}) => {
    const {name} = setup;
    const [step] = nextSteps(run);
    const command = step === undefined ? null : commandLine(manner, step.words);
    return [
      `${name}: ${modeText(run)} ${run.id} is ${isActive(run.status) ? 'still coming to rest' : run.status}`,
      ...(onlyMeasures(run.mode) ? [] : [`  ${identityText(run.tally, run.mode === 'dry-run')}`]),
      ...brokenBy(setup, run).map(text => `  broken: ${text}`),
      ...(step === undefined || command === null ? [] : [`  ${step.why}: ${command}`]),
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

/** What the verification of a run found broken: the exit code says so too. */
function brokenBy({facts, words}: SetupView, {id}: RunRecord): readonly string[] {
  return (facts?.checks ?? [])
    .filter(({run, result}) => run === id && result.severity === 'blocking' && result.count > 0)
    .map(({result}) => `${result.title}: ${counted(result.count, ...(result.counts ?? words.rows))}`);
}

/** What was still under way, and what settles it. */
export function leftAtOnce({runs, manner}: ConsoleState): readonly string[] {
  const underWay = Object.values(runs)
    .filter(({ended, snapshot}) => ended === null && !onlyMeasures(snapshot.mode))
    .flatMap(({run}) => {
      const command = commandLine(manner, ['headgate', 'resume', run]);
      return command === null ? [] : [`left at once; ${run} is settled by: ${command}`];
    });
  return underWay.length === 0 ? ['left at once'] : underWay;
}

/**
 * The newest run that was worked on here and, where that only measured, also the one before it, which may have something
 * to go on with. Another process may have made a newer one on the same ends: that is its to tell.
 */
function toTell(facts: SetupFacts | null, runs: ConsoleState['runs']): readonly RunRecord[] {
  if (facts === null) return [];
  const {plan, live, newest} = facts;
  const before = plan?.usedBy != null && live?.id === plan.usedBy ? live : plan;
  const told =
    newest !== null && runs[newest.id] !== undefined && !onlyMeasures(newest.mode)
      ? [newest]
      : [before, newest];
  return told.filter(run => run !== null).filter(({id}) => runs[id] !== undefined);
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
