import type {FailureKind} from '../core/failure.ts';
import {counted, number} from '../core/words.ts';
import type {OpenCount} from '../ledger/open-items.ts';

/** What a run left open, in numbers: items and partitions that failed, items that wait, conflicts, listings that broke off. */
export interface OpenCounts {
  readonly total: number;
  readonly failed: number;
  /** Of `failed`, the partitions. */
  readonly partitions: number;
  readonly waiting: number;
  readonly conflicts: number;
  /** Of the failures. */
  readonly kinds: Readonly<Partial<Record<FailureKind, number>>>;
  /** Listings of partitions that were not read to their end: what they had not listed yet is missing. */
  readonly streams: number;
}

interface OfKind {
  readonly kind: FailureKind;
  readonly count: number;
}

export function openCounts(
  items: readonly OpenCount[],
  failedPartitions: readonly OfKind[],
  streams: number,
): OpenCounts {
  const of = (outcome: OpenCount['outcome']) =>
    items.filter(item => item.outcome === outcome).reduce((sum, {count}) => sum + count, 0);
  const kinds: Partial<Record<FailureKind, number>> = {};
  for (const {kind, count} of [...items, ...failedPartitions])
    if (kind !== null) kinds[kind] = (kinds[kind] ?? 0) + count;
  const partitions = failedPartitions.reduce((sum, {count}) => sum + count, 0);
  const [failed, waiting, conflicts] = [of('failed') + partitions, of('pending'), of('skipped')];
  return {
    total: failed + waiting + conflicts + streams,
    failed,
    partitions,
    waiting,
    conflicts,
    kinds,
    streams,
  };
}

/** Failures, and listings that broke off: what a retry takes up whatever else there is. */
export function retriable(open: OpenCounts | null): number {
  return open === null ? 0 : open.failed + open.streams;
}

type Noun = readonly [one: string, several: string];

/** What partitions and items are called, where partitions are counted apart. */
export interface OpenNouns {
  readonly repositories: Noun;
  readonly items: Noun;
}

/** `93 failed (91 denied, 2 timeout), 4 wait, 1 conflict`; with nouns `90 repositories, 3 records failed (…)`. */
export function openCountText(counts: OpenCounts, nouns: OpenNouns | null = null): string {
  const {failed, waiting, conflicts, kinds, streams} = counts;
  const entries = Object.entries(kinds);
  const named =
    entries.length === 1 ? entries.map(([kind]) => kind) : entries.map(([kind, n]) => `${number(n)} ${kind}`);
  return [
    ...(failed === 0
      ? []
      : [`${failedText(counts, nouns)} failed${named.length === 0 ? '' : ` (${named.join(', ')})`}`]),
    ...(waiting === 0 ? [] : [counted(waiting, 'waits', 'wait')]),
    ...(conflicts === 0 ? [] : [counted(conflicts, 'conflict')]),
    ...(streams === 0 ? [] : [streamsText(streams)]),
  ].join(', ');
}

/** `90 repositories, 3 records`, or without nouns `93`. */
export function failedText({failed, partitions}: OpenCounts, nouns: OpenNouns | null): string {
  if (nouns === null) return number(failed);
  const items = failed - partitions;
  return [
    ...(partitions === 0 ? [] : [counted(partitions, ...nouns.repositories)]),
    ...(items === 0 ? [] : [counted(items, ...nouns.items)]),
  ].join(', ');
}

export function streamsText(count: number): string {
  return `${counted(count, 'listing')} not read to ${count === 1 ? 'its' : 'their'} end`;
}
