import type {Family} from './identity.ts';

/** What the probe learned of media_assets: every statement is made from it. */
export interface MediaFacts {
  /** Rows that are there; at least so many where the probe stopped counting. */
  readonly rows: number;
  /** In which new rows are named. */
  readonly family: Family;
  /** Rows that the probe looked at, by the family that they were named in. */
  readonly looked: Readonly<Record<Family | 'unknown', number>>;
  /** The rowid by the name that the table has for it: rows are passed in its order. */
  readonly id: string;
  /** An index leads from a key to its rows. */
  readonly hasKeyIndex: boolean;
  /** Columns that an insert leaves to their default, and the default as SQL. */
  readonly leftAlone: readonly {readonly column: string; readonly is: string}[];
  /** Columns of every index; null is an expression. */
  readonly indexes: readonly (readonly (string | null)[])[];
  /** The side table of doubles is there. */
  readonly hasDoubles: boolean;
  /** The column last_seen_at is there. */
  readonly hasLastSeen: boolean;
  /** Tables whose foreign keys name a row of the catalogue. */
  readonly referredBy: readonly string[];
  /** The columns, without those that are computed. */
  readonly columns: readonly string[];
}

/** Up to so many rows are counted: a probe is made often, and on D1 every row that is read is paid for. */
export const countedRows = 200_000;
