import {type CoverageGroup, percent} from '../../core/checks.ts';
import {hostGroup, msEach} from '../../core/coverage-groups.ts';
import {printableKey} from '../../core/keys.ts';
import {ageText, durationText, number} from '../../core/words.ts';
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
  const rows = withHeadings(groups);
  const lineOf = (row: CoverageGroup | string) =>
    typeof row === 'string'
      ? fitLine([{text: row, tone: 'dim'}], room.width - 2)
      : groupLine(row, widths, room.width - 2);
  const place = shown.filter === '' ? shown.at + 1 : groups.length;
  const isPart = shown.filter !== '' || rows.length > height;
  const filter = isPart ? `${number(place)} of ${number(coverage.groups.length)} · ` : '';
  const stale = staleText(setup, coverage);
  const age = `${coverage.isPart ? 'of a part, ' : ''}measured ${stale ?? ageText(coverage.at, state.now)}`;
  return {
    panels: [
      {
        title,
        note: `${filter}${setup.verifying === null ? age : 'measuring again …'}`,
        height: layout.rows,
        blocks: [
          windowed(rows, lineOf, height, chosen === undefined ? 0 : rows.indexOf(chosen)),
          {type: 'lines', lines: [[], ...below]},
        ],
      },
    ],
  };
}

/** Each section below its name, which no pointer comes to. */
function withHeadings(groups: readonly CoverageGroup[]): readonly (CoverageGroup | string)[] {
  return groups.flatMap((group, index) => {
    const {section} = group;
    return section === undefined || section === groups[index - 1]?.section ? [group] : [section, group];
  });
}

function nameOf({group, section}: Pick<CoverageGroup, 'group' | 'section'>): string {
  if (group === '*') return 'all';
  if (section !== undefined && group.startsWith(hostGroup))
    return printableKey(group.slice(hostGroup.length));
  return group === '' ? '(top)' : printableKey(group);
}

interface Widths {
  readonly names: number;
  readonly bar: number;
  readonly count: number;
  /** Of how long each took; 0 where that is not told. */
  readonly each: number;
}

const shareWidth = 11;

const widestName = 28;

/** Counts are never cut: the bar gives way first, then names do. It is the same for all groups, wherever the list stands. */
function widthsOf(groups: readonly CoverageGroup[], width: number): Widths {
  let widest = 6;
  const most = {done: 0, total: 0};
  for (const group of groups) {
    const {done, total} = group;
    if (widest < widestName) widest = Math.max(widest, widthOf(nameOf(group)));
    most.done = Math.max(most.done, done);
    most.total = Math.max(most.total, total);
  }
  const isTimed = width >= leastForTimes && groups.some(({ms}) => ms !== undefined);
  const each = isTimed ? eachWidth : 0;
  const count = widthOf(countOf(most));
  const room = width - shareWidth - count - each;
  const names = Math.max(6, Math.min(widestName, widest, room - 2 - 8));
  return {names, bar: Math.max(4, Math.min(40, room - names - 2)), count, each};
}

const leastForTimes = 70;
const eachWidth = 13;

function countOf({done, total}: Pick<CoverageGroup, 'done' | 'total'>): string {
  return `   ${number(done)} of ${number(total)}`;
}

function groupLine(coverage: CoverageGroup, {names, bar, count, each}: Widths, width: number): Line {
  const {done, total, ms} = coverage;
  const share = shareOf({done, total});
  const behind: readonly Span[] = [
    {text: `${share.text.padStart(7)} %`, tone: share.isWhole ? 'good' : 'strong'},
    {text: countOf(coverage)},
    ...(each === 0 || ms === undefined || done === 0
      ? []
      : [
          {
            text: `${' '.repeat(2 + count - widthOf(countOf(coverage)))}${eachText(coverage)} each`,
            tone: 'dim' as const,
          },
        ]),
  ];
  return fitLine(
    [
      {text: `${fitted(nameOf(coverage), names, 'middle')}  `},
      ...barSpans(bar, done, 0, total === 0 ? null : total),
      ...behind,
    ],
    width,
  );
}

/** `812 ms`, `2.4 s`: how long it took to read one. */
function eachText(group: CoverageGroup): string {
  const ms = msEach(group);
  return ms < 1_000 ? `${Math.round(ms)} ms` : durationText(ms / 1_000);
}

/** Both numerators of the chosen group, why the rest is missing, and how the whole went before. */
function groupLines(
  {facts, words, listsMissing}: SetupView,
  coverage: CoverageGroup,
  width: number,
): readonly Line[] {
  const {group, done, total, rows, rowsDone, objects, missing, ms} = coverage;
  const causes = Object.entries(missing ?? {}).map(([cause, count]) => `${number(count)} ${cause}`);
  const trend = facts?.trend ?? [];
  const shares = trend.map(point => percent(point.done, point.total));
  const [first] = shares;
  const last = shares.at(-1);
  const names = [words.items[1], words.rows[1]].map(widthOf);
  const pair = (name: string, text: string): Line => [
    {text: name.padEnd(Math.max(leastName, 1 + Math.max(...names))), tone: 'dim'},
    {text},
  ];
  return [
    ...(objects === undefined
      ? []
      : [pair(words.items[1], `${number(done)} of ${number(total)} that were listed ${words.done.items}`)]),
    ...(rows === undefined || rowsDone === undefined
      ? []
      : [
          pair(
            words.rows[1],
            ms === undefined
              ? `${number(rowsDone)} of ${number(rows)} in the target ${words.done.rows}`
              : `${number(rows)} were read${done === 0 ? '' : `, ${eachText(coverage)} for each ${words.items[0]}`}`,
          ),
        ]),
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
            ...pair('trend', '').slice(0, 1),
            ...sparkline(shares, Math.min(24, shares.length)),
            {text: `  ${first.toFixed(2)} % → ${last.toFixed(2)} %`},
          ],
        ]),
  ].map(line => fitLine(line, width));
}

const leastName = 10;
