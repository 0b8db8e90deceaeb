import {bytesText, clockDuration, number} from '../../core/words.ts';
import {sparkline} from '../bar.ts';
import type {Layout} from '../layout.ts';
import type {Line} from '../line.ts';
import {waitText} from '../progress.ts';
import {repositoryRunOf} from '../repository-run.ts';
import type {RunView} from '../run-view.ts';
import {fitLine, lineWidth} from '../text.ts';
import {limitLines} from './host-lines.ts';
import {motionLines} from './motion-lines.ts';
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
  const {snapshot} = run;
  const items = repositoryRunOf(run)?.nouns.items ?? ['item', 'items'];
  const wait = waitText(run, now);
  const limits = limitLines(run, now, hosts, width);
  const warned = (text: string) =>
    isTerse ? [fitLine([{text, tone: 'warn'}], width)] : paragraph(text, width, 'warn');
  return [
    fitLine(headLine(run, width, now), width),
    ...motionLines(run, width, isTerse ? 1 : hosts),
    ...(run.stopping === null ? [] : warned(`coming to rest: ${run.stopping.message}`)),
    ...(wait === null ? [] : warned(wait)),
    ...(isTerse ? limits.slice(0, 1) : limits),
    ...(snapshot.rate === null
      ? []
      : [
          [
            {
              text: `at most ${number(Number(snapshot.rate.toFixed(snapshot.rate < 10 ? 1 : 0)))} ${items[1]} a second (+ and - change it)`,
              tone: 'dim' as const,
            },
          ],
        ]),
  ];
}

function headLine(run: RunView, width: number, now: number): Line {
  const {pace, partitionPace, perSecond, startedAt} = run;
  const nouns = repositoryRunOf(run)?.nouns ?? null;
  const read: Line = [{text: pace.bytes === null ? '' : `  ${bytesText(pace.bytes)}/s read`}];
  const clock: Line = [{text: `  ${clockDuration((now - startedAt) / 1_000)}`, tone: 'dim'}];
  if (nouns === null) {
    const rate = pace.fast === null ? '–' : number(Math.round(pace.fast));
    const spark = sparkline(perSecond, sparkWidth(width - 50));
    return [{text: `${rate} items/s `}, ...spark, ...read, ...clock];
  }
  const rates = [
    `${rateText(pace.fast)} ${nouns.items[1]}/s`,
    `${rateText(partitionPace.fast)} ${nouns.repositories[1]}/s `,
  ].join(', ');
  // Where there is no room for all of it, what is read goes first, then the clock.
  const ways: readonly Line[] = [[...read, ...clock], clock, []];
  const roomFor = (way: Line) => width - lineWidth([{text: rates}, ...way]);
  const behind = ways.find(way => roomFor(way) >= leastSpark) ?? [];
  return [{text: rates}, ...sparkline(perSecond, sparkWidth(roomFor(behind))), ...behind];
}

const leastSpark = 8;

function sparkWidth(room: number): number {
  return Math.max(leastSpark, Math.min(30, room));
}

/** Repositories are slower than records: a few a second are told to a tenth. */
function rateText(rate: number | null): string {
  if (rate === null) return '–';
  return rate > 0 && rate < 10 ? rate.toFixed(1) : number(Math.round(rate));
}
