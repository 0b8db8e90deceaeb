import {listedOf, type Tally} from '../core/accounting.ts';
import {type CheckResult, type CoverageGroup, percent} from '../core/checks.ts';
import type {HostLimit} from '../core/event.ts';
import {printableKey} from '../core/keys.ts';
import type {RunRecord} from '../ledger/records.ts';
import {shellWord} from '../runbook/shell-word.ts';

/** How numbers, counts and commands are worded, in plain output. */

export function number(value: number): string {
  return value.toLocaleString('en-US');
}

export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${number(count)} ${count === 1 ? noun : plural}`;
}

export function bytesText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1_024 && unit < units.length - 1) {
    value /= 1_024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** `0.4 s`, `1 min 15 s`, `2 h 5 min`. */
export function durationText(seconds: number): string {
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const hours = Math.floor(whole / 3_600);
  const minutes = Math.floor((whole % 3_600) / 60);
  return hours === 0 ? `${minutes} min ${whole % 60} s` : `${hours} h ${minutes} min`;
}

/** The time of day, in UTC as in a run's id. */
export function clockText(at: number): string {
  return `${new Date(at).toISOString().slice(11, 16)} UTC`;
}

/** `D1 of account 8f14e45f: 21 requests, 2.4 a second (at most 3: limit of the account)` */
export function limitLine({host, requests, firstAt, perSecond, reason}: HostLimit, at: number): string {
  const seconds = (at - (firstAt ?? at)) / 1_000;
  // Of the requests' beginnings: the first of them took no time.
  const rate = seconds < 2 ? '' : `, ${((requests - 1) / seconds).toFixed(1)} a second`;
  const most = perSecond === null ? '' : ` (at most ${Number(perSecond.toFixed(2))}: ${reason})`;
  return `${host}: ${counted(requests, 'request')}${rate}${most}`;
}

const decided: readonly (readonly [keyof Tally, string, string])[] = [
  ['inserted', 'inserted', 'to insert'],
  ['updated', 'updated', 'to update'],
  ['deleted', 'deleted', 'to delete'],
  ['unchanged', 'unchanged', 'unchanged'],
  ['skipped', 'skipped', 'to skip'],
  ['failed', 'failed', 'failed'],
  ['pending', 'pending', 'pending'],
];

/** The accounting identity in words; what is zero is left out, except where nothing at all was listed. */
export function identityText(tally: Tally, isDry: boolean): string {
  const parts = decided
    .filter(([name]) => tally[name] !== 0)
    .map(([name, past, future]) => `${number(tally[name])} ${isDry ? future : past}`);
  return `${number(listedOf(tally))} listed${parts.length === 0 ? '' : ` = ${parts.join(' + ')}`}`;
}

export function modeText({mode, undoes}: Pick<RunRecord, 'mode' | 'undoes'>): string {
  if (mode === 'dry-run') return undoes === null ? 'dry run' : 'dry run of an undo';
  return mode;
}

/** `prefix bgm/, maxItems 10`, or `everything`. */
export function scopeText(scope: unknown): string {
  const narrowed = Object.entries(scope ?? {}).filter(([, value]) => value !== null && value !== '');
  return narrowed.length === 0
    ? 'everything'
    : narrowed.map(([name, value]) => `${name} ${String(value)}`).join(', ');
}

export function checkLine({title, severity, count, note}: CheckResult): string {
  const sign = count === 0 ? '✔' : severity === 'blocking' ? '✖' : '!';
  return `  ${sign} ${title}${count === 0 ? '' : `: ${counted(count, 'breach', 'breaches')}`}${note === undefined ? '' : ` (${note})`}`;
}

export function breachLines({sample, count}: CheckResult): readonly string[] {
  const rest = count - sample.length;
  return [
    ...sample.map(({key, detail}) => `      ${printableKey(key)}: ${detail}`),
    ...(rest > 0 && sample.length > 0 ? [`      … and ${number(rest)} more`] : []),
  ];
}

/** `bgm/  97.05 %  1,170 of 1,204 objects have a hash; 1,170 of 1,200 rows`, and what is missing below it. */
export function coverageLines(
  {group, done, total, rows, rowsDone, objects, missing = {}}: CoverageGroup,
  width: number,
): readonly string[] {
  const name = group === '*' ? 'all' : printableKey(group);
  const share = total === 0 ? '     – %' : `${percent(done, total).toFixed(2).padStart(6)} %`;
  const causes = Object.entries(missing).map(([cause, count]) => `${number(count)} ${cause}`);
  const beside =
    objects === undefined
      ? 'rows have a hash'
      : `objects have a hash; ${number(rowsDone)} of ${number(rows)} rows`;
  return [
    `  ${name.padEnd(width)}  ${share}  ${number(done)} of ${number(total)} ${beside}`,
    ...(causes.length === 0 ? [] : [`  ${' '.repeat(width)}            missing: ${causes.join(', ')}`]),
  ];
}

export function commandText(words: readonly string[]): string {
  return words.map(shellWord).join(' ');
}
