import type {Outcome} from '../core/accounting.ts';
import type {Entry} from '../core/entry.ts';
import type {FaultData} from '../core/failure.ts';
import type {Inspection, WorkItem} from './work.ts';

/** One item on its way through a page. */
export interface Slot {
  readonly item: WorkItem;
  readonly planned: Entry | undefined;
  /** Bytes that inspecting it reads, or that are moved with it. */
  readonly reads: number;
  /** What it counted as before, where a retry takes it up again. */
  readonly former: Outcome | 'pending' | undefined;
  /** Never rejects. */
  readonly result: Promise<SlotResult>;
}

export type SlotResult =
  | {readonly kind: 'inspected'; readonly inspection: Inspection}
  | {readonly kind: 'skipped'; readonly reason: string}
  | {readonly kind: 'failed'; readonly fault: FaultData; readonly attempts: number}
  /** Planned, but no longer listed. */
  | {readonly kind: 'gone'}
  /** An error of our own, not of the item: the run fails with it. */
  | {readonly kind: 'broken'; readonly error: unknown}
  /** The run stops: the item goes back. */
  | {readonly kind: 'returned'};

/** Items listed, inspected and settled together. */
export interface Page {
  readonly slots: readonly Slot[];
  readonly cursor: string;
}

export const goneReason = 'gone since the dry run';

/** What inspection said, as an entry that still lacks its decision where there is one to take. */
export function undecided(slot: Slot, result: SlotResult): Entry | null {
  const {key} = slot.item;
  const attempts = 'attempts' in result ? {attempts: result.attempts} : {};
  const base = {key, bytes: 0, fingerprint: null, ...attempts};
  switch (result.kind) {
    case 'skipped':
      return {...base, action: 'skip', reason: result.reason};
    case 'failed':
      return {...base, action: 'fail', fault: {kind: result.fault.kind, message: result.fault.message}};
    case 'gone':
      return {...base, action: 'skip', reason: goneReason};
    case 'inspected':
    case 'broken':
    case 'returned':
      return null;
    default:
      return result satisfies never;
  }
}
