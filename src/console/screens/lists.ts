import {repositoryNouns} from '../../backfills/registry.ts';
import {changedOf} from '../../core/accounting.ts';
import {onlyMeasures} from '../../core/run.ts';
import {ageText, endsText, modeText, number, scopeText} from '../../core/words.ts';
import type {RunRecord} from '../../ledger/records.ts';
import {openCountText} from '../../runbook/open-counts.ts';
import {commandLine} from '../command-line.ts';
import type {Layout} from '../layout.ts';
import type {Line} from '../line.ts';
import {historyList, listOf, listRows} from '../rows.ts';
import {type ConsoleState, chosenSetup, type LoadedList, type Manner, shownView} from '../state.ts';
import {statusTone} from '../status-tone.ts';
import {fitLine, fitted, safeText, widthOf} from '../text.ts';
import {wrapText} from '../wrap.ts';
import {emptyPanel} from './empty.ts';
import {rowDetail} from './row-detail.ts';
import {type Block, roomOf, type Screen, windowed} from './screen.ts';
import {paragraph} from './wrapped.ts';

/** What a run left open: each item with why, and below what to do about the chosen one. */
export function failuresScreen(state: ConsoleState, layout: Layout): Screen {
  const setup = chosenSetup(state);
  const open = setup?.facts?.open ?? null;
  if (setup === null || open === null || open.counts.total === 0)
    return emptyPanel(
      layout,
      'Failures',
      setup !== null && setup.facts === null
        ? 'looking …'
        : setup?.facts?.newest == null
          ? 'Nothing was run yet.'
          : 'Nothing was left open.',
    );
  const {width} = roomOf(layout, layout.rows);
  const counts = openCountText(open.counts, repositoryNouns(setup.backfill));
  const line = (text: string): Line => fitLine([{text, tone: 'warn'}], width);
  const above = layout.isCompact ? [line(counts)] : [...wrapText(counts, width).map(line), []];
  return listScreen(state, layout, `Left open by ${open.run}`, above);
}

/** Items of whatever was opened: the part of an identity, or what a group of the coverage misses. */
export function itemsScreen(state: ConsoleState, layout: Layout): Screen {
  return listScreen(state, layout, shownView(state).title ?? 'Items');
}

/** Every run, newest first. */
export function historyScreen(state: ConsoleState, layout: Layout): Screen {
  const list = state.lists[historyList];
  if (state.history.length === 0)
    return emptyPanel(layout, 'History', list?.state === 'ready' ? 'Nothing was run yet.' : unreadText(list));
  const room = roomOf(layout, layout.rows);
  const above = notAgain(list, room.width);
  const shown = shownView(state);
  const keys = new Set(listRows(state, shown).map(({key}) => key));
  const runs = state.history.filter(({id}) => keys.has(id));
  const names = namesOf(runs, room.width);
  const chosen = runs[shown.at];
  const detail = chosen === undefined ? [] : runLines(chosen, room.width);
  const height = Math.max(1, room.height - above.length - (detail.length === 0 ? 0 : detail.length + 1));
  return {
    panels: [
      {
        title: 'History',
        note: placeNote(state, {
          shown: runs.length,
          all: state.history.length,
          height,
          first: list?.hasMore === true ? 'newest' : null,
        }),
        height: layout.rows,
        blocks: [
          ...(above.length === 0 ? [] : [{type: 'lines', lines: above} as const]),
          runs.length === 0
            ? nothingMatches(state.manner, null, room.width)
            : windowed(runs, run => historyLine(run, state.now, names, room.width - 2), height, shown.at),
          ...(detail.length === 0 ? [] : [{type: 'lines', lines: [[], ...detail]} as const]),
        ],
      },
    ],
  };
}

/** Columns of a history: where there is little room the target tells runs apart, and their backfill is told below. */
interface Names {
  readonly backfill: number;
  readonly target: number;
}

function namesOf(runs: readonly RunRecord[], width: number): Names {
  const target = Math.max(6, ...runs.map(({targetName}) => widthOf(targetName)));
  const backfill = Math.max(8, ...runs.map(run => widthOf(run.backfill)));
  const isWide = width >= 96;
  return {backfill: isWide ? Math.min(20, backfill) : 0, target: Math.min(isWide ? 28 : 18, target)};
}

/** Which run it is: its id, from where to where, and what of it. */
function runLines({id, sourceLabel, targetLabel, scope, undoes}: RunRecord, width: number): readonly Line[] {
  const of = undoes === null ? '' : ` · of undoing ${undoes}`;
  return [`${id}${of}`, `${endsText(sourceLabel, targetLabel)} · ${scopeText(scope)}`]
    .flatMap(text => wrapText(text, width))
    .slice(0, 4)
    .map(part => [{text: part}]);
}

