import {setAside} from '../../core/repository-counts.ts';
import {number} from '../../core/words.ts';
import {shareSpans} from '../bar.ts';
import type {Line, Span} from '../line.ts';
import type {Progress} from '../progress.ts';
import {type RepositoryRun, repositoriesEta} from '../repository-run.ts';
import type {RunView} from '../run-view.ts';
import {lineWidth} from '../text.ts';
import {etaText, shareText} from './progress-text.ts';

/** How far a run is with repositories, which it finds while it is on. */

/** `━━━━━━━━───  8,241/12,345 repositories  66.75 %  3–4 min left`, or `8,241 of 12,345 repositories so far`. */
export function repositoriesBar(
  run: RunView,
  repositories: RepositoryRun,
  {share}: Progress,
  {width, isMoving}: {readonly width: number; readonly isMoving: boolean},
): Line {
  const {ended, found, isOver, nouns} = repositories;
  const [, several] = nouns.repositories;
  if (!isOver) return [{text: `${number(ended)} of ${number(found)} ${several} so far`}];
  const eta = isMoving ? repositoriesEta(run, repositories) : null;
  const rest = found - ended;
  // What waits for a host that is down takes nobody knows how long.
  const time =
    eta !== null
      ? etaText(eta)
      : isMoving && rest > 0 && rest === setAside(run.snapshot).waiting
        ? 'hosts are down'
        : null;
  const figures: readonly Span[] = [
    ...(share === null ? [] : [{text: `  ${shareText(share).padStart(6)} %`, tone: 'strong' as const}]),
    ...(time === null ? [] : [{text: `  ${time}`}]),
  ];
  const count = `  ${number(ended)}/${number(found)}`;
  const long: readonly Span[] = [{text: `${count} ${several}`}, ...figures];
  const behind = width - lineWidth(long) >= bar.good ? long : [{text: count}, ...figures];
  const room = Math.max(bar.least, Math.min(bar.most, width - lineWidth(behind)));
  return [...shareSpans(room, share ?? 0, share ?? 0), ...behind];
}

const bar = {least: 8, good: 16, most: 60};

/** `repositories: 12,345 found so far, 11,900 resolved, 8,204 fetched, 37 failed, 412 set aside`, on up to two lines. */
export function repositoryLines(
  {snapshot}: RunView,
  {found, resolved, fetched, failed, isOver, nouns}: RepositoryRun,
  width: number,
): readonly Line[] {
  const aside = setAside(snapshot).waiting;
  const head: Span = {text: `${nouns.repositories[1]}: `, tone: 'dim'};
  const all: readonly Span[] = [
    {text: `${number(found)} found${isOver ? '' : ' so far'}`},
    ...(resolved === null ? [] : [{text: `${number(resolved)} resolved`}]),
    {text: `${number(fetched)} fetched`},
    {text: `${number(failed)} failed`, ...(failed === 0 ? {} : {tone: 'bad' as const})},
    ...(aside === 0 ? [] : [{text: `${number(aside)} set aside`, tone: 'warn' as const}]),
  ];
  const lines: Line[] = [];
  let line: Line = [head];
  for (const [index, part] of all.entries()) {
    const isFirst = line.length === 1;
    const next = [...line, ...(isFirst ? [] : [{text: ' '}]), part];
    const comma: Line = index === all.length - 1 ? [] : [{text: ','}];
    if (isFirst || lineWidth([...next, ...comma]) <= width) line = [...next, ...comma];
    else {
      lines.push(line);
      line = [{text: ' '.repeat(lineWidth([head]))}, part, ...comma];
    }
  }
  return [...lines, line];
}

/** The same in one line that is short: `repositories 8,204/12,345, 37 failed, 412 aside`. */
export function repositoriesShort(
  {snapshot}: RunView,
  {found, fetched, failed, isOver, nouns}: RepositoryRun,
): Line {
  const aside = setAside(snapshot).waiting;
  return [
    {text: `${nouns.repositories[1]} `, tone: 'dim'},
    {text: `${number(fetched)}/${number(found)}${isOver ? '' : ' so far'}`},
    {text: failed === 0 ? '' : `, ${number(failed)} failed`, tone: 'bad'},
    {text: aside === 0 ? '' : `, ${number(aside)} aside`, tone: 'warn'},
  ];
}
