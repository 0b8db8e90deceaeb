import {changedOf, foundOf, type PartitionTally} from '../core/accounting.ts';
import type {Drift} from '../core/drift.ts';
import {bytesText, counted, durationText, identityText, modeText, number} from '../core/words.ts';
import type {RunResult} from '../engine/execution.ts';

/** What the report knows of a run besides its result. */
export interface SummaryFacts {
  readonly batches: number;
  /** What partitions are called, where they are counted instead of batches. */
  readonly repositories: readonly [one: string, several: string] | null;
  readonly isResumed: boolean;
  /** Read by this process, also of what is no item. */
  readonly bytesRead: number;
  /** What is done to rows: `Updated`, or `To update` in a dry run. */
  readonly verb: string;
  readonly limits: readonly string[];
}

/** How a run ended, in totals. */
export function summaryLines(
  {record, reason, seconds}: RunResult,
  {batches, repositories, bytesRead, isResumed, verb, limits}: SummaryFacts,
): readonly string[] {
  const {tally, partitions} = record;
  const isDry = record.mode === 'dry-run';
  const label = modeText(record);
  const written = isDry ? '' : `, ${counted(tally.rows, 'row')} written`;
  return [
    `${label[0]?.toUpperCase()}${label.slice(1)} ${record.id} ${record.status}${reason === null ? '' : `: ${reason.message}`}`,
    repositories === null
      ? `${isResumed ? 'Batches this time' : 'Total batches'}: ${number(batches)}`
      : partitionsText(partitions, repositories, record.undoes !== null),
    `Total ${verb.toLowerCase()}: ${number(changedOf(tally))}`,
    `Total skipped: ${number(tally.unchanged + tally.skipped)}`,
    `Total failed: ${number(tally.failed)}`,
    identityText(tally, isDry),
    ...driftLines(record.drift),
    // A listing that holds the items themselves is what is read of repositories.
    repositories === null
      ? `${bytesText(tally.bytes)} read${written}${isResumed ? ' in all' : ''}; ${durationText(seconds)}${isResumed ? ' this time' : ''}`
      : `${bytesText(bytesRead)} read${isResumed ? ' this time' : ''}${written}; ${durationText(seconds)}${isResumed ? ' this time' : ''}`,
    ...limits,
    ...(isDry && record.status !== 'paused' && changedOf(tally) === 0 ? [nothingText(tally.failed)] : []),
  ];
}

/** How the world differed from the plan, where it did. */
function driftLines({added, gone, changed}: Drift): readonly string[] {
  if (added + gone + changed === 0) return [];
  return [`Since the dry run: ${number(added)} added, ${number(gone)} gone, ${number(changed)} changed`];
}

function nothingText(failed: number): string {
  return failed === 0 ? 'Nothing to change.' : `Nothing to change, but ${counted(failed, 'item')} failed.`;
}

/** `Repositories: 5,000 found = 4,963 fetched + 37 failed`; an undo fetches none. */
function partitionsText(
  partitions: PartitionTally,
  [, several]: readonly [string, string],
  isUndo: boolean,
): string {
  const {done, failed, pending} = partitions;
  const terms = [
    `${number(done)} ${isUndo ? 'done' : 'fetched'}`,
    ...(failed === 0 ? [] : [`${number(failed)} failed`]),
    ...(pending === 0 ? [] : [`${number(pending)} pending`]),
  ];
  return `${several[0]?.toUpperCase()}${several.slice(1)}: ${number(foundOf(partitions))} found = ${terms.join(' + ')}`;
}
