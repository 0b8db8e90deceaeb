import {type RecoveryStep, recoverySteps} from '../../engine/recovery-options.ts';
import {runAtWork} from '../flow-of.ts';
import type {Layout} from '../layout.ts';
import type {Line} from '../line.ts';
import {isRecovering} from '../recovery-view.ts';
import {type ConsoleState, chosenSetup, type SetupView, shownView} from '../state.ts';
import {emptyPanel} from './empty.ts';
import {recoveryDetail} from './recovery-detail.ts';
import {currentStep, recoveryLines} from './recovery-steps.ts';
import {frameOf, roomOf, type Screen, scrolled, seenText} from './screen.ts';
import {workPanel} from './work-panel.ts';

/**
 * The recovery of a system: five steps, each with how it stands, and below them what it is about or what came of it.
 *
 *     ╭ Recovery of artifacts.sqlite ──────────────────────────────── step 4 of 5: mend ─╮
 *     │ ✔ 1 hold     no other Headgate writes to it until the end                 │
 *     │ ✔ 2 watch    nobody wrote for 10 s                                               │
 *     │ ✔ 3 measure  uniqueness 130, no-unknown 166, unique-index 1                      │
 *     │ ● 4 mend                                                                         │
 *     │     ! artifacts-cleanup    127 changes made, 3 left alone                        │
 *     │     ● artifacts-index      dry run …                                             │
 *     │ ○ 5 verify   every invariant again, until it helps no more                       │
 *     ╰──────────────────────────────────────────────────────────────────────────────────╯
 */
export function recoveryScreen(state: ConsoleState, layout: Layout): Screen {
  const setup = chosenSetup(state);
  if (setup === null || setup.recovers === null)
    return emptyPanel(
      layout,
      'Recovery',
      'There is none for this backfill: its invariants are mended one by one.',
    );
  const {steps, rest} = partsOf(state, setup, layout);
  const title = `Recovery of ${setup.targetName ?? setup.target}`;
  const top = {
    title,
    note: noteOf(setup),
    height: layout.rows - rest,
    blocks: [{type: 'lines', lines: steps}],
  } as const;
  const run = runAtWork(state, setup);
  if (isRecovering(setup) && run !== null && run.ended === null)
    return {panels: [top, workPanel(state, setup, run, layout, rest)]};
  const room = roomOf(layout, rest);
  const {title: about, lines} = recoveryDetail(state, setup, room.width);
  const {at} = shownView(state);
  return {
    panels: [
      top,
      {
        title: about,
        note: seenText(lines.length, room.height, at),
        height: rest,
        blocks: [scrolled(lines, room.height, at)],
      },
    ],
    isCut: at + room.height < lines.length,
  };
}

/** Rows of the part below, which is what scrolls. */
export function recoveryPage(state: ConsoleState, layout: Layout): number {
  const setup = chosenSetup(state);
  return setup === null ? 1 : roomOf(layout, partsOf(state, setup, layout).rest).height;
}

/** How many lines the part below can begin with. */
export function recoveryHeight(state: ConsoleState, layout: Layout): number {
  const setup = chosenSetup(state);
  if (setup === null || setup.recovers === null) return 1;
  const run = runAtWork(state, setup);
  if (isRecovering(setup) && run !== null && run.ended === null) return 1;
  const room = roomOf(layout, partsOf(state, setup, layout).rest);
  return Math.max(1, recoveryDetail(state, setup, room.width).lines.length - room.height + 1);
}

/** Where rows are few, who mends is told while it does. */
function partsOf(
  state: ConsoleState,
  setup: SetupView,
  layout: Layout,
): {readonly steps: readonly Line[]; readonly rest: number} {
  const {width} = roomOf(layout, layout.rows);
  const hasTurns = !layout.isCompact || setup.recovery?.steps.mend?.state === 'working';
  const steps = recoveryLines(state, setup, {width, hasTurns});
  return {steps, rest: layout.rows - steps.length - frameOf(layout)};
}

function noteOf({recovery}: SetupView): string {
  if (recovery === null) return 'not begun';
  const step = currentStep(recovery);
  switch (recovery.state) {
    case 'working':
      return step === null ? 'begins …' : `step ${numberOf(step)} of ${recoverySteps.length}: ${step}`;
    case 'stopping':
      return 'comes to rest …';
    case 'done':
      return recovery.isMending ? 'done' : 'looked: nothing was written';
    case 'given up':
      return 'given up';
    case 'failed':
      return 'stopped';
    default:
      return recovery.state satisfies never;
  }
}

function numberOf(step: RecoveryStep): number {
  return recoverySteps.indexOf(step) + 1;
}
