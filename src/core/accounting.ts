/**
 * Counts that can't lie: an item enters as pending and leaves pending for exactly one outcome, and `listed` is the
 * sum, never a counter of its own. So `listed = inserted + … + failed + pending` holds by construction.
 */

export const outcomes = ['inserted', 'updated', 'deleted', 'unchanged', 'skipped', 'failed'] as const;
export type Outcome = (typeof outcomes)[number];
/** What `listed` is the sum of. */
export const parts = [...outcomes, 'pending'] as const;
export type Part = (typeof parts)[number];

/** Items by outcome; `rows` is the number of rows that the database said it changed, `bytes` the items' sizes. */
export type Tally = Readonly<Record<Part | 'rows' | 'bytes', number>>;

export const emptyTally: Tally = {
  inserted: 0,
  updated: 0,
  deleted: 0,
  unchanged: 0,
  skipped: 0,
  failed: 0,
  pending: 0,
  rows: 0,
  bytes: 0,
};

export function listedOf(tally: Tally): number {
  return outcomes.reduce((sum, outcome) => sum + tally[outcome], tally.pending);
}

export function changedOf(tally: Tally): number {
  return tally.inserted + tally.updated + tally.deleted;
}

/** `count` items were listed: they are pending until something settles them. */
export function list(tally: Tally, count: number): Tally {
  return {...tally, pending: tally.pending + count};
}

/** The same items, with what was only decided to change still pending: it waits to be published. */
export function unpublished(tally: Tally): Tally {
  return {...tally, pending: tally.pending + changedOf(tally), inserted: 0, updated: 0, deleted: 0};
}

/** What publishing adds to counts: staged items leave pending, inserted or as they were. */
export function publishedTally(inserted: number, known: number): Tally {
  return {...emptyTally, pending: -inserted - known, inserted, unchanged: known, rows: inserted};
}

/** Pending items of an abandoned page go back: they will be listed again. */
export function unlist(tally: Tally, count: number): Tally {
  return take(tally, 'pending', count);
}

/** `count` items move from one state to another. */
export function move(tally: Tally, from: Part, to: Part, count = 1): Tally {
  const taken = take(tally, from, count);
  return {...taken, [to]: taken[to] + count};
}

export function addTally(a: Tally, b: Tally): Tally {
  const sum: Record<keyof Tally, number> = {...a};
  for (const name of tallyNames) sum[name] += b[name];
  return sum;
}

export function subtractTally(a: Tally, b: Tally): Tally {
  const difference: Record<keyof Tally, number> = {...a};
  for (const name of tallyNames) difference[name] -= b[name];
  return difference;
}

export const tallyNames = Object.keys(emptyTally) as readonly (keyof Tally)[];

function take(tally: Tally, from: Outcome | 'pending', count: number): Tally {
  if (tally[from] < count) throw new RangeError(`accounting: ${count} taken from ${tally[from]} ${from}`);
  return {...tally, [from]: tally[from] - count};
}

/** Partitions: `found = done + failed + pending`, with `found` always the sum. */
export interface PartitionTally {
  readonly done: number;
  readonly failed: number;
  readonly pending: number;
}

export const emptyPartitions: PartitionTally = {done: 0, failed: 0, pending: 0};

export function foundOf(partitions: PartitionTally): number {
  return partitions.done + partitions.failed + partitions.pending;
}
