import {expect, it} from 'vitest';
import type {RecoveryEvent, RecoveryView} from '../../src/console/recovery-view.ts';
import {reduceRecovery} from '../../src/console/reduce-recovery.ts';
import type {RecoveryNews, RecoveryStep} from '../../src/engine/recovery-options.ts';
import {check, liveRun, planRun} from '../runbook/flow-facts.ts';

/** What the engine tells, in its order, and the view that comes of it. */

const news = (step: RecoveryStep, state: RecoveryNews['state'], more: Partial<RecoveryNews> = {}) =>
  ({type: 'news', news: {step, state, says: `${step} ${state}`, ...more}}) satisfies RecoveryEvent;
const turn = (
  backfill: string,
  run: ReturnType<typeof liveRun> | null,
  state: RecoveryNews['state'] = 'done',
) => news('mend', run === null ? 'begins' : state, {turn: {backfill, run}});

const mended = liveRun({id: 'mended', backfill: 'cleanup', status: 'completed'}, {deleted: 127});
const nothing = planRun({id: 'nothing', backfill: 'cleanup'}, {inserted: 0, updated: 0, deleted: 0});
const before = [check(130)];
const after = [check(3)];

const begun: readonly RecoveryEvent[] = [
  {type: 'begun', isMending: true},
  news('hold', 'begins'),
  news('hold', 'done'),
  news('watch', 'begins'),
  news('watch', 'done'),
  news('measure', 'begins'),
  news('measure', 'done', {checks: before}),
];
const once: readonly RecoveryEvent[] = [
  ...begun,
  turn('cleanup', null),
  turn('cleanup', mended),
  news('verify', 'begins'),
  news('verify', 'done', {checks: after}),
];

const stateOf = (view: RecoveryView | null) =>
  Object.fromEntries(Object.entries(view?.steps ?? {}).map(([step, {state}]) => [step, state]));

it.each<{
  readonly what: string;
  readonly events: readonly RecoveryEvent[];
  readonly view: Partial<RecoveryView>;
  readonly steps: Readonly<Record<string, string>>;
}>([
  {
    what: 'one that only looks holds nothing',
    events: [{type: 'begun', isMending: false}, news('watch', 'begins')],
    view: {isMending: false, state: 'working'},
    steps: {watch: 'working'},
  },
  {
    what: 'what is measured first is before and, until it is measured again, after',
    events: begun,
    view: {before, after: before},
    steps: {hold: 'done', watch: 'done', measure: 'done'},
  },
  {
    what: 'mending goes on from one turn to the next, and ends when it is verified',
    events: [...begun, turn('cleanup', null), turn('cleanup', mended)],
    view: {round: 1, made: [mended], turns: {cleanup: {state: 'done', run: mended}}},
    steps: {hold: 'done', watch: 'done', measure: 'done', mend: 'working'},
  },
  {
    what: 'a round later nothing is verified yet, and what was made stays',
    events: [...once, turn('cleanup', null)],
    view: {round: 2, made: [mended], turns: {cleanup: {state: 'working', run: null}}, before, after},
    steps: {hold: 'done', watch: 'done', measure: 'done', mend: 'working'},
  },
  {
    what: 'a dry run that has nothing to change has made nothing',
    events: [...once, turn('cleanup', null), turn('cleanup', nothing), {type: 'ended', how: 'done'}],
    view: {round: 2, made: [mended], state: 'done'},
    steps: {hold: 'done', watch: 'done', measure: 'done', mend: 'done'},
  },
  {
    what: 'given up, the step at work is where it stopped',
    events: [
      {type: 'begun', isMending: true},
      news('hold', 'begins'),
      {type: 'stopping'},
      {type: 'ended', how: 'given up'},
    ],
    view: {state: 'given up'},
    steps: {hold: 'given up'},
  },
  {
    what: 'given up, a run that was stopped has not failed',
    events: [
      ...begun,
      turn('cleanup', null),
      turn('cleanup', mended, 'failed'),
      {type: 'ended', how: 'given up'},
    ],
    view: {state: 'given up', made: [mended]},
    steps: {hold: 'done', watch: 'done', measure: 'done', mend: 'given up'},
  },
  {
    what: 'what went wrong is told of the step at work',
    events: [...begun, turn('cleanup', null), {type: 'failed', trouble: {message: 'no', hint: null}}],
    view: {state: 'failed', trouble: {message: 'no', hint: null}},
    steps: {hold: 'done', watch: 'done', measure: 'done', mend: 'failed'},
  },
  {
    what: 'begun anew, nothing of the one before is left',
    events: [...once, {type: 'begun', isMending: false}],
    view: {isMending: false, state: 'working', made: [], before: null, after: null, round: 0},
    steps: {},
  },
])('$what', ({events, view, steps}) => {
  const seen = events.reduce<RecoveryView | null>(reduceRecovery, null);
  expect(seen).toMatchObject(view);
  expect(stateOf(seen)).toEqual(steps);
});

it('news of a recovery that was not begun here makes none', () => {
  expect(reduceRecovery(null, news('hold', 'begins'))).toBeNull();
});
