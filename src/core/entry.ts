import {emptyTally, type Outcome, type Tally} from './accounting.ts';
import type {FaultData} from './failure.ts';

/** What a backfill says should happen to an item. */
export type Decision<Change> =
  | {
      readonly action: 'insert' | 'update' | 'delete';
      readonly change: Change;
      readonly notes?: readonly string[];
    }
  | {readonly action: 'unchanged'; readonly notes?: readonly string[]; readonly sameAs?: string}
  | {readonly action: 'skip' | 'conflict'; readonly reason: string; readonly notes?: readonly string[]};

export const actions = [
  'insert',
  'update',
  'delete',
  'unchanged',
  'skip',
  'conflict',
  'fail',
  'wait',
] as const;
/** A decision's action, or `fail` (could not be decided) or `wait` (stays pending: added since the plan). */
export type Action = (typeof actions)[number];

/**
 * One item of a page, from decision to outcome. Plans, intents and before-images are lists of these in key order, so
 * a page can be halved, settled after a crash, or merge-joined with a listing by one set of functions.
 */
export interface Entry {
  readonly key: string;
  readonly bytes: number;
  readonly action: Action;
  /** Identifies the item's version at its source; null where it can't be trusted to notice a change. */
  readonly fingerprint: string | null;
  /** What inspection found, kept so that an unchanged item is not read twice. */
  readonly found?: unknown;
  readonly change?: unknown;
  readonly reason?: string;
  /** What the operator may want to know of the decision beside what it is: `kind: detail`, and decisions are counted by kind. */
  readonly notes?: readonly string[];
  /** The key of its page with whose change it stands or falls. */
  readonly sameAs?: string;
  readonly fault?: FaultData;
  readonly attempts?: number;
}

/** `similar` of `similar: asset 12`. */
export function noteKind(note: string): string {
  const end = note.indexOf(': ');
  return end === -1 ? note : note.slice(0, end);
}

export const outcomeOf: Readonly<Record<Action, Outcome | 'pending'>> = {
  insert: 'inserted',
  update: 'updated',
  delete: 'deleted',
  unchanged: 'unchanged',
  skip: 'skipped',
  conflict: 'skipped',
  fail: 'failed',
  wait: 'pending',
};

export function entryOutcome(entry: Entry): Outcome | 'pending' {
  return outcomeOf[entry.action];
}

export function isChange(entry: Entry): boolean {
  return entry.action === 'insert' || entry.action === 'update' || entry.action === 'delete';
}

/** Left open at the end of a run: it makes the run incomplete, and a resume takes it up again. */
export function isOpen(entry: Entry): boolean {
  return entry.action === 'fail' || entry.action === 'wait' || entry.action === 'conflict';
}

/** What a page adds to the counts. For items that were open before, their former outcome is taken back. */
export function pageTally(
  entries: readonly Entry[],
  rows: number,
  former?: ReadonlyMap<string, Outcome | 'pending'>,
): Tally {
  const sum: Record<keyof Tally, number> = {...emptyTally, rows};
  for (const entry of entries) {
    sum[entryOutcome(entry)]++;
    sum.bytes += entry.bytes;
    const before = former?.get(entry.key);
    if (before !== undefined) sum[before]--;
  }
  return sum;
}
