import type {BackfillWords, Noun} from '../backfills/backfill.ts';
import {type CheckResult, type CoverageGroup, percent, type Summary} from '../core/checks.ts';
import type {HostLimit} from '../core/event.ts';
import {printableKey} from '../core/keys.ts';
import {counted, number} from '../core/words.ts';

/** Lines about what was measured, in plain output. */

/** Hosts whose requests are told one by one. */
const shownHosts = 12;

/** How each service was asked; of more than there is room for, those that were asked most. */
export function requestLines(limits: readonly HostLimit[], at: number): readonly string[] {
  if (limits.length <= shownHosts) return limits.map(limit => limitLine(limit, at));
  const ordered = limits.toSorted((a, b) => b.requests - a.requests);
  const rest = ordered.slice(shownHosts);
  const requests = rest.reduce((sum, limit) => sum + limit.requests, 0);
  return [
    ...ordered.slice(0, shownHosts).map(limit => limitLine(limit, at)),
    `and ${counted(rest.length, 'host')} more: ${counted(requests, 'request')}`,
  ];
}

/** `D1 of account 8f14e45f: 21 requests, 2.4 a second (at most 3: limit of the account)` */
function limitLine({host, requests, firstAt, perSecond, reason}: HostLimit, at: number): string {
  const seconds = (at - (firstAt ?? at)) / 1_000;
  // Of the requests' beginnings: the first of them took no time.
  const rate = seconds < 2 ? '' : `, ${((requests - 1) / seconds).toFixed(1)} a second`;
  const most = perSecond === null ? '' : ` (at most ${number(Number(perSecond.toFixed(2)))}: ${reason})`;
  return `${host}: ${counted(requests, 'request')}${rate}${most}`;
}

export function checkLine({title, severity, count, note, counts}: CheckResult, rows: Noun): string {
  const sign = count === 0 ? '✔' : severity === 'blocking' ? '✖' : '!';
  return `  ${sign} ${title}${count === 0 ? '' : `: ${counted(count, ...(counts ?? rows))}`}${note === undefined ? '' : ` (${note})`}`;
}

export function breachLines({sample, count}: CheckResult): readonly string[] {
  const rest = count - sample.length;
  return [
    ...sample.map(({key, detail}) => `      ${printableKey(key)}: ${detail}`),
    ...(rest > 0 && sample.length > 0 ? [`      … and ${number(rest)} more`] : []),
  ];
}

/** Coverage groups that are shown; all are in the ledger and in --json. */
const shownGroups = 20;

/** Coverage of the whole and of the first groups, under a heading; nothing where none was measured. */
export function coverageSection(
  groups: readonly CoverageGroup[],
  words: BackfillWords,
  isWhole: boolean,
): readonly string[] {
  if (groups.length === 0) return [];
  const shown = isWhole ? groups : groups.slice(0, shownGroups + 1);
  const width = Math.min(30, Math.max(...shown.map(({group}) => printableKey(group).length), 3));
  const rest = groups.length - shown.length;
  return [
    'coverage',
    ...shown.flatMap(group => coverageLines(group, words, width)),
    ...(rest > 0 ? [`  … and ${number(rest)} more groups`] : []),
  ];
}

/** `bgm/  97.05 %  1,170 of 1,204 objects have a row with a hash; 1,170 of 1,200 rows`, and what is missing below it. */
export function coverageLines(
  {group, done, total, rows, rowsDone, objects, missing = {}, ms}: CoverageGroup,
  words: BackfillWords,
  width: number,
): readonly string[] {
  const name = group === '*' ? 'all' : printableKey(group);
  const share = total === 0 ? '     – %' : `${percent(done, total).toFixed(2).padStart(6)} %`;
  const causes = Object.entries(missing).map(([cause, count]) => `${number(count)} ${cause}`);
  const ofRows =
    rows === undefined || rowsDone === undefined
      ? ''
      : `; ${ms === undefined ? `${number(rowsDone)} of ${number(rows)}` : number(rows)} ${words.rows[1]}`;
  const beside =
    objects === undefined
      ? `${words.rows[1]} ${words.done.rows}`
      : `${words.items[1]} ${words.done.items}${ofRows}`;
  return [
    `  ${name.padEnd(width)}  ${share}  ${number(done)} of ${number(total)} ${beside}`,
    ...(causes.length === 0 ? [] : [`  ${' '.repeat(width)}            missing: ${causes.join(', ')}`]),
  ];
}

/** A summary as a table: each figure before and now. */
export function figureLines({title, figures}: Summary): readonly string[] {
  const name = Math.max(title.length, ...figures.map(figure => figure.name.length + 2));
  const text = (value: number | null) => (value === null ? '–' : number(value));
  const width = Math.max(
    6,
    ...figures.flatMap(({before, value}) => [text(before).length, text(value).length]),
  );
  const columns = (first: string, second: string) => `  ${first.padStart(width)}  ${second.padStart(width)}`;
  return [
    `${title.padEnd(name)}${columns('before', 'now')}`,
    ...figures.map(
      figure => `  ${figure.name.padEnd(name - 2)}${columns(text(figure.before), text(figure.value))}`,
    ),
  ];
}
