import {durationText} from '../../core/words.ts';
import {type Flow, type Step, type StepId, stepIds} from '../../runbook/flow.ts';
import {spread} from '../edges.ts';
import {flowOfSetup, runAtWork} from '../flow-of.ts';
import {lastListed} from '../last-listed.ts';
import type {Layout} from '../layout.ts';
import type {Line} from '../line.ts';
import type {RunView} from '../run-view.ts';
import {type ConsoleState, chosenSetup, type SetupView} from '../state.ts';
import {stepSigns} from '../status-tone.ts';
import {fitLine, lineWidth, widthOf} from '../text.ts';
import {barLine} from './run-lines.ts';
import {frameOf, type PanelSpec, roomOf, type Screen} from './screen.ts';
import {stepBlocks} from './step-detail.ts';
import {workPanel} from './work-panel.ts';

/**
 * The guided flow: five steps, each with how it stands, and below them what the present one is about.
 *
 *     ╭ objects → files.content_hash ──────────────────────── step 2 of 5: dry run ─╮
 *     │ ✔ probe      reachable, schema as expected                                  │
 *     │ ● dry run    ━━━━━━━━━━━━╍╍────────  1,204 of about 2,238   20–31 s         │
 *     │ ○ review     unlocked by a dry run                                          │
 *     │ ○ live       unlocked by the review and the typed name                      │
 *     │ ○ verify     follows by itself when the live run ends                       │
 *     ╰──────────────────────────────────────────────────────────────────────────────╯
 */
export function runbookScreen(state: ConsoleState, layout: Layout): Screen {
  const setup = chosenSetup(state);
  if (setup === null) return {panels: []};
  const flow = flowOfSetup(state, setup);
  const height = stepIds.length + frameOf(layout);
  const run = runAtWork(state, setup);
  const {width} = roomOf(layout, height);
  const steps: PanelSpec = {
    title: setup.title,
    note: `step ${stepIds.indexOf(flow.current) + 1} of ${stepIds.length}: ${titleOf(setup, flow.current)}`,
    height,
    blocks: [{type: 'lines', lines: flow.steps.map(step => stepLine(state, setup, flow, step, run, width))}],
  };
  const rest = layout.rows - height;
  return {
    panels: [
      steps,
      run !== null && run.ended === null
        ? workPanel(state, setup, run, layout, rest)
        : detailPanel(state, setup, flow, layout, rest),
    ],
  };
}

export const stepTitles: Readonly<Record<StepId, string>> = {
  probe: 'probe',
  'dry-run': 'dry run',
  review: 'review',
  live: 'live',
  verify: 'verify',
};
const titleWidth = 11;

/** The live step of an undo is the undo. */
function titleOf({facts}: SetupView, id: StepId): string {
  return id === 'live' && facts?.plan?.undoes != null ? 'undo' : stepTitles[id];
}

function stepLine(
  state: ConsoleState,
  setup: SetupView,
  flow: Flow,
  step: Step,
  run: RunView | null,
  width: number,
): Line {
  const {sign, tone} = stepSigns[step.state];
  const isCurrent = step.id === flow.current;
  const title = titleOf(setup, step.id);
  const head: Line = [
    {text: `${sign} `, tone},
    isCurrent
      ? {text: title.padEnd(titleWidth), tone: 'strong'}
      : {text: title.padEnd(titleWidth), ...(step.state === 'locked' ? {tone: 'dim' as const} : {})},
  ];
  if (
    step.state === 'working' &&
    run !== null &&
    run.ended === null &&
    (step.id === 'dry-run' || step.id === 'live')
  )
    return fitLine(
      [
        ...head,
        ...barLine(run, {width: width - titleWidth - 2, now: state.now, lastTotal: lastListed(setup)}),
      ],
      width,
    );
  const said = wholeParts(step.says, width - lineWidth(head));
  const says: Line = [
    step.state === 'locked' || step.state === 'ready' ? {text: said, tone: 'dim'} : {text: said},
  ];
  const took = tookSpan(setup, step);
  const hasRoom = lineWidth([...head, ...says]) + lineWidth(took) < width;
  return hasRoom ? spread([...head, ...says], took, width) : fitLine([...head, ...says], width);
}

/** What matters most comes first: where there is no room for all parts, the last ones go, and none in the middle of a word. */
function wholeParts(text: string, width: number): string {
  const parts = text.split(' · ');
  for (let count = parts.length - 1; widthOf(text) > width && count > 0; count--) {
    const some = `${parts.slice(0, count).join(' · ')} …`;
    if (widthOf(some) <= width) return some;
  }
  return text;
}

/** How long the step took, at the end of its line. */
function tookSpan({facts}: SetupView, {id, state}: Step): Line {
  if (state !== 'done' && state !== 'attention') return [];
  const run =
    id === 'dry-run' ? facts?.plan : id === 'live' && facts?.plan?.usedBy != null ? facts.live : null;
  // Of a run that was taken up again nobody knows how long it worked.
  const took = run == null ? undefined : Object.values(facts?.took ?? {}).find(each => each.run === run.id);
  return took === undefined ? [] : [{text: durationText(took.seconds), tone: 'dim'}];
}

function detailPanel(
  state: ConsoleState,
  setup: SetupView,
  flow: Flow,
  layout: Layout,
  height: number,
): PanelSpec {
  const room = roomOf(layout, height);
  return {
    title: flow.isDone ? 'Done' : 'Next',
    note: '',
    height,
    blocks: stepBlocks(state, setup, flow, room),
  };
}
