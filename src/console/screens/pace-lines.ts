import type {HostLimit, Snapshot} from '../../core/event.ts';
import {bytesText, clockDuration, counted, number} from '../../core/words.ts';
import {sparkline} from '../bar.ts';
import type {Layout} from '../layout.ts';
import type {Line} from '../line.ts';
import {waitText} from '../progress.ts';
import type {RunView} from '../run-view.ts';
import {fitLine, fitted, lineWidth} from '../text.ts';
import type {AtNow} from './run-lines.ts';
import {paragraph} from './wrapped.ts';

/** How fast a run goes, what it waits for, and how its hosts are asked. */

/** Hosts that are told one by one. */
export function hostsIn({rows, isCompact}: Layout): number {
  return isCompact ? 1 : rows < 32 ? 3 : 12;
}

/**
 * `64 items/s ▂▃▅▆▇▇▆▅  12.4 MiB/s read`, what it waits for, and the limits of at most `hosts` hosts. Where it is terse
 * each of them takes one line, however much there is to say.
 */
export function paceLines(
  run: RunView,
  {width, now, hosts, isTerse = false}: AtNow & {readonly hosts: number; readonly isTerse?: boolean},
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
  const limits = limitLines(snapshot, now, hosts, width);
  const warned = (text: string) =>
    isTerse ? [fitLine([{text, tone: 'warn'}], width)] : paragraph(text, width, 'warn');
  return [
    fitLine(head, width),
    ...(run.stopping === null ? [] : warned(`coming to rest: ${run.stopping.message}`)),
    ...(wait === null ? [] : warned(wait)),
    ...(isTerse ? limits.slice(0, 1) : limits),
    ...(snapshot.rate === null
      ? []
      : [
          [
            {
              text: `at most ${number(Number(snapshot.rate.toFixed(snapshot.rate < 10 ? 1 : 0)))} items a second (+ and - change it)`,
              tone: 'dim' as const,
            },
          ],
        ]),
  ];
}

/** Those that wait come first; of more than there is room for it is said how many they are. */
export function limitLines(
  {limits, rate}: Snapshot,
  now: number,
  most: number,
  width: number,
): readonly Line[] {
  const ordered = limits.toSorted((a, b) => Number(waitsAt(b, now)) - Number(waitsAt(a, now)));
  const hidden = ordered.slice(most);
  const inFlight = hidden.reduce((sum, limit) => sum + limit.inFlight, 0);
  return [
    ...ordered.slice(0, most).map(limit => limitLine(limit, rate, now, width)),
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

/** `local disk: 16 in flight (limit 32: steady)`; where the reason would be cut off, `local disk: 16/32: steady`. */
function limitLine(host: HostLimit, rate: number | null, now: number, width: number): Line {
  const {inFlight, limit, reason, waitsUntil, perSecond} = host;
  // The operator's own rate holds for all hosts, and is told once.
  const pace =
    perSecond === null || perSecond === rate ? '' : `, at most ${number(Number(perSecond.toFixed(2)))}/s`;
  const waits = waitsAt(host, now) ? `waits ${Math.ceil(((waitsUntil ?? now) - now) / 1_000)} s, ` : '';
  const line = (name: string, text: string): Line => [
    {text: `${name}: `, tone: 'dim'},
    {text: waits, tone: 'warn'},
    {text},
  ];
  const least = `${number(inFlight)}/${number(limit)}: ${reason}`;
  const ways = [
    `${number(inFlight)} in flight (limit ${number(limit)}: ${reason}${pace})`,
    least + pace,
    least,
  ];
  const fitting = ways.map(text => line(host.host, text)).find(each => lineWidth(each) <= width);
  if (fitting !== undefined) return fitting;
  const room = width - lineWidth(line('', least));
  return fitLine(line(fitted(host.host, Math.max(leastName, room), 'middle').trimEnd(), least), width);
}

/** Cells of a host's name by which it is still known. */
const leastName = 16;
