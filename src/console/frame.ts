import {isActive} from '../core/run.ts';
import {modeText} from '../core/words.ts';
import type {RunRecord} from '../ledger/records.ts';
import {availabilityOf} from './availability.ts';
import type {ConfirmDialog} from './dialog.ts';
import {flowOfSetup, runAtWork} from './flow-of.ts';
import {type Key, keysOf} from './keys.ts';
import type {Layout} from './layout.ts';
import {isTooSmall, layoutOf, leastSize} from './layout.ts';
import type {Line} from './line.ts';
import {moveLabel} from './move-words.ts';
import {placeOf} from './place.ts';
import {progressOf} from './progress.ts';
import {isConfirmed} from './reduce-dialog.ts';
import {coverageScreen} from './screens/coverage.ts';
import {dialogScreen} from './screens/dialogs.ts';
import {hostsScreen} from './screens/hosts.ts';
import {invariantScreen, invariantsScreen} from './screens/invariants.ts';
import {failuresScreen, historyScreen, itemsScreen} from './screens/lists.ts';
import {environmentTone, overviewScreen} from './screens/overview.ts';
import {recoveryScreen} from './screens/recovery.ts';
import {reviewScreen} from './screens/review.ts';
import {runScreen} from './screens/run.ts';
import {runbookScreen} from './screens/runbook.ts';
import type {Screen} from './screens/screen.ts';
import {recordOf, setupOf} from './shown-run.ts';
import {type ConsoleState, chosenSetup, shownView, type ViewName} from './state.ts';
import {fitted, lineWidth} from './text.ts';
import {wrapText} from './wrap.ts';

/** Everything that is on the terminal, as data: a header, panels, perhaps a notice, and the footer. */
export interface Frame {
  readonly header: {readonly left: Line; readonly right: Line};
  readonly screen: Screen;
  readonly notice: Line | null;
  readonly hints: readonly Line[];
  readonly isBordered: boolean;
}

/** Null where the terminal is too small for any screen. */
export function frameOf(state: ConsoleState): Frame | null {
  if (isTooSmall(state.size)) return null;
  const notice = noticeOf(state);
  const layout = layoutOf(state.size, notice !== null);
  const screen = state.dialog === null ? screenOf(state, layout) : dialogScreen(state, state.dialog, layout);
  return {
    header: headerOf(state),
    screen,
    notice,
    hints: hintsOf(state, screen.isCut ?? false),
    isBordered: layout.isBordered,
  };
}

/** With what is at work, since nothing else is seen of it; in as many rows as there are. */
export function tooSmallRows(state: ConsoleState): readonly string[] {
  const runs = Object.values(state.runs).filter(({ended}) => ended === null);
  const atWork = runs.map(run => {
    const {share} = progressOf(run);
    const mode = modeText({mode: run.snapshot.mode, undoes: run.undoes}).toUpperCase();
    return share === null ? mode : `${mode} ${Math.floor(share * 100)} %`;
  });
  const goesOn = atWork.length === 0 ? '' : `${atWork.join(', ')} goes on; `;
  // What matters most comes first: the rest is cut off where there is no room.
  const text = `terminal too small (needs ${leastSize.columns}×${leastSize.rows}); ${goesOn}${runs.length === 0 ? 'q' : 'ctrl+c'} leaves`;
  return wrapText(text, state.size.columns - 1).slice(0, state.size.rows);
}

const screensByView: Readonly<Record<ViewName, (state: ConsoleState, layout: Layout) => Screen>> = {
  overview: overviewScreen,
  runbook: runbookScreen,
  run: runScreen,
  coverage: coverageScreen,
  invariants: invariantsScreen,
  failures: failuresScreen,
  history: historyScreen,
  review: reviewScreen,
  items: itemsScreen,
  hosts: hostsScreen,
  invariant: invariantScreen,
  recovery: recoveryScreen,
};

/** The shown view's screen, without a dialog that may lie over it. */
export function screenOf(state: ConsoleState, layout: Layout): Screen {
  return screensByView[shownView(state).name](state, layout);
}

/** What the header names: the chosen backfill, or that of a run which was opened and belongs to none that is open here. */
interface Subject {
  readonly name: string;
  readonly targetName: string | null;
  readonly environment: string | null;
}

function subjectOf(state: ConsoleState): Subject | null {
  const {name, of} = shownView(state);
  if (name === 'overview' || name === 'history') return null;
  const run = name === 'run' && of !== null ? strangerOf(state, of) : null;
  return run === null
    ? chosenSetup(state)
    : {name: run.backfill, targetName: run.targetName, environment: null};
}

/** A run whose source and target are not open here; null for one of a setup. */
function strangerOf(state: ConsoleState, id: string): RunRecord | null {
  const run = recordOf(state, id);
  return run === null || setupOf(state, run) !== null ? null : run;
}

