import {type CoverageGroup, percent} from '../../core/checks.ts';
import {printableKey} from '../../core/keys.ts';
import {ageText, number} from '../../core/words.ts';
import {barSpans, sparkline} from '../bar.ts';
import type {Layout} from '../layout.ts';
import type {Line, Span} from '../line.ts';
import {coverageRows} from '../rows.ts';
import {shareOf} from '../share.ts';
import {staleText} from '../stale.ts';
import {type ConsoleState, chosenSetup, type SetupView, shownView} from '../state.ts';
import {fitLine, fitted, widthOf} from '../text.ts';
import {emptyPanel} from './empty.ts';
import {roomOf, type Screen, windowed} from './screen.ts';

/**
 * Coverage of the whole and by group: the share of listed objects that are there, and the rows that are as they should
 * be. Opening a group lists what is missing of it.
 *
 *     ╭ Coverage of asset-index ──────────────────────────────── 2 min ago ─╮
 *     │ > all     ━━━━━━━━━━━━━━━━━━━─   99.95 %   2,237 of 2,238 objects   │
 *     │   kcs2/   ━━━━━━━━━━━━━━━━━━━─   99.93 %   1,587 of 1,588 objects   │
 *     │                                                                     │
 *     │ rows      2,237 of 2,240 as they should be                          │
 *     │ missing   1 failed                                                  │
 *     │ trend     ▁▅━ 4.87 % → 99.95 %                                      │
 *     ╰─────────────────────────────────────────────────────────────────────╯
 */
export function coverageScreen(state: ConsoleState, layout: Layout): Screen {
  const setup = chosenSetup(state);
  if (setup === null) return {panels: []};
  const title = `Coverage of ${setup.name}`;
  const coverage = setup.facts?.coverage ?? null;
  if (coverage === null)
    return emptyPanel(
      layout,
      title,
      setup.facts === null
        ? 'looking …'
        : setup.verifying === null
          ? 'It was not measured yet: r measures it now, and a live run measures it at its end.'
          : 'measuring …',
    );
  const shown = shownView(state);
  const groups = coverageRows(state, shown);
  const room = roomOf(layout, layout.rows);
  const chosen = groups[shown.at];
  const again: readonly Line[] =
    staleText(setup, coverage) === null
      ? []
      : [[{text: 'What was written since is not in these figures: r measures again.', tone: 'warn'}]];
  const below = chosen === undefined ? again : [...again, ...groupLines(setup, chosen, room.width)];
  const height = Math.max(1, room.height - below.length - 1);
  const widths = widthsOf(groups, room.width - 2);
  const lineOf = (group: CoverageGroup) => groupLine(group, widths, room.width - 2);
  const place = shown.filter === '' ? shown.at + 1 : groups.length;
  const isPart = shown.filter !== '' || groups.length > height;
  const filter = isPart ? `${number(place)} of ${number(coverage.groups.length)} · ` : '';
  const stale = staleText(setup, coverage);
  const age = `${coverage.isPart ? 'of a part, ' : ''}measured ${stale ?? ageText(coverage.at, state.now)}`;
  return {
    panels: [
      {
        title,
        note: `${filter}${setup.verifying === null ? age : 'measuring again …'}`,
        height: layout.rows,
        blocks: [windowed(groups, lineOf, height, shown.at), {type: 'lines', lines: [[], ...below]}],
      },
    ],
  };
}

function nameOf(group: string): string {
  if (group === '*') return 'all';
  return group === '' ? '(top)' : printableKey(group);
}

interface Widths {
  readonly names: number;
  readonly bar: number;
}

const shareWidth = 11;

const widestName = 28;

/** Counts are never cut: the bar gives way first, then names do. It is the same for all groups, wherever the list stands. */
function widthsOf(groups: readonly CoverageGroup[], width: number): Widths {
  let widest = 6;
  const most = {done: 0, total: 0};
  for (const {group, done, total} of groups) {
    if (widest < widestName) widest = Math.max(widest, widthOf(nameOf(group)));
    most.done = Math.max(most.done, done);
    most.total = Math.max(most.total, total);
  }
  const room = width - shareWidth - widthOf(countOf(most));
  const names = Math.max(6, Math.min(widestName, widest, room - 2 - 8));
  return {names, bar: Math.max(4, Math.min(40, room - names - 2))};
}

function countOf({done, total}: Pick<CoverageGroup, 'done' | 'total'>): string {
  return `   ${number(done)} of ${number(total)}`;
}

function groupLine(coverage: CoverageGroup, {names, bar}: Widths, width: number): Line {
  const {group, done, total} = coverage;
  const share = shareOf({done, total});
  const behind: readonly Span[] = [
    {text: `${share.text.padStart(7)} %`, tone: share.isWhole ? 'good' : 'strong'},
    {text: countOf(coverage)},
  ];
  return fitLine(
    [
      {text: `${fitted(nameOf(group), names, 'middle')}  `},
      ...barSpans(bar, done, 0, total === 0 ? null : total),
      ...behind,
    ],
    width,
  );
}

const nameWidth = 10;

/** Both numerators of the chosen group, why the rest is missing, and how the whole went before. */
function groupLines(
  {facts, words, listsMissing}: SetupView,
  {group, done, total, rows, rowsDone, objects, missing}: CoverageGroup,
  width: number,
): readonly Line[] {
  const causes = Object.entries(missing ?? {}).map(([cause, count]) => `${number(count)} ${cause}`);
  const trend = facts?.trend ?? [];
  const shares = trend.map(point => percent(point.done, point.total));
  const [first] = shares;
  const last = shares.at(-1);
  return [
    ...(objects === undefined
      ? []
      : [pair(words.items[1], `${number(done)} of ${number(total)} that were listed ${words.done.items}`)]),
    pair(words.rows[1], `${number(rowsDone)} of ${number(rows)} in the target ${words.done.rows}`),
    ...(missing === undefined
      ? []
      : [
          pair(
            'missing',
            causes.length === 0
              ? 'nothing'
              : `${causes.join(', ')}${listsMissing ? ' (enter lists them)' : ''}`,
          ),
        ]),
    ...(group !== '*' || first === undefined || last === undefined || shares.length < 2
      ? []
      : [
          [
            {text: 'trend'.padEnd(nameWidth), tone: 'dim' as const},
            ...sparkline(shares, Math.min(24, shares.length)),
            {text: `  ${first.toFixed(2)} % → ${last.toFixed(2)} %`},
          ],
        ]),
  ].map(line => fitLine(line, width));
}

function pair(name: string, text: string): Line {
  return [{text: name.padEnd(nameWidth), tone: 'dim'}, {text}];
}
