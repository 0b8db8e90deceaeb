import {ageText, modeText} from '../../core/words.ts';
import {commandLine} from '../command-line.ts';
import {spread} from '../edges.ts';
import {flowOfSetup, runAtWork} from '../flow-of.ts';
import type {Layout} from '../layout.ts';
import type {Line, Span} from '../line.ts';
import {moveLabel} from '../move-words.ts';
import {isRecovering} from '../recovery-view.ts';
import {type ConsoleState, type Manner, type SetupView, shownView} from '../state.ts';
import {statusTone} from '../status-tone.ts';
import {fitLine, fitted, lineWidth, widthOf} from '../text.ts';
import {windowStart} from '../window.ts';
import {wrapText} from '../wrap.ts';
import {measuredSpans} from './measured-spans.ts';
import {currentStep} from './recovery-steps.ts';
import {type Block, roomOf, type Screen} from './screen.ts';
import {paragraph} from './wrapped.ts';

/**
 * All backfills at a glance.
 *
 *     ╭ Backfills ───────────────────────────────────────────────────────────╮
 *     │ > asset-index     objects → files.content_hash                       │
 *     │     /srv/assets → asset-index.sqlite                                 │
 *     │     coverage ━━━━━━━━━━━━━━━━━━─  97.05 %   invariants 5 hold        │
 *     │     live completed 2 min ago                                         │
 *     ╰──────────────────────────────────────────────────────────────────────╯
 */
export function overviewScreen(state: ConsoleState, layout: Layout): Screen {
  const {width, height} = roomOf(layout, layout.rows);
  const {setups} = state;
  return {
    panels: [
      {
        title: 'Backfills',
        note: noteText(state, layout, height),
        height: layout.rows,
        blocks:
          setups.length === 0
            ? [nothingYet(state.manner.flags, width, height)]
            : [setupRows(state, layout, width, height), ...introduction(state, width)],
      },
    ],
  };
}

/** That nothing is touched is said more shortly where not all are seen: which of how many is told in any case. */
function noteText(state: ConsoleState, layout: Layout, height: number): string {
  const place = placeText(state, layout, height);
  if (!state.manner.isSandbox) return place;
  if (place === '') return 'a sandbox of its own: nothing of yours is touched';
  return `${place} · a sandbox: nothing of yours is touched`;
}

/** For who sees it for the first time. */
function introduction({setups}: ConsoleState, width: number): readonly Block[] {
  if (setups.some(({facts}) => facts?.newest != null)) return [];
  return setups.flatMap(({introduction: text}): readonly Block[] =>
    text === null ? [] : [{type: 'lines', lines: paragraph(text, width)}],
  );
}

function nothingYet(flags: Manner['flags'], width: number, height: number): Block {
  const open = ['headgate', 'console', '--source', './assets', '--target', 'index.sqlite'];
  const text = [
    'There is no backfill yet. Name a source and a target:',
    '',
    `  ${commandLine({isSandbox: false, flags}, open)}`,
    '',
    'or write a config, in which every kind of place stands as an example:',
    '',
    '  headgate init',
    '',
    'To try everything on a world of its own, which touches nothing of yours:',
    '',
    '  headgate --sandbox',
  ];
  const rows = text.flatMap(line => wrapText(line, width));
  const kept = rows.length <= height ? rows : rows.filter(row => row !== '');
  return {type: 'lines', lines: kept.map(part => [{text: part}])};
}

function setupRows(state: ConsoleState, layout: Layout, width: number, height: number): Block {
  const at = shownView(state).at;
  const each = state.setups.map((setup, index) => {
    const lines = setupLines(state, setup, layout, width);
    const marked = lines.map((line, row): Line => [{text: index === at && row === 0 ? '> ' : '  '}, ...line]);
    return isSpaced(state, layout, height) ? [...marked, []] : marked;
  });
  // It begins with a whole one: a row without the name above it says nothing.
  const start = windowStart(each.length, wholeIn(layout, height), at);
  return {type: 'lines', lines: each.slice(start).flat().slice(0, height)};
}

const rowsOfOne = {compact: 3, wide: 4} as const;

function isSpaced({setups, manner}: ConsoleState, {isCompact}: Layout, height: number): boolean {
  return (!isCompact || manner.isSandbox) && setups.length * (rowsOfOne.wide + 1) <= height;
}

function wholeIn({isCompact}: Layout, height: number): number {
  return Math.max(1, Math.floor(height / (isCompact ? rowsOfOne.compact : rowsOfOne.wide)));
}

/** `8 of 14`, where not all are seen. */
function placeText(state: ConsoleState, layout: Layout, height: number): string {
  const count = state.setups.length;
  return count <= wholeIn(layout, height) ? '' : `${shownView(state).at + 1} of ${count}`;
}

