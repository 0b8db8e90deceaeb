import {changedOf, listedOf, type Tally} from './accounting.ts';

/** Limits that pause a run and name themselves. `null` is no limit. */
export interface Budgets {
  /** Failures as a share of settled items, once so many were settled. */
  readonly failureShare: number;
  readonly failureShareAfter: number;
  readonly failuresInARow: number | null;
  readonly failures: number | null;
  readonly changes: number | null;
  readonly bytes: number | null;
  /** Left on the ledger's disk: plans, intents and before-images need room. */
  readonly freeBytes: number;
}

export const defaultBudgets: Budgets = {
  failureShare: 0.05,
  failureShareAfter: 200,
  failuresInARow: 50,
  failures: null,
  changes: null,
  bytes: null,
  freeBytes: 64 * 1_048_576,
};

export interface Spent {
  readonly tally: Tally;
  /** Read from the source, also of what failed or was given back. */
  readonly bytes: number;
  readonly failuresInARow: number;
  /** On the ledger's disk; null where that can't be told. */
  readonly freeBytes: number | null;
}

/** The sentence that says which budget is spent, or null while all hold. */
export function spentBudget(
  budgets: Budgets,
  {tally, bytes, failuresInARow, freeBytes}: Spent,
): string | null {
  const settled = listedOf(tally) - tally.pending;
  if (budgets.failuresInARow !== null && failuresInARow >= budgets.failuresInARow)
    return `${failuresInARow} failures in a row (budget failuresInARow: ${budgets.failuresInARow})`;
  if (settled >= budgets.failureShareAfter && tally.failed > settled * budgets.failureShare)
    return `${tally.failed} of ${settled} items failed (budget failureShare: ${Number((budgets.failureShare * 100).toFixed(2))} %)`;
  if (budgets.failures !== null && tally.failed > budgets.failures)
    return `${tally.failed} items failed (budget failures: ${budgets.failures})`;
  if (budgets.changes !== null && changedOf(tally) >= budgets.changes)
    return `${changedOf(tally)} items changed (budget changes: ${budgets.changes})`;
  if (budgets.bytes !== null && bytes >= budgets.bytes)
    return `${bytes} bytes read (budget bytes: ${budgets.bytes})`;
  if (freeBytes !== null && freeBytes < budgets.freeBytes)
    return `${freeBytes} bytes are free on the ledger's disk (budget freeBytes: ${budgets.freeBytes})`;
  return null;
}
