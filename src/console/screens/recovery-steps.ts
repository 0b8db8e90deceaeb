import {findBackfill} from '../../backfills/registry.ts';
import {changedOf} from '../../core/accounting.ts';
import {counted, modeText, number} from '../../core/words.ts';
import {type RecoveryStep, recoverySteps} from '../../engine/recovery-options.ts';
import type {RunRecord} from '../../ledger/records.ts';
import {runAtWork} from '../flow-of.ts';
import type {Line} from '../line.ts';
import type {RecoveryView, StepView, TurnView} from '../recovery-view.ts';
import type {ConsoleState, SetupView} from '../state.ts';
import {stepSigns} from '../status-tone.ts';
import {fitLine} from '../text.ts';

/** The steps of a recovery, a line each, and beneath the mending one for each backfill that mends. */

const says: Readonly<Record<RecoveryStep, string>> = {
  hold: 'stops every Headgate that would write there',
  watch: 'whether another program still writes',
  measure: 'every invariant',
  mend: 'a dry run first, then live, each in its turn',
  verify: 'every invariant again, until it helps no more',
};
const titleWidth = 9;

export function recoveryLines(
  state: ConsoleState,
  setup: SetupView,
  {width, hasTurns}: {readonly width: number; readonly hasTurns: boolean},
): readonly Line[] {
  const {recovery, recovers} = setup;
  const runs = hasTurns ? (recovers?.runs ?? []) : [];
  const nameWidth = Math.max(0, ...runs.map(id => id.length)) + 2;
  return recoverySteps.flatMap((step, index): readonly Line[] => [
    fitLine(stepLine(step, index + 1, recovery), width),
    ...(step === 'mend' ? runs.map(id => fitLine(turnLine(state, setup, id, nameWidth), width)) : []),
  ]);
}

/** Where it is: what is at work, else what was last. */
export function currentStep(recovery: RecoveryView | null): RecoveryStep | null {
  if (recovery === null) return null;
  const isAt = (step: RecoveryStep) => recovery.steps[step]?.state === 'working';
  return (
    recoverySteps.find(isAt) ?? recoverySteps.findLast(step => recovery.steps[step] !== undefined) ?? null
  );
}

const states = {
  working: stepSigns.working,
  done: stepSigns.done,
  failed: stepSigns.failed,
  'given up': stepSigns.attention,
} as const satisfies Record<StepView['state'], unknown>;

function stepLine(step: RecoveryStep, at: number, recovery: RecoveryView | null): Line {
  const now = recovery?.steps[step];
  const {sign, tone} = now === undefined ? stepSigns.locked : states[now.state];
  const isAtWork = now?.state === 'working';
  const title = `${at} ${step}`.padEnd(titleWidth + 2);
  return [
    {text: `${sign} `, tone},
    {
      text: title,
      ...(isAtWork ? {tone: 'strong' as const} : now === undefined ? {tone: 'dim' as const} : {}),
    },
    now === undefined ? {text: says[step], tone: 'dim'} : {text: textOf(step, now, recovery)},
  ];
}

function textOf(step: RecoveryStep, {state, says: told}: StepView, recovery: RecoveryView | null): string {
  const stopped = state === 'given up' ? 'given up' : '';
  if (step !== 'mend') return [stopped, told].filter(text => text !== '').join(': ');
  const how =
    recovery?.isMending === true
      ? roundText(recovery.round, state === 'working')
      : 'rehearsed: nothing is written';
  return [stopped, how].filter(text => text !== '').join(': ');
}

function roundText(round: number, isAtWork: boolean): string {
  if (isAtWork) return round > 1 ? `round ${number(round)}: what the one before made possible` : says.mend;
  return round > 1 ? `in ${number(round)} rounds, until it helped no more` : 'in one round';
}

function turnLine(state: ConsoleState, setup: SetupView, backfill: string, nameWidth: number): Line {
  const turn = setup.recovery?.turns[backfill];
  const name = backfill.padEnd(nameWidth);
  if (turn === undefined)
    return [
      {text: `    ${stepSigns.locked.sign} `, tone: 'dim'},
      {text: name, tone: 'dim'},
      {text: findBackfill(backfill).title, tone: 'dim'},
    ];
  const {sign, tone} = signOf(turn, setup.recovery);
  return [{text: `    ${sign} `, tone}, {text: name}, {text: turnText(state, setup, turn)}];
}

function signOf({state, run}: TurnView, recovery: RecoveryView | null) {
  if (state === 'working' && recovery?.state !== 'working' && recovery?.state !== 'stopping')
    return recovery?.state === 'failed' ? states.failed : states['given up'];
  if (state === 'failed') return states['given up'];
  return run !== null && leftAlone(run) > 0 ? stepSigns.attention : states[state];
}

function turnText(state: ConsoleState, setup: SetupView, {state: how, run}: TurnView): string {
  if (run !== null) return runText(run, madeBy(setup.recovery, run.backfill));
  if (how !== 'working') return '';
  const atWork = runAtWork(state, setup);
  if (atWork === null || atWork.ended !== null) return 'begins …';
  return `${modeText({mode: atWork.snapshot.mode, undoes: atWork.undoes})} …`;
}

/** Changes of all rounds. */
function madeBy(recovery: RecoveryView | null, id: string): number {
  const runs = recovery?.made.filter(({backfill}) => backfill === id) ?? [];
  return runs.reduce((sum, {tally}) => sum + changedOf(tally), 0);
}

/** `127 changes made, 3 left alone`; where it had nothing to change any more, `before` were made by runs before it. */
export function runText(run: RunRecord, before = 0): string {
  const {mode, status, tally} = run;
  const changes = changedOf(tally);
  const isPlan = mode === 'dry-run' && changes > 0;
  const made = isPlan ? changes : before === 0 ? changes : before;
  const did = made === 0 ? 'nothing to change' : `${counted(made, 'change')} ${isPlan ? 'to make' : 'made'}`;
  const left = leftAlone(run);
  const rests = status === 'completed' || status === 'incomplete' ? '' : `, ${status}`;
  return `${did}${left === 0 ? '' : `, ${number(left)} left alone`}${rests}`;
}

/** Items that a run which came to its end did nothing about. */
export function leftAlone({status, tally}: Pick<RunRecord, 'status' | 'tally'>): number {
  return status === 'incomplete' ? tally.skipped + tally.failed + tally.pending : 0;
}
