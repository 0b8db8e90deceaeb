import type {HostLimit} from '../../core/event.ts';
import {isDown} from '../../core/repository-counts.ts';
import {counted, number, withoutName} from '../../core/words.ts';
import {byNeed, needOf, needyFirst} from '../hosts.ts';
import type {Line, Span} from '../line.ts';
import type {RunView} from '../run-view.ts';
import {fitLine, fitted, lineWidth, widthOf} from '../text.ts';

/** How hosts are asked, a line each: which of them, where there are more than there is room for, and what is said. */

/** Those that need somebody come first; of more than there is room for it is said how many they are, and how they stand. */
export function limitLines(
  {snapshot: {limits, rate}, ended}: Pick<RunView, 'snapshot' | 'ended'>,
  now: number,
  most: number,
  width: number,
): readonly Line[] {
  const asked = {rate, now, width, names: 0, isOver: ended !== null};
  // As long as all are seen, none changes its place without need.
  const ordered = limits.length > most ? byNeed(limits, now) : needyFirst(limits, now);
  const hidden = ordered.slice(most);
  return [
    ...ordered.slice(0, most).map(limit => hostLine(limit, asked)),
    ...(hidden.length === 0 ? [] : [hiddenLine(hidden, now, width)]),
  ];
}

/** `and 290 hosts more: 12 down, 3 wait, 44 in flight` */
function hiddenLine(hidden: readonly HostLimit[], now: number, width: number): Line {
  const inFlight = hidden.reduce((sum, limit) => sum + limit.inFlight, 0);
  const down = hidden.filter(isDown).length;
  const waiting = hidden.filter(limit => needOf(limit, now) === 'waits').length;
  const parts = [
    ...(down === 0 ? [] : [`${number(down)} down`]),
    ...(waiting === 0 ? [] : [counted(waiting, 'waits', 'wait')]),
    `${number(inFlight)} in flight`,
  ];
  const text = `and ${counted(hidden.length, 'host')} more: ${parts.join(', ')}`;
  const key = ' (H lists all)';
  return [{text: text.length + key.length <= width ? text + key : text, tone: 'dim'}];
}

interface Asked {
  /** The operator's own, which holds for all hosts. */
  readonly rate: number | null;
  readonly now: number;
  readonly width: number;
  /** Where hosts stand one below the other: what is said of them begins behind so many cells. */
  readonly names: number;
  /** The run has ended: nothing is tried any more. */
  readonly isOver: boolean;
}

export function hostLine(host: HostLimit, asked: Asked): Line {
  return isDown(host) ? downLine(host, asked) : limitLine(host, asked);
}

/** `lock.example: down 3 min, 412 wait, next try in 8 s: connect ECONNREFUSED`; a long message is cut. */
function downLine(
  {host, aside: {since, until, waiting, fault}}: HostLimit & Required<Pick<HostLimit, 'aside'>>,
  {now, width, names, isOver}: Asked,
): Line {
  const seconds = Math.ceil((until - now) / 1_000);
  const again = seconds > 0 ? `next try in ${number(seconds)} s` : 'being tried';
  const wait = waiting === 0 ? '' : `${counted(waiting, 'waits', 'wait')}, `;
  const said = [
    {text: isOver ? 'down' : `down ${shortDuration((now - since) / 1_000)}, `, tone: 'bad' as const},
    {text: isOver ? '' : `${wait}${again}`},
    {text: `: ${withoutName(fault.message, host)}`, tone: 'dim' as const},
  ];
  const name = hostName(host, width - lineWidth(said.slice(0, 2)), names);
  return fitLine([name, ...said], width);
}

/** `45 s`, `3 min`, `2 h`: since when, at a glance. */
function shortDuration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole} s`;
  return whole < 3_600 ? `${Math.floor(whole / 60)} min` : `${Math.floor(whole / 3_600)} h`;
}

/** `local disk: 16 in flight (limit 32: steady)`; where the reason would be cut off, `local disk: 16/32: steady`. */
function limitLine(host: HostLimit, {rate, now, width, names}: Asked): Line {
  const {inFlight, limit, reason, waitsUntil, perSecond} = host;
  // The operator's own rate holds for all hosts, and is told once.
  const pace =
    perSecond === null || perSecond === rate ? '' : `, at most ${number(Number(perSecond.toFixed(2)))}/s`;
  const waits =
    needOf(host, now) === 'waits' ? `waits ${Math.ceil(((waitsUntil ?? now) - now) / 1_000)} s, ` : '';
  const line = (name: Span, text: string): Line => [name, {text: waits, tone: 'warn'}, {text}];
  const least = `${number(inFlight)}/${number(limit)}: ${reason}`;
  const ways = [
    `${number(inFlight)} in flight (limit ${number(limit)}: ${reason}${pace})`,
    least + pace,
    least,
  ];
  const whole = hostName(host.host, Number.POSITIVE_INFINITY, names);
  const fitting = ways.map(text => line(whole, text)).find(each => lineWidth(each) <= width);
  if (fitting !== undefined) return fitting;
  const room = width - lineWidth(line({text: ''}, least));
  return fitLine(line(hostName(host.host, room, names), least), width);
}

/** Cells of a host's name by which it is still known. */
const leastName = 16;

/** Its name with a colon in so much room, or in the column that is wanted where that is less. */
function hostName(host: string, room: number, names: number): Span {
  const width = names === 0 ? widthOf(host) : names;
  const shown = fitted(host, Math.min(width, Math.max(leastName, room - 2)), 'middle');
  return {text: `${shown.trimEnd()}: ${' '.repeat(shown.length - shown.trimEnd().length)}`, tone: 'dim'};
}
