import type {FailureKind} from '../core/failure.ts';
import {counted, number} from '../core/words.ts';
import type {OpenCount, PartitionFailure} from '../ledger/open-items.ts';

/** What a run left open, in numbers: items and partitions that failed, items that wait, conflicts. */
export interface OpenCounts {
  readonly total: number;
  readonly failed: number;
  readonly waiting: number;
  readonly conflicts: number;
  /** Of the failures. */
  readonly kinds: Readonly<Partial<Record<FailureKind, number>>>;
}

export function openCounts(items: readonly OpenCount[], partitions: readonly PartitionFailure[]): OpenCounts {
  const of = (outcome: OpenCount['outcome']) =>
    items.filter(item => item.outcome === outcome).reduce((sum, {count}) => sum + count, 0);
  const kinds: Partial<Record<FailureKind, number>> = {};
  for (const {kind, count} of [...items, ...partitions.map(({kind}) => ({kind, count: 1}))])
    if (kind !== null) kinds[kind] = (kinds[kind] ?? 0) + count;
  const [failed, waiting, conflicts] = [of('failed') + partitions.length, of('pending'), of('skipped')];
  return {total: failed + waiting + conflicts, failed, waiting, conflicts, kinds};
}

/** `93 failed (91 denied, 2 timeout), 4 wait, 1 conflict` */
export function openCountText({failed, waiting, conflicts, kinds}: OpenCounts): string {
  const entries = Object.entries(kinds);
  const named =
    entries.length === 1 ? entries.map(([kind]) => kind) : entries.map(([kind, n]) => `${number(n)} ${kind}`);
  return [
    ...(failed === 0
      ? []
      : [`${number(failed)} failed${named.length === 0 ? '' : ` (${named.join(', ')})`}`]),
    ...(waiting === 0 ? [] : [counted(waiting, 'waits', 'wait')]),
    ...(conflicts === 0 ? [] : [counted(conflicts, 'conflict')]),
  ].join(', ');
}
