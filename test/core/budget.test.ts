import {describe, expect, it} from 'vitest';
import {emptyTally, type Tally} from '../../src/core/accounting.ts';
import {type Budgets, defaultBudgets, spentBudget} from '../../src/core/budget.ts';

const none: Budgets = {...defaultBudgets, failuresInARow: null, failureShareAfter: Number.MAX_SAFE_INTEGER};

interface Case {
  readonly budgets: Partial<Budgets>;
  readonly tally: Partial<Tally>;
  readonly bytes?: number;
  readonly failuresInARow?: number;
  readonly freeBytes?: number;
}

function spent({budgets, tally, bytes = 0, failuresInARow = 0, freeBytes}: Case): string | null {
  return spentBudget(
    {...none, ...budgets},
    {tally: {...emptyTally, ...tally}, bytes, failuresInARow, freeBytes: freeBytes ?? null},
  );
}

describe('a budget pauses a run and names itself', () => {
  it.each<[string, Case, string | null]>([
    ['a ledger with room', {budgets: {freeBytes: 100}, tally: {}, freeBytes: 100}, null],
    [
      'a ledger without room',
      {budgets: {freeBytes: 100}, tally: {}, freeBytes: 99},
      "99 B free on the ledger's disk (budget freeBytes: at least 100 B)",
    ],
    [
      'a ledger with little room',
      {budgets: {freeBytes: 67_108_864}, tally: {}, freeBytes: 62_402_560},
      "59.5 MiB free on the ledger's disk (budget freeBytes: at least 64.0 MiB)",
    ],
    ['49 failures in a row', {budgets: {failuresInARow: 50}, tally: {}, failuresInARow: 49}, null],
    [
      '50 failures in a row',
      {budgets: {failuresInARow: 50}, tally: {}, failuresInARow: 50},
      '50 failures in a row (budget failuresInARow: 50)',
    ],
    ['all of too few failed', {budgets: {failureShareAfter: 200}, tally: {failed: 199}}, null],
    [
      'exactly the share failed',
      {budgets: {failureShareAfter: 200}, tally: {failed: 10, inserted: 190}},
      null,
    ],
    [
      'more than the share failed',
      {budgets: {failureShareAfter: 200}, tally: {failed: 11, inserted: 189}},
      '11 of 200 items failed (budget failureShare: 5 %)',
    ],
    [
      'pending items are not settled',
      {budgets: {failureShareAfter: 200}, tally: {failed: 11, inserted: 188, pending: 10_000}},
      null,
    ],
    ['as many failures as allowed', {budgets: {failures: 3}, tally: {failed: 3}}, null],
    ['one more', {budgets: {failures: 3}, tally: {failed: 4}}, '4 items failed (budget failures: 3)'],
    ['none allowed', {budgets: {failures: 0}, tally: {failed: 1}}, '1 item failed (budget failures: 0)'],
    [
      'changes',
      {budgets: {changes: 6}, tally: {inserted: 1, updated: 2, deleted: 3, unchanged: 9}},
      '6 items changed (budget changes: 6)',
    ],
    [
      'many changes',
      {budgets: {changes: 1_000}, tally: {inserted: 1_500}},
      '1,500 items changed (budget changes: 1,000)',
    ],
    ['fewer changes', {budgets: {changes: 6}, tally: {inserted: 5, unchanged: 9}}, null],
    ['bytes', {budgets: {bytes: 100}, tally: {}, bytes: 100}, '100 B read (budget bytes: 100 B)'],
    ['fewer bytes', {budgets: {bytes: 100}, tally: {}, bytes: 99}, null],
    ['no limits', {budgets: {}, tally: {failed: 9, inserted: 9, bytes: 9}, failuresInARow: 9}, null],
  ])('%s', (_, given, said) => {
    expect(spent(given)).toBe(said);
  });

  it('by default: 5 % of at least 200, 50 in a row, nothing else', () => {
    const tally = {...emptyTally, inserted: 1_000_000_000, bytes: 2 ** 50};
    expect(
      spentBudget(defaultBudgets, {tally, bytes: 2 ** 50, failuresInARow: 49, freeBytes: null}),
    ).toBeNull();
    expect(spentBudget(defaultBudgets, {tally, bytes: 0, failuresInARow: 50, freeBytes: null})).toContain(
      'failuresInARow',
    );
    const failing = {...emptyTally, failed: 11, unchanged: 189};
    expect(
      spentBudget(defaultBudgets, {tally: failing, bytes: 0, failuresInARow: 0, freeBytes: null}),
    ).toContain('failureShare');
  });

  it('shows a share as a person would write it', () => {
    expect(spent({budgets: {failureShare: 0.07, failureShareAfter: 1}, tally: {failed: 1}})).toContain(
      'failureShare: 7 %',
    );
  });
});
