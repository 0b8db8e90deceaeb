import {changedOf} from '../core/accounting.ts';
import {type RecoveryNews, type RecoveryStep, recoverySteps} from '../engine/recovery-options.ts';
import type {RecoveryEvent, RecoveryView, StepView} from './recovery-view.ts';

/** What the engine tells of a recovery makes the view of it. What comes when none was begun is of no use. */
export function reduceRecovery(view: RecoveryView | null, event: RecoveryEvent): RecoveryView | null {
  if (event.type === 'begun') return {...begun, isMending: event.isMending};
  if (view === null) return null;
  switch (event.type) {
    case 'news':
      return told(view, event.news);
    case 'stopping':
      return {...view, state: 'stopping'};
    case 'ended':
      return {...view, state: event.how, steps: ended(view, event.how)};
    case 'failed':
      return {...view, state: 'failed', trouble: event.trouble, steps: ended(view, 'failed')};
    default:
      return event satisfies never;
  }
}

const begun: RecoveryView = {
  isMending: false,
  state: 'working',
  steps: {},
  turns: {},
  round: 0,
  made: [],
  before: null,
  after: null,
  trouble: null,
};

function told(view: RecoveryView, news: RecoveryNews): RecoveryView {
  const {step, state, says, checks} = news;
  const measured =
    checks === undefined ? {} : step === 'measure' ? {before: checks, after: checks} : {after: checks};
  if (news.turn !== undefined) return {...view, ...turned(view, news, news.turn)};
  const settled = state === 'begins' ? finishedBefore(view.steps, step) : view.steps;
  const now: StepView = {state: state === 'begins' ? 'working' : state, says};
  return {...view, ...measured, steps: {...settled, [step]: now}};
}

/** Mending ends with the last turn of a round, which only the step behind it tells. */
function turned(
  view: RecoveryView,
  {state}: RecoveryNews,
  {backfill, run}: NonNullable<RecoveryNews['turn']>,
): Partial<RecoveryView> {
  const isAnew = view.steps.mend === undefined || view.steps.verify !== undefined;
  const {verify: _, ...steps} = view.steps;
  const turn = {state: state === 'begins' ? ('working' as const) : state, run};
  const made = run?.mode === 'live' && changedOf(run.tally) > 0 ? [...view.made, run] : view.made;
  return {
    steps: {...steps, mend: {state: state === 'failed' ? 'failed' : 'working', says: ''}},
    turns: {...(isAnew ? {} : view.turns), [backfill]: turn},
    round: isAnew ? view.round + 1 : view.round,
    made,
  };
}

/** A step that begins ends the one before it. */
function finishedBefore(steps: RecoveryView['steps'], step: RecoveryStep): RecoveryView['steps'] {
  const mend = steps.mend;
  return step === 'verify' && mend?.state === 'working' ? {...steps, mend: {...mend, state: 'done'}} : steps;
}

/** The step that was at work is where it stopped. */
function ended({steps}: RecoveryView, how: 'done' | 'given up' | 'failed'): RecoveryView['steps'] {
  // A run that was stopped has not failed where that is what was asked for.
  const stopped: readonly (StepView['state'] | undefined)[] =
    how === 'given up' ? ['working', 'failed'] : ['working'];
  const at = recoverySteps.findLast(step => stopped.includes(steps[step]?.state));
  const step = at === undefined ? undefined : steps[at];
  return at === undefined || step === undefined ? steps : {...steps, [at]: {...step, state: how}};
}
