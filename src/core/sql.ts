/** SQL as data: what backfills hand to the engine, and what databases run. */

export type SqlValue = string | number | bigint | null | Uint8Array;

export type Row = Readonly<Record<string, SqlValue>>;

export interface Statement {
  readonly sql: string;
  readonly params: readonly SqlValue[];
  /** The statement counts as this; its RETURNING gives the item's key as `key`, one row for each row touched. */
  readonly counts?: 'inserted' | 'updated' | 'deleted';
  /** For a statement that has no rows to return, such as CREATE INDEX: the key of the one item that it makes. */
  readonly makes?: string;
}
