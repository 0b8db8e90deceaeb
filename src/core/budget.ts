import {changedOf, listedOf, type Tally} from './accounting.ts';
import {bytesText, counted, number} from './words.ts';

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
    return inARowText(failuresInARow, budgets.failuresInARow);
  if (settled >= budgets.failureShareAfter && tally.failed > settled * budgets.failureShare)
    return `${number(tally.failed)} of ${counted(settled, 'item')} failed (budget failureShare: ${Number((budgets.failureShare * 100).toFixed(2))} %)`;
  if (budgets.failures !== null && tally.failed > budgets.failures)
    return `${counted(tally.failed, 'item')} failed (budget failures: ${number(budgets.failures)})`;
  if (budgets.changes !== null && changedOf(tally) >= budgets.changes)
    return `${counted(changedOf(tally), 'item')} changed (budget changes: ${number(budgets.changes)})`;
  if (budgets.bytes !== null && bytes >= budgets.bytes)
    return `${bytesText(bytes)} read (budget bytes: ${bytesText(budgets.bytes)})`;
  if (freeBytes !== null && freeBytes < budgets.freeBytes)
    return `${bytesText(freeBytes)} free on the ledger's disk (budget freeBytes: at least ${bytesText(budgets.freeBytes)})`;
  return null;
}

export function inARowText(failures: number, limit: number): string {
  return `${counted(failures, 'failure')} in a row (budget failuresInARow: ${number(limit)})`;
}
