import {confirmDialog} from '../../src/console/confirm-dialog.ts';
import type {ConfirmDialog, Dialog} from '../../src/console/dialog.ts';
import type {ConsoleState, ViewName} from '../../src/console/state.ts';
import {emptyField, fieldOf} from '../../src/console/text-field.ts';
import {emptyTally} from '../../src/core/accounting.ts';
import {type Case, facts, setup, state, viewed, working} from './console-states.ts';
import {live, liveId, longTarget, now, plan, planId} from './frame-facts.ts';
import {closedGates, gates, review} from './review-facts.ts';
import {following} from './run-views.ts';

const planned = (name: ViewName, changes: Partial<Parameters<typeof setup>[0]> = {}) =>
  state({
    ...viewed(name),
    setups: [
      setup({
        facts: facts({plan: plan()}),
        gates,
        review: {state: 'ready', plan: planId, at: now - 81_000, review},
        ...changes,
      }),
    ],
  });
const over = (dialog: Dialog, beneath: ConsoleState = planned('review')) => ({...beneath, dialog});

export const reviewCases: readonly Case[] = [
  {
    name: 'that is being read',
    state: planned('review', {review: {state: 'loading', plan: planId, at: now - 81_000}, gates: null}),
    says: [`Review of ${planId}`, '1,289', 'reading the plan …'],
  },
  {
    name: 'that can not be read',
    state: planned('review', {
      review: {state: 'failed', plan: planId, at: now - 81_000, message: 'no answer from r2.example'},
    }),
    says: ['✖ no answer from r2.example'],
  },
  {
    name: 'of a plan',
    state: planned('review'),
    says: ['882', '1,289', '2,238', 'target index.sqlite', 'reads nothing again', 'enter go live'],
    saysMore: ['about 129 to the target', 'about 0.01 USD', 'headgate_lease and headgate_marks'],
  },
  {
    name: 'of a plan, at its end',
    state: {...planned('review'), ...viewed('review', {at: 1_000})},
    says: ['✔ probe', '✔ lease', '○ confirmed', 'its name is asked for next'],
  },
  {
    name: 'with closed gates and long names in production',
    state: {
      ...planned('review', {gates: closedGates, target: longTarget, environment: 'production'}),
      ...viewed('review', {at: 0}),
    },
    says: ['✖ lease', 'held by operator@another-host', '✖ disk space', 'production'],
  },
  {
    name: 'of an undo',
    state: planned('review', {facts: facts({plan: plan({undoes: liveId})})}),
    says: [`Review of undoing ${liveId}`],
  },
];

const confirm = confirmDialog(
  {id: planId, finishedAt: null, undoes: null, tally: {...emptyTally, inserted: 882, updated: 1_290}},
  {targetName: 'index.sqlite', environment: 'production', failures: 1_234},
);
const typed = (text: string, mistake: string | null): ConfirmDialog => ({
  ...confirm,
  focus: 0,
  fields: confirm.fields.map((field, index) =>
    index === 0 ? {...field, field: fieldOf(text), mistake} : field,
  ),
});
const running = live({status: 'running', finishedAt: null});
const atWork = state({
  ...viewed('run'),
  ...working(following(running), {facts: facts({plan: plan({usedBy: liveId}), live: running})}),
});
const longMessage = Array.from(
  {length: 30},
  (_, index) => `reason ${index}: the service said that it can not be done now`,
).join('. ');

export const dialogCases: readonly Case[] = [
  {
    name: 'help',
    state: over({type: 'help', at: 0}, planned('runbook')),
    says: ['Keys of runbook', 'enter', 'Measure invariants', 'esc'],
  },
  {
    name: 'help, at its end',
    state: over({type: 'help', at: 1_000}, planned('overview')),
    says: ['Keys of overview', 'ctrl+l'],
  },
  {
    name: 'the palette',
    state: over({type: 'palette', field: emptyField, at: 0}, planned('runbook')),
    says: ['Commands', ': ', '> go on'],
  },
  {
    name: 'the palette, filtered',
    state: over({type: 'palette', field: fieldOf('dry'), at: 1}, planned('runbook')),
    says: [': dry', '> fresh dry run'],
  },
  {
    name: 'the palette without a match',
    state: over({type: 'palette', field: fieldOf('艦これ no such thing'), at: 0}, planned('runbook')),
    says: ['there is no such command here'],
  },
  {
    name: 'the confirmation',
    state: over(confirm),
    says: [
      'Go live',
      'writes to index.sqlite',
      '1,234 items failed in the dry run',
      'type index.sqlite',
      '> [ Cancel ]',
      'type production',
    ],
  },
  {
    name: 'the confirmation with a mistake',
    state: over(typed('index.sqlit', 'this is not its name')),
    says: ['> target', 'index.sqlit', '✖ this is not its name', '[ Cancel ]'],
  },
  {name: 'the confirmation, typed', state: over(typed('index.sqlite', null)), says: ['✔ enter goes on']},
  {
    name: 'the confirmation of an undo in a target with a long name',
    state: over(
      confirmDialog(
        {id: planId, finishedAt: null, undoes: liveId, tally: {...emptyTally, inserted: 882, updated: 1_290}},
        {targetName: longTarget, environment: null, failures: 0},
      ),
    ),
    says: [`Undo run ${liveId}`, 'puts back', '> [ Cancel ]'],
  },
  {
    name: 'leaving, when the run has ended beneath the question',
    state: over({type: 'quit', isYes: false}, state(viewed('runbook'))),
    says: ['Leave?', 'Nothing is at work any more', '> [ Stay ]', '[ Leave ]'],
  },
  {
    name: 'leaving while a run is at work',
    state: over({type: 'quit', isYes: false}, atWork),
    says: [
      'Leave while a run is at work?',
      `live ${liveId}`,
      '2,238 items settled',
      'nothing is lost',
      '> [ Stay ]',
      '[ Leave ]',
    ],
  },
  {
    name: 'cancelling a run',
    state: over({type: 'cancel-run', run: liveId, isYes: true}, atWork),
    says: ['pause it instead', '[ Let it be ]', '> [ Cancel the run ]'],
  },
  {
    name: 'trouble',
    state: over({
      type: 'trouble',
      title: 'The dry run could not begin',
      message: 'no answer from r2.example',
      hint: 'Check the network.',
    }),
    says: ['The dry run could not begin', 'no answer from r2.example', 'Check the network.', 'enter close'],
  },
  {
    name: 'trouble without end',
    state: over({
      type: 'trouble',
      title: 'The dry run could not begin',
      message: longMessage,
      hint: 'Check the network.',
    }),
    says: ['reason 0: the service said'],
  },
];

const told = (text: string, level: 'info' | 'error') => ({...atWork, notice: {level, text, at: atWork.now}});
export const noticeCases: readonly Case[] = [
  {name: 'good news', state: told('run paused', 'info'), says: ['✔ run paused']},
  {
    name: 'bad news that is too long',
    state: told(`not now: ${longMessage}`, 'error'),
    says: ['✖ not now: reason 0', '? keys'],
  },
  {name: 'leaving', state: {...atWork, isLeaving: true}, says: ['coming to rest, then leaving']},
];
