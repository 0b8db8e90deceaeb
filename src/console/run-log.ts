import {outcomes, type Tally} from '../core/accounting.ts';
import type {RunEvent} from '../core/event.ts';
import {printableKey} from '../core/keys.ts';
import {counted, durationText, number, withoutName} from '../core/words.ts';
import {type LogLine, logLines} from './run-view.ts';

/**
 * A run's log for people: a ring of lines. Pages in a row are one line that counts, a host's waiting requests one line
 * every five seconds, the same line twice is one. Where the ring is full, failures stay longest: at least half of it is
 * theirs. Everything is in the ledger; this is what was newest.
 */

export interface Log {
  readonly lines: readonly LogLine[];
  readonly memory: LogMemory;
}

/** What was added before, as far as later lines depend on it. */
export interface LogMemory {
  /** Of the newest line, where it is one of pages. */
  readonly pages: Settled | null;
  readonly waits: readonly HostWaits[];
  /** When it was last told how far repositories are. */
  readonly progressAt: number;
  /** Which of their failures were told one by one, by kind and host. */
  readonly named: readonly string[];
}

interface Settled {
  readonly settled: number;
  readonly failed: number;
}

interface HostWaits {
  readonly host: string;
  readonly toldAt: number;
  /** Since then. */
  readonly waits: number;
  readonly soonestAt: number;
}

type Failure = Extract<RunEvent, {type: 'failure'}>;
type Page = Extract<RunEvent, {type: 'page'}>;
type Retrying = Extract<RunEvent, {type: 'retrying'}>;

const waitingEveryMs = 5_000;
const waitingHosts = 32;
/** Characters; a service may answer with a page of HTML. */
const longest = 400;

export const noLog: Log = {
  lines: [],
  memory: {pages: null, waits: [], progressAt: Number.NEGATIVE_INFINITY, named: []},
};

export function logged({lines, memory}: Log, at: number, level: LogLine['level'], said: string): Log {
  const text = oneLine(said);
  const newest = lines.at(-1);
  const isSame = newest !== undefined && newest.text === text && newest.level === level;
  return {
    lines: isSame
      ? [...lines.slice(0, -1), {...newest, at, times: newest.times + 1}]
      : [...room(lines), {at, level, text, times: 1}],
    memory: memory.pages === null ? memory : {...memory, pages: null},
  };
}

/** `50 settled, up to kcs2/img/0024.png`; of several pages in a row it is one line, with their sum. */
export function pageLogged(log: Log, {cursor, settled: tally, snapshot: {at}}: Page): Log {
  const before = log.memory.pages;
  const newest = log.lines.at(-1);
  const pages = {
    settled: (before?.settled ?? 0) + settledOf(tally),
    failed: (before?.failed ?? 0) + tally.failed,
  };
  const failed = pages.failed === 0 ? '' : `, ${number(pages.failed)} of them failed`;
  const isFolded = before !== null && newest !== undefined;
  const text = oneLine(`${number(pages.settled)} settled${failed}, up to ${printableKey(cursor)}`);
  const kept = isFolded ? log.lines.slice(0, -1) : room(log.lines);
  return {
    lines: [...kept, {at, level: 'info', text, times: isFolded ? newest.times + 1 : 1}],
    memory: {...log.memory, pages},
  };
}

/** `r2.example: 12 requests wait (503 SlowDown), the next in 1.0 s`, unless the host's last such line is too young. */
export function waitLogged(log: Log, {host, waitMs, fault, snapshot: {at}}: Retrying): Log {
  const known = log.memory.waits.find(each => each.host === host);
  const waits = (known?.waits ?? 0) + 1;
  const until = at + waitMs;
  const soonestAt = known === undefined || known.soonestAt < at ? until : Math.min(known.soonestAt, until);
  const others = log.memory.waits.filter(each => each !== known).slice(1 - waitingHosts);
  if (known !== undefined && at - known.toldAt < waitingEveryMs)
    return {...log, memory: {...log.memory, waits: [...others, {...known, waits, soonestAt}]}};
  const text = `${host}: ${counted(waits, 'request')} ${waits === 1 ? 'waits' : 'wait'} (${fault.message}), the next in ${durationText((soonestAt - at) / 1_000)}`;
  const told = logged(log, at, 'warning', text);
  const fresh = {host, toldAt: at, waits: 0, soonestAt: Number.POSITIVE_INFINITY};
  return {...told, memory: {...told.memory, waits: [...others, fresh]}};
}

/** `failed (timeout): a.png: no answer`; what has no key is a partition, under the name that those have. */
export function failureText({key, partition, fault, isStream}: Failure, noun = 'partition'): string {
  const what = isStream ? `${partition} was not read to its end` : key === '' ? `${noun} ${partition}` : key;
  const message = key === '' ? withoutName(fault.message, partition) : fault.message;
  return `failed (${fault.kind}): ${message.startsWith(what) ? message : `${what}: ${message}`}`;
}

export function settledOf(tally: Tally): number {
  return outcomes.reduce((sum, outcome) => sum + tally[outcome], 0);
}

/** In the line of its kind, which comes to the end; `times` says how often it came, or stays 1 where the text tells. */
export function gathered(
  {lines, memory}: Log,
  at: number,
  level: LogLine['level'],
  {of, text, isCounted}: {readonly of: string; readonly text: string; readonly isCounted: boolean},
): Log {
  const index = lines.findLastIndex(line => line.of === of);
  const before = lines[index];
  const line = {at, level, text: oneLine(text), times: isCounted ? (before?.times ?? 0) + 1 : 1, of};
  return {
    lines: [...(before === undefined ? room(lines) : lines.toSpliced(index, 1)), line],
    memory: memory.pages === null ? memory : {...memory, pages: null},
  };
}

/** What stays of the lines when another is added. */
function room(lines: readonly LogLine[]): readonly LogLine[] {
  if (lines.length < logLines) return lines;
  const others = lines.reduce((sum, {level}) => (level === 'error' ? sum : sum + 1), 0);
  const leaving = others >= logLines / 2 ? lines.findIndex(({level}) => level !== 'error') : 0;
  return lines.toSpliced(leaving, 1);
}

function oneLine(text: string): string {
  if (text.length <= longest) return printableKey(text);
  return `${printableKey(text.slice(0, longest).replace(/[\ud800-\udbff]$/, ''))}…`;
}
