import type {Noun} from '../../backfills/backfill.ts';
import {printableKey} from '../../core/keys.ts';
import {ageText, counted, number} from '../../core/words.ts';
import type {MeasuredCheck} from '../../ledger/measured.ts';
import {availabilityOf} from '../availability.ts';
import {spread} from '../edges.ts';
import {dryRunText, triedInVain} from '../going-on.ts';
import type {Layout} from '../layout.ts';
import type {Line} from '../line.ts';
import {chosenCheck} from '../rows.ts';
import {staleText} from '../stale.ts';
import {type ConsoleState, chosenSetup, type SetupView, shownView} from '../state.ts';
import {type SummaryColumn, summaryHeight} from '../summary.ts';
import {fitLine, lineWidth} from '../text.ts';
import {emptyPanel} from './empty.ts';
import {signOf} from './run-lines.ts';
import {type Block, frameOf, roomOf, type Screen, scrolled, seenText, windowed} from './screen.ts';
import {hanging, paragraph} from './wrapped.ts';

/**
 * Every invariant with its count and what changed since it was measured before, and the totals below.
 *
 *     ╭ Invariants of asset-index ─────────────────────────────── 2 min ago ─╮
 *     │ > ✔ every hash is 64 lower-case hex digits                           │
 *     │   ! every row belongs to an object that is there       3 rows  = 3   │
 *     ╰───────────────────────────────────────────────────────────────────────╯
 */
export function invariantsScreen(state: ConsoleState, layout: Layout): Screen {
  const setup = chosenSetup(state);
  if (setup === null) return {panels: []};
  const title = `Invariants of ${setup.name}`;
  const checks = setup.facts?.checks ?? [];
  if (checks.length === 0)
    return emptyPanel(
      layout,
      title,
      setup.facts === null
        ? 'looking …'
        : setup.verifying === null
          ? 'None was measured yet: r measures them now, and a live run measures them at its end.'
          : 'measuring …',
    );
  const room = roomOf(layout, layout.rows);
  const totals = totalsTable(checks, setup.words.rows);
  const hasTotals = !layout.isCompact && room.height >= checks.length + summaryHeight(2) + 1;
  const height = hasTotals ? checks.length : room.height;
  const newest = Math.max(...checks.map(({at}) => at));
  const last = checks.find(({at}) => at === newest);
  const stale = last === undefined ? null : staleText(setup, last);
  return {
    panels: [
      {
        title,
        note:
          setup.verifying === null ? `measured ${stale ?? ageText(newest, state.now)}` : 'measuring again …',
        height: layout.rows,
        blocks: [
          windowed(
            checks,
            check => checkLine(check, setup.words.rows, {now: state.now, newest, width: room.width - 2}),
            height,
            shownView(state).at,
          ),
          ...(hasTotals ? [{type: 'lines', lines: [[]]} as const, totals] : []),
        ],
      },
    ],
  };
}

function checkLine(
  {result, before, at}: MeasuredCheck,
  rows: Noun,
  {now, newest, width}: {readonly now: number; readonly newest: number; readonly width: number},
): Line {
  const {sign, tone} = signOf(result);
  const count = result.count === 0 ? '' : counted(result.count, ...(result.counts ?? rows));
  const older = newest - at < 60_000 ? '' : ` ${ageText(at, now)}`;
  const right = `${count}${changeText(result.count, before)}${older}`;
  return spread(
    [{text: `${sign} `, tone}, {text: result.title}],
    [{text: right, tone: result.count === 0 ? 'dim' : tone}],
    width,
  );
}

/** Against the measurement before: ` +3`, ` −2`; nothing where nothing changed or nothing was before. */
function changeText(count: number, before: number | null): string {
  if (before === null || before === count) return '';
  return count > before ? ` (+${number(count - before)})` : ` (−${number(before - count)})`;
}

