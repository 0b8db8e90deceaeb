import {changedOf} from '../../core/accounting.ts';
import type {CheckResult} from '../../core/checks.ts';
import {printableKey} from '../../core/keys.ts';
import {counted, number} from '../../core/words.ts';
import {spread} from '../edges.ts';
import type {Line} from '../line.ts';
import type {RecoveryView} from '../recovery-view.ts';
import type {SetupView} from '../state.ts';
import {fitLine} from '../text.ts';
import {leftAlone} from './recovery-steps.ts';
import {signOf} from './run-lines.ts';
import {factLines} from './step-detail.ts';
import {hanging} from './wrapped.ts';

/** What a recovery has come to: invariants before and after, what is still broken and why, and the way back. */
export function outcomeLines(recovery: RecoveryView, setup: SetupView, width: number): readonly Line[] {
  const after = recovery.after ?? [];
  const broken = after.filter(({count}) => count > 0);
  return [
    broken.length === 0
      ? [{text: '✔ every invariant holds', tone: 'good'}]
      : [
          {
            text: `! ${number(broken.length)} of ${counted(after.length, 'invariant')} still broken`,
            tone: 'warn',
          },
        ],
    [],
    ...comparedLines(recovery, width),
    ...broken.flatMap(check => [[], ...brokenLines(check, width)]),
    [],
    ...wayBackLines(recovery, setup, width),
  ];
}

/** Those that are broken first, then those that were; what held all along is counted. */
function comparedLines({before, after}: RecoveryView, width: number): readonly Line[] {
  const counts = new Map((before ?? []).map(({id, count}) => [id, count]));
  const rows = (after ?? []).map(check => ({check, was: counts.get(check.id) ?? null}));
  const told = rows.filter(({check, was}) => check.count > 0 || (was ?? 0) > 0);
  const held = rows.length - told.length;
  const widths = {
    before: Math.max(...[6, ...told.map(({was}) => countText(was).length)]),
    after: Math.max(...[5, ...told.map(({check}) => countText(check.count).length)]),
  };
  const sorted = told.toSorted((a, b) => Number(b.check.count > 0) - Number(a.check.count > 0));
  return [
    ...(sorted.length === 0
      ? []
      : [spread([{text: '  invariant', tone: 'dim'}], columns('before', 'after', widths, 'dim'), width)]),
    ...sorted.map(({check, was}) => {
      const {sign, tone} = signOf(check);
      return spread(
        [{text: `${sign} `, tone}, {text: check.title}],
        columns(countText(was), countText(check.count), widths),
        width,
      );
    }),
    ...(held === 0
      ? []
      : [
          [
            {
              text: `✔ ${held === rows.length ? 'all' : number(held)} held before, and ${held === 1 ? 'holds' : 'hold'}`,
              tone: 'dim' as const,
            },
          ],
        ]),
  ];
}

function countText(count: number | null): string {
  return count === null ? '–' : number(count);
}

function columns(
  before: string,
  after: string,
  widths: {readonly before: number; readonly after: number},
  tone?: 'dim',
): Line {
  const text = `${before.padStart(widths.before)} → ${after.padStart(widths.after)}`;
  return [tone === undefined ? {text} : {text, tone}];
}

const shown = 3;

/** Some of the rows, and what is to be done about them. */
function brokenLines({title, count, sample, recovery}: CheckResult, width: number): readonly Line[] {
  const rows = sample.slice(0, shown);
  const more = count - rows.length;
  return [
    fitLine([{text: title, tone: 'strong'}], width),
    ...rows.flatMap(({key, detail}) =>
      hanging([{text: '  '}], `${printableKey(key)}: ${printableKey(detail)}`, width),
    ),
    ...(more > 0 && rows.length > 0 ? [[{text: `  … and ${number(more)} more`, tone: 'dim' as const}]] : []),
    ...hanging([{text: 'mend   ', tone: 'dim'}], recovery, width),
  ];
}

/** The runs that wrote, the last first, as an undo takes them, and what was left alone. */
export function wayBackLines(
  {made, turns}: RecoveryView,
  {backfill}: Pick<SetupView, 'backfill'>,
  width: number,
): readonly Line[] {
  const left = Object.entries(turns).flatMap(([id, turn]) =>
    turn?.run == null || leftAlone(turn.run) === 0 ? [] : [{id, count: leftAlone(turn.run)}],
  );
  return factLines(
    [
      ...made.toReversed().map((run, index) => ({
        name: index === 0 ? 'runs' : '',
        text: `${run.backfill} ${run.id}: ${counted(changedOf(run.tally), 'change')}`,
      })),
      {
        name: 'undo',
        text:
          made.length === 0
            ? 'nothing was changed, so there is nothing to undo'
            : `7 lists them, and u there shows what an undo puts back${made.length > 1 ? ': the last run first' : ''}`,
      },
      ...left.map(({id, count}, index) => ({
        name: index === 0 ? 'left' : '',
        text: `${number(count)} by ${id}: ${id === backfill ? '6 says why' : `6 of ${id} says why`}`,
      })),
    ],
    width,
  );
}
