import {changedOf} from '../../core/accounting.ts';
import {onlyMeasures} from '../../core/run.ts';
import {ageText, modeText, number} from '../../core/words.ts';
import type {RunRecord} from '../../ledger/records.ts';
import {openCountText} from '../../runbook/open-counts.ts';
import type {Layout} from '../layout.ts';
import type {Line} from '../line.ts';
import {listOf, listRows} from '../rows.ts';
import {type ConsoleState, chosenSetup, shownView} from '../state.ts';
import {statusTone} from '../status-tone.ts';
import {fitLine, fitted} from '../text.ts';
import {wrapText} from '../wrap.ts';
import {emptyPanel} from './empty.ts';
import {roomOf, type Screen, windowed} from './screen.ts';

/** What a run left open: each item with why, and below what to do about the chosen one. */
export function failuresScreen(state: ConsoleState, layout: Layout): Screen {
  const setup = chosenSetup(state);
  const open = setup?.facts?.open ?? null;
  if (setup === null || open === null || open.counts.total === 0)
    return emptyPanel(layout, 'Failures', 'Nothing was left open.');
  return listScreen(state, layout, `Left open by ${open.run}`, openCountText(open.counts));
}

/** Items of whatever was opened: the part of an identity, or what a group of the coverage misses. */
export function itemsScreen(state: ConsoleState, layout: Layout): Screen {
  return listScreen(state, layout, shownView(state).title ?? 'Items', '');
}

/** Every run, newest first. */
export function historyScreen(state: ConsoleState, layout: Layout): Screen {
  if (state.history.length === 0) return emptyPanel(layout, 'History', 'Nothing was run yet.');
  const room = roomOf(layout, layout.rows);
  const shown = shownView(state);
  const keys = new Set(listRows(state, shown).map(({key}) => key));
  const runs = state.history.filter(({id}) => keys.has(id));
  return {
    panels: [
      {
        title: 'History',
        note: filterNote(state, runs.length, state.history.length),
        height: layout.rows,
        blocks: [
          windowed(
            runs.map(run => historyLine(run, state.now, room.width - 2)),
            room.height,
            shown.at,
          ),
        ],
      },
    ],
  };
}

function historyLine(run: RunRecord, now: number, width: number): Line {
  return fitLine(
    [
      {text: fitted(ageText(run.createdAt, now), 12)},
      {text: fitted(run.backfill, 13)},
      {text: ' '},
      {text: fitted(modeText(run), 10)},
      {text: fitted(run.status, 11), tone: statusTone(run.status)},
      {text: fitted(changedText(run), 26)},
      {text: ` ${run.id.slice(-4)}`, tone: 'dim'},
    ],
    width,
  );
}

/** `2,171 changed, 1 failed` */
function changedText({tally, mode}: RunRecord): string {
  if (onlyMeasures(mode)) return '';
  const changed = `${number(changedOf(tally))} ${mode === 'dry-run' ? 'to change' : 'changed'}`;
  return tally.failed === 0 ? changed : `${changed}, ${number(tally.failed)} failed`;
}

export function historyText(run: RunRecord): string {
  return [run.id, run.backfill, modeText(run), run.status, run.sourceLabel, run.targetLabel].join(' ');
}

function listScreen(state: ConsoleState, layout: Layout, title: string, note: string): Screen {
  const shown = shownView(state);
  const list = state.lists[listOf(state, shown) ?? ''];
  if (list === undefined || list.state === 'loading') return emptyPanel(layout, title, 'reading …');
  if (list.state === 'failed') return emptyPanel(layout, title, list.message ?? 'It could not be read.');
  if (list.rows.length === 0) return emptyPanel(layout, title, 'There are none.');
  const rows = listRows(state, shown);
  const room = roomOf(layout, layout.rows);
  const detail = detailLines(rows[shown.at]?.detail ?? null, room.width);
  const height = Math.max(1, room.height - (detail.length === 0 ? 0 : detail.length + 1));
  return {
    panels: [
      {
        title,
        note: filterNote(state, rows.length, list.rows.length, list.hasMore) || note,
        height: layout.rows,
        blocks: [
          windowed(
            rows.map(({text}) => fitLine([{text}], room.width - 2)),
            height,
            shown.at,
          ),
          ...(detail.length === 0 ? [] : [{type: 'lines', lines: [[], ...detail]} as const]),
        ],
      },
    ],
  };
}

/** What there is to say of the chosen row: never more than it leaves the list room for. */
function detailLines(detail: string | null, width: number): readonly Line[] {
  if (detail === null) return [];
  return detail
    .split('\n')
    .flatMap(line => wrapText(line, width))
    .slice(0, 4)
    .map(part => [{text: part}]);
}

/** `12 of 480 with "map"`, while a list is filtered. */
function filterNote(state: ConsoleState, shown: number, all: number, hasMore = false): string {
  const {filter, isFiltering} = shownView(state);
  const more = hasMore ? `the first ${number(all)}` : number(all);
  if (isFiltering || filter !== '') return `${number(shown)} of ${more} with "${filter}"`;
  return hasMore ? more : '';
}
