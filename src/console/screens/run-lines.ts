import {listedOf, type Tally} from '../../core/accounting.ts';
import type {HostLimit} from '../../core/event.ts';
import {bytesText, clockDuration, number} from '../../core/words.ts';
import {barSpans, sparkline} from '../bar.ts';
import type {Line, Span, Tone} from '../line.ts';
import {etaOf} from '../pace.ts';
import {progressOf, stalledFor, waitText} from '../progress.ts';
import type {LogLine, RunView} from '../run-view.ts';
import {fitLine, lineWidth} from '../text.ts';
import {wrapText} from '../wrap.ts';

/** The lines about a run that several screens show. */

export interface AtNow {
  readonly width: number;
  readonly now: number;
  /** Items that the run of this kind before listed, where the total is not known. */
  readonly lastTotal: number | null;
}

const barWidth = {least: 8, most: 60};

/** `━━━━━━━━╍╍──────  1,204/2,238  53.80 %  20–31 s` */
export function barLine(run: RunView, {width, lastTotal}: AtNow): Line {
  const {done, underWay, total, isSure, share} = progressOf(run, lastTotal);
  const eta = total === null || run.ended !== null ? null : etaOf(run.pace, Math.max(0, total - done));
  const count = `${number(done)}/${isSure ? '' : 'about '}${number(total ?? done)}`;
  const behind: readonly Span[] = [
    {text: `  ${count}`},
    ...(share === null ? [] : [{text: `  ${shareText(share).padStart(6)} %`, tone: 'strong' as const}]),
    ...(eta === null ? [] : [{text: `  ${etaText(eta)}`}]),
  ];
  // Without a total a bar would say nothing.
  if (total === null) return [{text: `${number(done)} so far`}];
  const room = Math.max(barWidth.least, Math.min(barWidth.most, width - lineWidth(behind)));
  return [...barSpans(room, done, underWay, total), ...behind];
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

const parts: readonly {
  readonly of: keyof Tally;
  readonly done: string;
  readonly planned: string;
  readonly tone?: Tone;
}[] = [
  {of: 'inserted', done: 'inserted', planned: 'to insert'},
  {of: 'updated', done: 'updated', planned: 'to update'},
  {of: 'deleted', done: 'deleted', planned: 'to delete'},
  {of: 'unchanged', done: 'unchanged', planned: 'unchanged'},
  {of: 'skipped', done: 'skipped', planned: 'to skip'},
  {of: 'failed', done: 'failed', planned: 'failed', tone: 'bad'},
  {of: 'pending', done: 'pending', planned: 'pending'},
];

export function partWord(of: keyof Tally, isDry: boolean): string {
  const part = parts.find(known => known.of === of);
  return part === undefined ? of : isDry ? part.planned : part.done;
}

/** `2,238 listed = 882 inserted + 1,289 updated + 66 unchanged + 1 failed`, on as many lines as it takes. */
export function identityLines({snapshot}: RunView, width: number): readonly Line[] {
  const {tally, mode} = snapshot;
  const isDry = mode === 'dry-run';
  const shown = parts.filter(({of}) => tally[of] !== 0 || of === 'failed' || of === 'pending');
  const head: Line = [{text: `${number(listedOf(tally))} listed`, tone: 'strong'}, {text: ' = '}];
  const terms = shown.map(
    ({of, tone}, index): Line => [
      {text: index === 0 ? '' : '+ '},
      {
        text: `${number(tally[of])} ${partWord(of, isDry)}`,
        ...(tone !== undefined && tally[of] > 0 ? {tone} : {}),
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

/** `64/s ▂▃▅▆▇▇▆▅  12.4 MiB/s  16 in flight (limit 32: steady)`, and what it waits for. */
export function paceLines(run: RunView, {width, now}: AtNow): readonly Line[] {
  const {pace, perSecond, snapshot} = run;
  const rate = pace.fast === null ? '–' : number(Math.round(pace.fast));
  const head: Line = [
    {text: `${rate} items/s `},
    ...sparkline(perSecond, Math.max(8, Math.min(30, width - 50))),
    {text: pace.bytes === null ? '' : `  ${bytesText(pace.bytes)}/s read`},
    {text: `  ${clockDuration((now - run.startedAt) / 1_000)}`, tone: 'dim'},
  ];
  const wait = waitText(run, now);
  const isStalled = stalledFor(run, now) !== null;
  return [
    fitLine(head, width),
    ...snapshot.limits.map(limit => fitLine(limitLine(limit, snapshot.rate, now), width)),
    ...(snapshot.rate === null
      ? []
      : [
          [
            {
              text: `at most ${Number(snapshot.rate.toFixed(1))} items a second (+ and - change it)`,
              tone: 'dim' as const,
            },
          ],
        ]),
    ...(run.stopping === null
      ? []
      : [[{text: `coming to rest: ${run.stopping.message}`, tone: 'warn' as const}]]),
    ...(wait === null ? [] : [[{text: wait, tone: isStalled ? ('warn' as const) : ('dim' as const)}]]),
  ];
}

/** `local disk: 16 in flight (limit 32: steady)` */
export function limitLine(
  {host, inFlight, limit, reason, waitsUntil, perSecond}: HostLimit,
  rate: number | null,
  now: number,
): Line {
  // The operator's own rate holds for all hosts, and is told once.
  const pace = perSecond === null || perSecond === rate ? '' : `, at most ${Number(perSecond.toFixed(2))}/s`;
  const waits =
    waitsUntil === null || waitsUntil <= now ? '' : `, waits ${Math.ceil((waitsUntil - now) / 1_000)} s`;
  return [
    {text: `${host}: `, tone: 'dim'},
    {text: `${number(inFlight)} in flight (limit ${number(limit)}: ${reason}${pace})`},
    {text: waits, tone: 'warn'},
  ];
}

const logTones = {info: 'dim', warning: 'warn', error: 'bad'} as const satisfies Record<
  LogLine['level'],
  Tone
>;

/** The newest lines, oldest of them first. */
export function logLines({log}: RunView, height: number, width: number): readonly Line[] {
  return log
    .slice(-height)
    .flatMap(({at, level, text, times}) => {
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
    })
    .slice(-height);
}
