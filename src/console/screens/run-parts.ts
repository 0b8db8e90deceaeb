import type {Noun} from '../../backfills/backfill.ts';
import {listedOf} from '../../core/accounting.ts';
import {bytesText, counted, number, partWord} from '../../core/words.ts';
import type {Line} from '../line.ts';
import {repositoryRunOf} from '../repository-run.ts';
import {runRows} from '../rows.ts';
import type {RunView} from '../run-view.ts';
import {fitLine, lineWidth} from '../text.ts';
import {repositoriesShort, repositoryLines} from './repository-lines.ts';
import {isNamed} from './run-lines.ts';
import type {Lines} from './screen.ts';

/** What became of a run's items, a row each, and what stands below the sum. */

/**
 * The rows of the accounting identity. Where rows are few those that count nothing are left out, except the one that the
 * pointer stands on: it goes over all of them at any size.
 */
export function identityRows(
  {snapshot: {tally, mode}}: RunView,
  at: number,
  {width, isCompact}: {readonly width: number; readonly isCompact: boolean},
): Lines {
  const all = listedOf(tally);
  const shown = runRows.filter((part, index) => !isCompact || index === at || isNamed(tally, part));
  const lines = shown.map(part => {
    const count = tally[part];
    const share = all === 0 ? '' : `${((count / all) * 100).toFixed(2).padStart(6)} %`;
    const tone = count === 0 ? {tone: 'dim' as const} : part === 'failed' ? {tone: 'bad' as const} : {};
    return fitLine(
      [
        {text: partWord(part, mode === 'dry-run').padEnd(11), ...tone},
        {text: number(count).padStart(12), ...tone},
        {text: `   ${share}`, tone: 'dim'},
      ],
      width - 2,
    );
  });
  const chosen = runRows[at];
  return {type: 'lines', lines, selected: chosen === undefined ? null : shown.indexOf(chosen)};
}

/** The sum of what stands above it, and the rows that the database said it changed. */
export function totalLine({snapshot: {tally}}: RunView, rows: Noun, width: number): Line {
  const beside = [
    ...(tally.rows === 0 ? [] : [counted(tally.rows, ...rows)]),
    ...(tally.bytes === 0 ? [] : [bytesText(tally.bytes)]),
  ];
  return fitLine([listed(tally), {text: `   ${beside.join(' · ')}`, tone: 'dim'}], width);
}

/** Both in one line, in the longest of the ways to say it that fits. */
export function totalAndPartitionsLine(run: RunView, width: number): Line {
  const {tally, partitions} = run.snapshot;
  const {done, pending, failed} = partitions;
  const repositories = repositoryRunOf(run);
  const close = {text: `= listed ${number(listedOf(tally))}`, tone: 'strong'} as const;
  const short: Line = [
    {text: 'partitions ', tone: 'dim'},
    {text: `${number(done)}/${number(done + pending + failed)}`},
    failedSpan(failed),
  ];
  const ways =
    repositories === null
      ? [
          [listed(tally), {text: '   '}, ...partitionLine(run)],
          [close, {text: '   '}, ...partitionLine(run)],
          [close, {text: '   '}, ...short],
        ]
      : [[close, {text: '   '}, ...repositoriesShort(run, repositories)]];
  return fitLine(ways.find(way => lineWidth(way) <= width) ?? ways.at(-1) ?? [], width);
}

/** How many of them are done; of repositories, how far each step is with them. */
export function partitionLines(run: RunView, width: number): readonly Line[] {
  const repositories = repositoryRunOf(run);
  const lines = repositories === null ? [partitionLine(run)] : repositoryLines(run, repositories, width);
  return lines.map(line => fitLine(line, width));
}

function partitionLine({snapshot: {partitions}}: RunView): Line {
  const {done, failed, pending} = partitions;
  return [
    {text: 'partitions: ', tone: 'dim'},
    {text: `${number(done)} done, ${number(pending)} pending`},
    failedSpan(failed),
  ];
}

function listed(tally: RunView['snapshot']['tally']): Line[number] {
  return {text: `= ${'listed'.padEnd(11)}${number(listedOf(tally)).padStart(12)}`, tone: 'strong'};
}

function failedSpan(failed: number): Line[number] {
  return {text: failed === 0 ? '' : `, ${number(failed)} failed`, tone: 'bad'};
}
