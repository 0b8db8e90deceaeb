import type {Preview} from '../backfills/backfill.ts';
import type {Action} from '../core/entry.ts';
import type {Cost} from '../core/money.ts';

/** What there is to know of a plan before it goes live, most of it predicted. */
export interface Review {
  /** What the plan decided, by action; they add up to what was listed. */
  readonly actions: Readonly<Record<Action, number>>;
  /** Predicted rows as the target counts them, verification included; null where it counts none. */
  readonly rows: {readonly read: number; readonly written: number} | null;
  /** Up to five changes, spread over the plan in key order; of each kind that it has, one at least. */
  readonly samples: readonly ReviewSample[];
  /** What could not be decided, or can't be recognised as unchanged, is read again: so many items, of so many bytes. */
  readonly itemsToRead: number;
  readonly bytesToRead: number;
  /** Objects that verification reads again, and their bytes. */
  readonly verifies: {readonly items: number; readonly bytes: number};
  /** Predicted, verification included; 0 where nothing counts requests, as on a disk of this machine. */
  readonly requests: {readonly source: number; readonly target: number};
  /** Predicted, verification included. */
  readonly seconds: number;
  /** At list prices; null where nothing is billed. */
  readonly money: ReviewMoney | null;
  /** The tables that Headgate keeps in the target while it writes; none where marks are off, or nothing is written. */
  readonly tables: readonly {readonly name: string; readonly isThere: boolean}[];
  /** The target's service can bring the whole database back to its state before the run (Time Travel). */
  readonly bookmark: boolean;
}

export interface ReviewSample {
  readonly key: string;
  readonly action: Action;
  /** Null where this program can't read the change. */
  readonly preview: Preview | null;
}

export interface ReviewMoney {
  /** As if nothing were free. */
  readonly usd: number;
  /** What is left where this month's free allowances are untouched. */
  readonly usdBeyondFree: number;
  readonly costs: readonly Cost[];
}