function setupLines(state: ConsoleState, setup: SetupView, layout: Layout, width: number): readonly Line[] {
  const inner = width - 2;
  const name: Span = {text: setup.name, tone: 'strong'};
  const title: Line = [name, {text: `   ${setup.title}`, tone: 'dim'}];
  const ends: Line = [{text: `  ${endsText(setup, inner - 2)}`}];
  const last: Line = needsOf(state, setup, inner - 2) ?? lastRun(state, setup);
  const environment: Line =
    setup.environment === null ? [] : [{text: setup.environment, tone: environmentTone(setup.environment)}];
  if (layout.isCompact)
    return [
      spread(title, environment, inner),
      [{text: '  '}, ...measuredSpans(state, setup, inner - 2)],
      [{text: '  '}, ...last],
    ];
  return [
    spread(title, environment, inner),
    ends,
    [{text: '  '}, ...measuredSpans(state, setup, inner - 2)],
    [{text: '  '}, ...last],
  ];
}

/** Each of them is seen, and both ends of it: where there is little room, one that is short leaves its share to others. */
function endsText({source, target, whose}: SetupView, width: number): string {
  const ends = [
    ...(source === '' || source === whose?.provider ? [] : [{place: source, besides: ''}]),
    ...(whose === undefined ? [] : [{place: whose.provider, besides: ` for user ${whose.user}`}]),
    {place: target, besides: ''},
  ];
  const rooms = roomsOf(
    ends.map(({place, besides}) => widthOf(place + besides)),
    width - widthOf(arrow) * (ends.length - 1),
  );
  return ends.map((end, index) => endText(end, rooms[index] ?? 0)).join(arrow);
}

/** A place is cut before what is said beside it. */
function endText({place, besides}: {readonly place: string; readonly besides: string}, room: number): string {
  const forPlace = room - widthOf(besides);
  if (forPlace <= 0) return fitted(place + besides, room, 'middle').trimEnd();
  return `${fitted(place, forPlace, 'middle').trimEnd()}${fitted(besides, widthOf(besides))}`;
}

const arrow = ' → ';

/** The room of each, the shortest first: no more than it needs, and no more than its share of what is left. */
function roomsOf(widths: readonly number[], width: number): readonly number[] {
  const rooms = widths.map(() => 0);
  const shortestFirst = widths.map((needed, index) => ({needed, index})).sort((a, b) => a.needed - b.needed);
  let left = Math.max(0, width);
  for (const [done, {needed, index}] of shortestFirst.entries()) {
    const room = Math.min(needed, Math.floor(left / (widths.length - done)));
    rooms[index] = room;
    left -= room;
  }
  return rooms;
}

export function environmentTone(environment: string): 'bad' | 'dim' {
  return environment === 'sandbox' ? 'dim' : 'bad';
}

function lastRun(state: ConsoleState, setup: SetupView): Line {
  const run = runAtWork(state, setup);
  if (run !== null && run.ended === null)
    return [{text: `● ${modeText({mode: run.snapshot.mode, undoes: run.undoes})} at work`, tone: 'accent'}];
  if (isRecovering(setup))
    return [{text: `● recovery at work: ${currentStep(setup.recovery) ?? 'begins'}`, tone: 'accent'}];
  const newest = setup.facts?.newest ?? null;
  if (setup.link.state === 'connecting')
    return [{text: state.manner.isSandbox ? 'the sandbox is being made …' : 'connecting …', tone: 'dim'}];
  if (newest === null)
    return [
      {
        text: setup.facts === null ? 'looking …' : 'nothing was run yet: enter opens the guided steps',
        tone: 'dim',
      },
    ];
  return [
    {text: `${modeText(newest)} `},
    setup.facts?.gone.includes(newest.id) === true
      ? {text: 'dead: its process is gone', tone: 'bad'}
      : {text: newest.status, tone: statusTone(newest.status)},
    {text: ` ${ageText(newest.finishedAt ?? newest.createdAt, state.now)}`},
  ];
}

/** What waits for the operator, if anything does. */
function needsOf(state: ConsoleState, setup: SetupView, width: number): Line | null {
  const {link, facts} = setup;
  if (link.state === 'failed') return [{text: `✖ ${link.message}`, tone: 'bad'}];
  const {move, steps} = flowOfSetup(state, setup);
  const waiting = steps.findLast(({state: how}) => how === 'attention' || how === 'failed');
  if (waiting === undefined || facts === null) return null;
  const says: Line = [
    {text: waiting.state === 'failed' ? '✖ ' : '! ', tone: waiting.state === 'failed' ? 'bad' : 'warn'},
    {text: waiting.says},
  ];
  if (move.do === 'nothing') return says;
  // What to do is never cut off by why.
  const next: Line = [{text: ` · next: ${moveLabel(move)}`, tone: 'dim'}];
  const room = width - lineWidth(next);
  return [...(lineWidth(says) > room ? fitLine(says, room) : says), ...next];
}
