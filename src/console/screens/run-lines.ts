import type {Noun} from '../../backfills/backfill.ts';
import {listedOf, parts} from '../../core/accounting.ts';
import type {CheckResult} from '../../core/checks.ts';
import type {Drift} from '../../core/drift.ts';
import type {HostLimit, Snapshot} from '../../core/event.ts';
import {bytesText, clockDuration, counted, number, partWord} from '../../core/words.ts';
import {shareSpans, sparkline} from '../bar.ts';
import {guessOf} from '../last-listed.ts';
import type {Layout} from '../layout.ts';
import type {Line, Span, Tone} from '../line.ts';
import {etaOf} from '../pace.ts';
import {progressOf, stalledFor, waitText} from '../progress.ts';
import type {LogLine, RunView} from '../run-view.ts';
import {shareOf} from '../share.ts';
import {fitLine, lineWidth} from '../text.ts';
import {wrapText} from '../wrap.ts';
import {paragraph} from './wrapped.ts';

/** The lines about a run that several screens show. */

export interface AtNow {
  readonly width: number;
  readonly now: number;
  /** Items that the run of this kind before listed, where the total is not known. */
  readonly lastTotal: number | null;
}

/** Hosts that are told one by one. */
export function hostsIn({rows, isCompact}: Layout): number {
  return isCompact ? 1 : rows < 32 ? 3 : 12;
}

const barWidth = {least: 8, most: 60};