function headerOf(state: ConsoleState): Frame['header'] {
  const {name} = shownView(state);
  const subject = subjectOf(state);
  // Where there is little room, which target it is matters more than whose screen.
  const {isCompact} = layoutOf(state.size, false);
  const path =
    subject === null ? ['headgate', name] : [...(isCompact ? [] : ['headgate']), subject.name, name];
  const left: Line = [
    {text: ' '},
    ...path.flatMap(
      (part, index): Line => [
        ...(index === 0 ? [] : [{text: ' › ', tone: 'dim' as const}]),
        index === 0 ? {text: part, tone: 'strong'} : {text: part},
      ],
    ),
  ];
  const modes: Line = [...modeSpans(state), {text: ' '}];
  if (subject === null || subject.targetName === null) return {left, right: modes};
  const stakes: Line = [...environmentSpans(subject), ...modes];
  // A name gives way to the environment and to LIVE, and to a part of the path.
  const room = state.size.columns - lineWidth(stakes) - Math.min(lineWidth(left) + 1, leastPath);
  const targetName = fitted(subject.targetName, Math.max(8, room), 'middle').trim();
  return {left, right: [{text: targetName}, ...stakes]};
}

const leastPath = 20;

function environmentSpans({environment}: Subject): Line {
  if (environment === null) return [];
  return [
    {text: ' · ', tone: 'dim'},
    {text: environment, tone: environmentTone(environment)},
  ];
}

/** What is at stake: LIVE while something is written. */
function modeSpans(state: ConsoleState): Line {
  const {name, of} = shownView(state);
  const stranger = name === 'run' && of !== null ? strangerOf(state, of) : null;
  const about =
    stranger !== null ? [] : name === 'overview' || name === 'history' ? state.setups : [chosenSetup(state)];
  const ofStranger = stranger !== null && isActive(stranger.status) ? [stranger.mode] : [];
  const ofSetups = about.flatMap(setup => {
    const run = setup === null ? null : runAtWork(state, setup);
    const elsewhere = setup?.facts?.live ?? null;
    if (run !== null && run.ended === null) return [run.snapshot.mode];
    return elsewhere !== null &&
      isActive(elsewhere.status) &&
      setup?.facts?.gone.includes(elsewhere.id) === false
      ? [elsewhere.mode]
      : [];
  });
  const modes = [...ofStranger, ...ofSetups];
  const readOnly: Line = state.manner.isReadOnly ? [{text: '  READ-ONLY', tone: 'strong'}] : [];
  if (modes.includes('live')) return [...readOnly, {text: '  LIVE', tone: 'bad'}];
  if (modes.includes('undo')) return [...readOnly, {text: '  UNDO', tone: 'bad'}];
  if (modes.includes('dry-run')) return [...readOnly, {text: '  DRY RUN', tone: 'accent'}];
  return readOnly;
}

function noticeOf({notice, isLeaving, views}: ConsoleState): Line | null {
  if (isLeaving) return [{text: ' coming to rest, then leaving … ctrl+c again leaves at once', tone: 'warn'}];
  const shown = views.at(-1) ?? views[0];
  if (shown.isFiltering) return [{text: ' / ', tone: 'accent'}, {text: `${shown.filter}▏`}];
  if (notice === null) return null;
  return [
    notice.level === 'error'
      ? {text: ` ✖ ${notice.text}`, tone: 'bad'}
      : {text: ` ✔ ${notice.text}`, tone: 'good'},
  ];
}

/** A dry run begins with a probe of its own, so it can be begun at once; the footer goes step by step all the same. */
function isRehearsalLocked(state: ConsoleState): boolean {
  const setup = chosenSetup(state);
  if (setup === null || shownView(state).name !== 'runbook') return false;
  return flowOfSetup(state, setup).steps.some(step => step.id === 'dry-run' && step.state === 'locked');
}

/** The most useful keys now: those that can be pressed, best first, `? keys` last. */
function hintsOf(state: ConsoleState, isCut: boolean): readonly Line[] {
  const shown = shownView(state).name;
  const present = keysOf(placeOf(state))
    // A review is read anew on its own screen; other screens are not opened from themselves.
    .filter(({footer, command}) => footer !== undefined && (command !== shown || command === 'review'))
    .filter(({command}) => (command === 'page-down' ? isCut : availabilityOf(state, command) === 'now'))
    .filter(({command}) => command !== 'dry-run' || !isRehearsalLocked(state))
    .toSorted((a, b) => (a.footer ?? 0) - (b.footer ?? 0));
  const seen = new Set<string>();
  return present.flatMap(key => {
    const label = labelOf(state, key);
    if (seen.has(label)) return [];
    seen.add(label);
    return [hint(key, label)];
  });
}

function hint({shown}: Key, label: string): Line {
  return [{text: shown, tone: 'accent'}, {text: ` ${label}`}];
}

function labelOf(state: ConsoleState, {command, label}: Key): string {
  const setup = chosenSetup(state);
  const {dialog} = state;
  if (command === 'submit' && dialog?.type === 'confirm') return confirmLabel(dialog);
  if (
    command === 'submit' &&
    (dialog?.type === 'quit' || dialog?.type === 'cancel-run' || dialog?.type === 'accept')
  )
    return dialog.isYes ? 'yes' : 'no';
  if (command === 'go-live' && setup?.facts?.plan?.undoes != null) return 'undo …';
  return command === 'go-on' && setup !== null ? moveLabel(flowOfSetup(state, setup).move) : label;
}

/** Enter does what has the focus: it closes, it looks whether the word is right, or it begins to write. */
function confirmLabel(dialog: ConfirmDialog): string {
  if (dialog.focus === 'cancel') return 'close';
  if (!isConfirmed(dialog)) return 'next';
  return dialog.undoes === null ? 'begin to write' : 'begin to undo';
}
