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
  /** It counts, and returns no rows: there may be too many of them. How many they were, only the mark tells. */
  readonly isSilent?: true;
}

/** A name of the database's as SQL takes it, whatever it is. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Conditions that all have to hold; none is true. A chain of them would be as deep as it is long, and D1 takes 100. */
export function allOf(conditions: readonly string[]): string {
  return conditions.length === 0 ? 'true' : balanced(conditions, 'AND');
}

/** Terms that all count; none is 0. */
export function sumOf(terms: readonly string[]): string {
  return terms.length === 0 ? '0' : balanced(terms, '+');
}

function balanced(terms: readonly string[], operator: string): string {
  const [only] = terms;
  if (only !== undefined && terms.length === 1) return only;
  const middle = Math.ceil(terms.length / 2);
  return `(${balanced(terms.slice(0, middle), operator)}) ${operator} (${balanced(terms.slice(middle), operator)})`;
}