/** `━━━━━━━━╍╍──────  1,204/2,238  53.80 %  20–31 s left` */
export function barLine(run: RunView, {width, now, lastTotal}: AtNow): Line {
  const {done, total, isSure, share, begun} = progressOf(run, guessOf(run, lastTotal));
  const isMoving = run.ended === null && stalledFor(run, now) === null;
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

/** Two decimals, never rounded up to the whole. */
function shareText(share: number): string {
  return (Math.floor(share * 10_000) / 100).toFixed(2);
}

/** `20–31 s`, `about 3 min`, `1–2 h`. */
export function etaText({
  fromSeconds,
  toSeconds,
}: {
  readonly fromSeconds: number;
  readonly toSeconds: number;
}): string {
  const unit = toSeconds < 100 ? seconds : toSeconds < 6_000 ? minutes : hours;
  const [from, to] = [Math.floor(fromSeconds / unit.seconds), Math.ceil(toSeconds / unit.seconds)];
  return from === to ? `${to} ${unit.name} left` : `${from}–${to} ${unit.name} left`;
}

const seconds = {seconds: 1, name: 's'};
const minutes = {seconds: 60, name: 'min'};
const hours = {seconds: 3_600, name: 'h'};

/** `2,238 listed = 882 inserted + 1,289 updated + 66 unchanged + 1 failed`, on as many lines as it takes. */
export function identityLines({snapshot}: RunView, width: number): readonly Line[] {
  const {tally, mode} = snapshot;
  const isDry = mode === 'dry-run';
  const shown = parts.filter(part => tally[part] !== 0 || part === 'failed' || part === 'pending');
  const head: Line = [{text: `${number(listedOf(tally))} listed`, tone: 'strong'}, {text: ' = '}];
  const terms = shown.map(
    (part, index): Line => [
      {text: index === 0 ? '' : '+ '},
      {
        text: `${number(tally[part])} ${partWord(part, isDry)}`,
        ...(part === 'failed' && tally.failed > 0 ? {tone: 'bad' as const} : {}),
      },
      {text: ' '},
    ],
  );
  return flowed(head, terms, width);
}

function flowed(head: Line, terms: readonly Line[], width: number): readonly Line[] {
  const indent = lineWidth(head);
  const lines: Line[] = [];
  let line = head;
  for (const term of terms) {
    if (lineWidth(line) + lineWidth(term) > width + 1) {
      lines.push(line);
      line = [{text: ' '.repeat(Math.max(0, indent - 2))}];
    }
    line = [...line, ...term];
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
      const count = result.count === 0 ? '' : `: ${counted(result.count, ...rows)}`;
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

/** `64 items/s ▂▃▅▆▇▇▆▅  12.4 MiB/s read`, what it waits for, and the limits of at most `hosts` hosts. */
export function paceLines(
  run: RunView,
  {width, now, hosts}: AtNow & {readonly hosts: number},
): readonly Line[] {
  const {pace, perSecond, snapshot} = run;
  const rate = pace.fast === null ? '–' : number(Math.round(pace.fast));
  const head: Line = [
    {text: `${rate} items/s `},
    ...sparkline(perSecond, Math.max(8, Math.min(30, width - 50))),
    {text: pace.bytes === null ? '' : `  ${bytesText(pace.bytes)}/s read`},
    {text: `  ${clockDuration((now - run.startedAt) / 1_000)}`, tone: 'dim'},
  ];
  const wait = waitText(run, now);
  return [
    fitLine(head, width),
    ...(run.stopping === null ? [] : paragraph(`coming to rest: ${run.stopping.message}`, width, 'warn')),
    ...(wait === null ? [] : paragraph(wait, width, 'warn')),
    ...limitLines(snapshot, now, hosts).map(line => fitLine(line, width)),
    ...(snapshot.rate === null
      ? []
      : [
          [
            {
              text: `at most ${Number(snapshot.rate.toFixed(snapshot.rate < 10 ? 1 : 0))} items a second (+ and - change it)`,
              tone: 'dim' as const,
            },
          ],
        ]),
  ];
}

/** Those that wait come first; of more than there is room for it is said how many they are. */
export function limitLines({limits, rate}: Snapshot, now: number, most: number): readonly Line[] {
  const ordered = limits.toSorted((a, b) => Number(waitsAt(b, now)) - Number(waitsAt(a, now)));
  const hidden = ordered.slice(most);
  const inFlight = hidden.reduce((sum, limit) => sum + limit.inFlight, 0);
  return [
    ...ordered.slice(0, most).map(limit => limitLine(limit, rate, now)),
    ...(hidden.length === 0
      ? []
      : [
          [
            {
              text: `and ${counted(hidden.length, 'host')} more: ${number(inFlight)} in flight`,
              tone: 'dim' as const,
            },
          ],
        ]),
  ];
}

function waitsAt({waitsUntil}: HostLimit, now: number): boolean {
  return waitsUntil !== null && waitsUntil > now;
}

/** `local disk: 16 in flight (limit 32: steady)` */
function limitLine(host: HostLimit, rate: number | null, now: number): Line {
  const {inFlight, limit, reason, waitsUntil, perSecond} = host;
  // The operator's own rate holds for all hosts, and is told once.
  const pace = perSecond === null || perSecond === rate ? '' : `, at most ${Number(perSecond.toFixed(2))}/s`;
  const waits = waitsAt(host, now) ? `waits ${Math.ceil(((waitsUntil ?? now) - now) / 1_000)} s, ` : '';
  return [
    {text: `${host.host}: `, tone: 'dim'},
    {text: waits, tone: 'warn'},
    {text: `${number(inFlight)} in flight (limit ${number(limit)}: ${reason}${pace})`},
  ];
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

/** The newest entries, oldest of them first, each from its beginning; only the newest may be cut at its end. */
export function logLines({log}: RunView, height: number, width: number): readonly Line[] {
  let shown: readonly Line[] = [];
  for (const entry of log.slice(-height).toReversed()) {
    const lines = entryLines(entry, width);
    if (shown.length + lines.length > height) return shown.length === 0 ? lines.slice(0, height) : shown;
    shown = [...lines, ...shown];
  }
  return shown;
}

function entryLines({at, level, text, times}: LogLine, width: number): readonly Line[] {
  const clock = new Date(at).toISOString().slice(11, 19);
  const said = times === 1 ? text : `${text} ×${number(times)}`;
  const lines = level === 'info' ? [said] : wrapText(said, Math.max(10, width - 10));
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