/** Rows are summed where all that is broken counts rows: objects or repositories are no rows of the target. */
function totalsTable(checks: readonly MeasuredCheck[], words: Noun): Block {
  const areRows = checks.every(({result}) => result.count === 0 || result.counts === undefined);
  const of = (severity: 'blocking' | 'warning') => {
    const those = checks.filter(({result}) => result.severity === severity);
    const broken = those.filter(({result}) => result.count > 0);
    const rows = broken.reduce((sum, {result}) => sum + result.count, 0);
    return [
      severity,
      number(those.length),
      number(those.length - broken.length),
      number(broken.length),
      ...(areRows ? [number(rows)] : []),
    ];
  };
  const columns: readonly SummaryColumn[] = [
    {title: 'severity'},
    {title: 'invariants', align: 'right'},
    {title: 'hold', align: 'right'},
    {title: 'broken', align: 'right'},
    ...(areRows ? [{title: words[1], align: 'right'} as const] : []),
  ];
  return {type: 'table', columns, rows: [of('blocking'), of('warning')]};
}

/**
 * One invariant: the rows that break it, why it matters, and what mends it, which can be started from here.
 */
export function invariantScreen(state: ConsoleState, layout: Layout): Screen {
  const setup = chosenSetup(state);
  const check = chosenCheck(state);
  if (setup === null || check === null) return emptyPanel(layout, 'Invariant', 'It was not measured yet.');
  const room = roomOf(layout, layout.rows);
  const lines = invariantLines(state, setup, check, room.width);
  const at = shownView(state).at;
  return {
    panels: [
      {
        title: check.result.title,
        note: seenText(lines.length, room.height, at),
        height: layout.rows,
        blocks: [scrolled(lines, room.height, at)],
      },
    ],
    isCut: at + room.height < lines.length,
  };
}

export function invariantHeight(state: ConsoleState, layout: Layout): number {
  const setup = chosenSetup(state);
  const check = chosenCheck(state);
  if (setup === null || check === null) return 1;
  const room = roomOf(layout, layout.rows);
  return Math.max(
    1,
    invariantLines(state, setup, check, room.width).length - (layout.rows - frameOf(layout)) + 1,
  );
}

function invariantLines(
  state: ConsoleState,
  setup: SetupView,
  check: MeasuredCheck,
  width: number,
): readonly Line[] {
  const {result, before, at, run, isPart} = check;
  const {sign, tone} = signOf(result);
  const says =
    result.count === 0
      ? 'holds'
      : `${counted(result.count, ...(result.counts ?? setup.words.rows))} ${result.count === 1 ? 'breaks' : 'break'} it${changeText(result.count, before)}`;
  const rest = result.count - result.sample.length;
  const verdict: Line = [{text: `${sign} ${says} · ${result.severity}`, tone}];
  const measured = `measured ${ageText(at, state.now)} by ${run}${isPart ? ', of a part' : ''}`;
  const onOne: Line = [...verdict, {text: ` · ${measured}`, tone: 'dim'}];
  return [
    ...(lineWidth(onOne) <= width ? [onOne] : [verdict, fitLine([{text: measured, tone: 'dim'}], width)]),
    ...(result.note === undefined ? [] : paragraph(result.note, width)),
    [],
    ...named('why', result.why, width),
    ...(result.count === 0 ? [] : named('mend', result.recovery, width)),
    ...mendingLines(state, setup, check, width),
    ...(result.sample.length === 0 ? [] : [[], ...result.sample.flatMap(breach => rowLines(breach, width))]),
    ...(rest > 0 && result.sample.length > 0
      ? [[{text: `… and ${number(rest)} more`, tone: 'dim' as const}]]
      : []),
  ];
}

/** What enter starts, or that this was tried and found nothing. */
function mendingLines(
  state: ConsoleState,
  setup: SetupView,
  check: MeasuredCheck,
  width: number,
): readonly Line[] {
  if (availabilityOf(state, 'recover') === 'now')
    return [
      [
        {text: '       '},
        {text: 'enter ', tone: 'accent'},
        {text: `starts ${dryRunText(check)}; it writes nothing yet`},
      ],
    ];
  const tried = triedInVain(setup, check);
  if (tried === null || tried.finishedAt === null) return [];
  const when = ageText(tried.finishedAt, state.now);
  return named(
    'tried',
    `${dryRunText(check)} found nothing to change (${when}, ${tried.id}): the rest of mend is left to do`,
    width,
  );
}

function rowLines({key, detail}: MeasuredCheck['result']['sample'][number], width: number): readonly Line[] {
  return [
    fitLine([{text: printableKey(key), tone: 'strong'}], width),
    ...hanging([{text: '  '}], printableKey(detail), width),
  ];
}

function named(name: string, text: string, width: number): readonly Line[] {
  return hanging([{text: name.padEnd(7), tone: 'dim'}], text, width);
}
