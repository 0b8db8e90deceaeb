import type {Partition} from './records.ts';

/** Partitions of open items, which a retry makes, are named so. */
export const openPrefix = 'open-';

/**
 * Whether a partition is one of those that a run has found, done and failed. What a retry takes up again is none, nor the
 * undo of that: its items are of partitions that were counted before, and it would be shown as a repository.
 */
export function isCounted({kind, of}: Pick<Partition, 'kind' | 'of'>): boolean {
  return kind !== 'open' && !(kind === 'images' && of?.startsWith(openPrefix) === true);
}

/** The same, asked of a row of partitions that goes by this name. */
export function countedSql(row: string): string {
  return `NOT (${row}.kind = 'open' OR (${row}.kind = 'images' AND ${row}.of LIKE '${openPrefix}%'))`;
}
