import {type FailureKind, failureKinds} from './failure.ts';

/** How far a run came with partitions that are each served by a host of their own. */
export interface Reached {
  readonly hosts: readonly ReachedHost[];
  readonly groups: readonly ReachedGroup[];
}

/** Of partitions: `found = done + failed + waiting`. */
export interface ReachedPartitions {
  readonly done: number;
  readonly waiting: number;
  readonly failed: Readonly<Partial<Record<FailureKind, number>>>;
}

export interface ReachedHost extends ReachedPartitions {
  /** '' is nowhere: where they are was not found out. */
  readonly host: string;
  /** Items of those that are done, and how long reading them took, in milliseconds. */
  readonly items: number;
  readonly ms: number;
}

export interface ReachedGroup extends ReachedPartitions {
  readonly group: string;
  /** Items that were settled, and those of them that are in the target as they should be. */
  readonly settled: number;
  readonly settledDone: number;
}

export function failedOf({failed}: ReachedPartitions): number {
  return Object.values(failed).reduce((sum, count) => sum + count, 0);
}

export function foundOf(partitions: ReachedPartitions): number {
  return partitions.done + partitions.waiting + failedOf(partitions);
}

export const nothingReached: ReachedPartitions = {done: 0, waiting: 0, failed: {}};

export function addReached(a: ReachedPartitions, b: ReachedPartitions): ReachedPartitions {
  const failed = {...a.failed};
  for (const kind of failureKinds) {
    const sum = (a.failed[kind] ?? 0) + (b.failed[kind] ?? 0);
    if (sum > 0) failed[kind] = sum;
  }
  return {done: a.done + b.done, waiting: a.waiting + b.waiting, failed};
}
