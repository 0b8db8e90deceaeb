import type {Noun} from '../../backfills/backfill.ts';
import {listedOf, type Part, parts, type Tally} from '../../core/accounting.ts';
import type {CheckResult} from '../../core/checks.ts';
import type {Drift} from '../../core/drift.ts';
import {counted, number, partWord} from '../../core/words.ts';
import {shareSpans} from '../bar.ts';
import {guessOf} from '../last-listed.ts';
import type {Line, Span, Tone} from '../line.ts';
import {etaOf} from '../pace.ts';
import {progressOf, stalledFor} from '../progress.ts';
import {repositoryRunOf} from '../repository-run.ts';
import {progressLine} from '../run-log-repositories.ts';
import type {LogLine, RunView} from '../run-view.ts';
import {shareOf} from '../share.ts';
import {fitLine, lineWidth} from '../text.ts';
import {wrapText} from '../wrap.ts';
import {etaText, shareText} from './progress-text.ts';
import {repositoriesBar} from './repository-lines.ts';

/** The lines about a run that several screens show. */

export interface AtNow {
  readonly width: number;
  readonly now: number;
  /** Items that the run of this kind before listed, where the total is not known. */
  readonly lastTotal: number | null;
}

const barWidth = {least: 8, most: 60};

/** `━━━━━━━━╍╍──────  1,204/2,238  53.80 %  20–31 s left` */
export function barLine(run: RunView, {width, now, lastTotal}: AtNow): Line {
  const progress = progressOf(run, guessOf(run, lastTotal));
  const {done, total, isSure, share, begun} = progress;
  const isMoving = run.ended === null && stalledFor(run, now) === null;
  const repositories = repositoryRunOf(run);
  if (repositories !== null) return repositoriesBar(run, repositories, progress, {width, isMoving});
  const eta = total === null || !isMoving ? null : etaOf(run.pace, Math.max(0, total - done));
  const count = `${number(done)}/${isSure ? '' : 'about '}${number(total ?? done)}`;
  const behind: readonly Span[] = [
    {text: `  ${count}`},
    ...(share === null ? [] : [{text: `  ${shareText(share).padStart(6)} %`, tone: 'strong' as const}]),
    ...(eta === null ? [] : [{text: `  ${etaText(eta)}`}]),
  ];
  // Without a total a bar would say nothing.
  if (total === null) return [{text: `${number(done)} so far`}];
  const room = Math.max(barWidth.least, Math.min(barWidth.most, width - lineWidth(behind)));
  return [...shareSpans(room, share ?? 0, begun ?? 0), ...behind];
}

/** `2,238 listed = 882 inserted + 1,289 updated + 66 unchanged + 1 failed`, on as many lines as it takes. */
export function identityLines({snapshot}: RunView, width: number): readonly Line[] {
  const {tally, mode} = snapshot;
  const isDry = mode === 'dry-run';
  const shown = parts.filter(part => isNamed(tally, part));
  const head: Line = [{text: `${number(listedOf(tally))} listed`, tone: 'strong'}, {text: ' = '}];
  const terms = shown.map(
    (part, index): Line => [
      {text: index === 0 ? '' : '+ '},
      {
        text: `${number(tally[part])} ${partWord(part, isDry)}`,
        ...(part === 'failed' && tally.failed > 0 ? {tone: 'bad' as const} : {}),
      },
    ],
  );
  return flowed(head, terms, width);
}

/** That nothing failed and nothing is left to do is worth saying; that nothing was skipped goes without. */
export function isNamed(tally: Tally, part: Part): boolean {
  return tally[part] !== 0 || part === 'failed' || part === 'pending';
}

function flowed(head: Line, terms: readonly Line[], width: number): readonly Line[] {
  const indent = lineWidth(head);
  const lines: Line[] = [];
  let line = head;
  for (const [index, term] of terms.entries()) {
    const apart: Line = index === 0 ? [] : [{text: ' '}];
    if (lineWidth([...line, ...apart, ...term]) > width) {
      lines.push(line);
      line = [{text: ' '.repeat(Math.max(0, indent - 2))}, ...term];
    } else line = [...line, ...apart, ...term];
  }
  return [...lines, line];
}

/** What a verification has measured so far: it has no items of its own. */
export function measuredLines({checks, coverage}: RunView, rows: Noun, width: number): readonly Line[] {
  const whole = coverage.find(({group}) => group === '*');
  if (checks.length === 0) return [[{text: 'measuring the first invariant …', tone: 'dim'}]];
  return [
    ...checks.map(result => {
      const {sign, tone} = signOf(result);
      const count = result.count === 0 ? '' : `: ${counted(result.count, ...(result.counts ?? rows))}`;
      return fitLine([{text: `${sign} `, tone}, {text: `${result.title}${count}`}], width);
    }),
    ...(whole === undefined
      ? []
      : [[{text: `coverage ${shareOf(whole).text} %: ${number(whole.done)} of ${number(whole.total)}`}]]),
  ];
}

/** A sign for an invariant, and its tone. */
export function signOf({count, severity}: Pick<CheckResult, 'count' | 'severity'>): {
  readonly sign: string;
  readonly tone: Tone;
} {
  if (count === 0) return {sign: '✔', tone: 'good'};
  return severity === 'blocking' ? {sign: '✖', tone: 'bad'} : {sign: '!', tone: 'warn'};
}

/** `57 changed, 3 added, 1 gone` */
export function driftText({added, gone, changed}: Drift): string {
  const parts = [
    ...(changed === 0 ? [] : [`${number(changed)} changed`]),
    ...(added === 0 ? [] : [`${number(added)} added`]),
    ...(gone === 0 ? [] : [`${number(gone)} gone`]),
  ];
  return parts.join(', ');
}

const logTones = {info: 'dim', warning: 'warn', error: 'bad'} as const satisfies Record<
  LogLine['level'],
  Tone
>;

/** Lines below which nothing is told that stands elsewhere on the screen. */
const fewLines = 3;

/** The newest entries, oldest of them first, each from its beginning; only the newest may be cut at its end. */
export function logLines({log}: RunView, height: number, width: number): readonly Line[] {
  const entries = height < fewLines ? log.filter(({of}) => of !== progressLine) : log;
  let shown: readonly Line[] = [];
  for (const entry of entries.slice(-height).toReversed()) {
    const lines = entryLines(entry, width, height);
    if (shown.length + lines.length > height) return shown.length === 0 ? lines.slice(0, height) : shown;
    shown = [...lines, ...shown];
  }
  return shown;
}

function entryLines({at, level, text, times}: LogLine, width: number, height: number): readonly Line[] {
  const clock = new Date(at).toISOString().slice(11, 19);
  const said = times === 1 ? text : `${text} ×${number(times)}`;
  // What follows its first word may be too long to stand beside it: in one line it is cut instead.
  const lines = level === 'info' || height === 1 ? [said] : wrapText(said, Math.max(10, width - 10));
  return lines.map(
    (line, index): Line =>
      fitLine(
        [
          {text: `${index === 0 ? clock : '        '}  `, tone: 'dim'},
          level === 'info' ? {text: line} : {text: line, tone: logTones[level]},
        ],
        width,
      ),
  );
}