function historyLine(run: RunRecord, now: number, names: Names, width: number): Line {
  const {backfill, mode, status, targetName} = run;
  return fitLine(
    [
      {text: `${fitted(ageText(run.createdAt, now), 11)} `},
      ...(names.backfill === 0 ? [] : [{text: `${fitted(backfill, names.backfill)} `}]),
      {text: `${fitted(targetName, names.target, 'middle')} `},
      {text: `${fitted(modeText({mode, undoes: null}), 8)} `},
      {text: `${fitted(status, 10)} `, tone: statusTone(status)},
      {text: changedText(run)},
    ],
    width,
  );
}

/** `1 failed, 2,171 changed`: what matters most comes first, where there is no room for both. */
function changedText({tally, partitions, backfill, mode, undoes}: RunRecord): string {
  if (onlyMeasures(mode)) return '';
  const [planned, done] = undoes === null ? ['to change', 'changed'] : ['to put back', 'put back'];
  const changed = `${number(changedOf(tally))} ${mode === 'dry-run' ? planned : done}`;
  // Repositories that failed are what a run of them may have failed at.
  const failed = tally.failed + (repositoryNouns(backfill) === null ? 0 : partitions.failed);
  return failed === 0 ? changed : `${number(failed)} failed, ${changed}`;
}

function listScreen(state: ConsoleState, layout: Layout, title: string, head: readonly Line[] = []): Screen {
  const shown = shownView(state);
  const list = state.lists[listOf(state, shown) ?? ''];
  if (list === undefined || list.rows.length === 0)
    return emptyPanel(layout, title, list?.state === 'ready' ? noneText(list) : unreadText(list));
  const rows = listRows(state, shown);
  const room = roomOf(layout, layout.rows);
  const above = [...notAgain(list, room.width), ...head];
  const detail = rowDetail(rows[shown.at], {...room, height: room.height - above.length});
  const height = Math.max(1, room.height - above.length - (detail.length === 0 ? 0 : detail.length + 1));
  return {
    panels: [
      {
        title,
        note: [
          ...(list.state === 'again' ? [list.message ?? 'reading anew …'] : []),
          placeNote(state, {
            shown: rows.length,
            all: list.rows.length,
            height,
            first: list.hasMore ? 'first' : null,
          }),
        ]
          .filter(text => text !== '')
          .join(' · '),
        height: layout.rows,
        blocks: [
          ...(above.length === 0 ? [] : [{type: 'lines', lines: above} as const]),
          rows.length === 0
            ? nothingMatches(state.manner, list, room.width)
            : windowed(rows, ({text}) => rowLine(text, layout, room.width - 2), height, shown.at),
          ...(detail.length === 0 ? [] : [{type: 'lines', lines: [[], ...detail]} as const]),
        ],
      },
    ],
  };
}

/** All of a row where it is for a pager, which has room for it. */
function rowLine(text: string, {isWhole}: Layout, width: number): Line {
  return isWhole ? [{text: safeText(text)}] : fitLine([{text}], width);
}

/** A list that holds only the first of its rows was not searched beyond them. */
function nothingMatches(manner: Manner, list: LoadedList | null, width: number): Block {
  return {type: 'lines', lines: paragraph(nothingText(manner, list), width, 'dim')};
}

function nothingText(manner: Manner, list: LoadedList | null): string {
  if (list === null || !list.hasMore) return 'Nothing matches: esc clears the filter.';
  const command = list.command == null ? null : commandLine(manner, list.command);
  const rest = command === null ? '' : ` ${command} lists all.`;
  return `Nothing matches among the first ${number(list.rows.length)}, and only these were searched: esc clears the filter.${rest}`;
}

/** Why there are no rows yet. */
function unreadText(list: LoadedList | undefined): string {
  return list?.message ?? (list?.state === 'failed' ? 'It could not be read.' : 'reading …');
}

function noneText({message}: LoadedList): string {
  return (
    message ??
    'None are on record: of what was unchanged, or skipped, a run that writes keeps only the number.'
  );
}

/** Above rows that could not be read anew. */
function notAgain(list: LoadedList | undefined, width: number): readonly Line[] {
  if (list?.state !== 'failed') return [];
  const text = `This is as it was read before: ${list.message ?? 'it could not be read anew.'}`;
  return wrapText(text, width)
    .slice(0, mostTrouble)
    .map(part => fitLine([{text: part, tone: 'bad'}], width));
}

const mostTrouble = 3;

interface Counted {
  readonly shown: number;
  readonly all: number;
  readonly height: number;
  /** Which of more than these they are; null where they are all. */
  readonly first: 'first' | 'newest' | null;
}

/** `12 of 480 with "map"` while a list is filtered; else `8 of 480`, where not all is seen. */
function placeNote(state: ConsoleState, {shown, all, height, first}: Counted): string {
  const {filter, isFiltering, at} = shownView(state);
  const most = first === null ? number(all) : `the ${first} ${number(all)}`;
  if (isFiltering || filter !== '') return `${number(shown)} of ${most} with "${filter}"`;
  return first !== null || shown > height ? `${number(at + 1)} of ${most}` : '';
}
