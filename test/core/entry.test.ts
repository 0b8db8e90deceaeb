import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {addTally, emptyTally, listedOf, type Outcome, tallyNames} from '../../src/core/accounting.ts';
import {
  type Action,
  actions,
  type Entry,
  entryOutcome,
  isChange,
  isOpen,
  pageTally,
} from '../../src/core/entry.ts';

function entry(key: string, action: Action, bytes = 1): Entry {
  return {key, action, bytes, fingerprint: null};
}

const page: fc.Arbitrary<readonly Entry[]> = fc
  .array(fc.record({action: fc.constantFrom(...actions), bytes: fc.nat(1_000)}), {maxLength: 30})
  .map(items => items.map(({action, bytes}, index) => entry(`key ${index}`, action, bytes)));

describe('outcomes', () => {
  const table: Readonly<Record<Action, [Outcome | 'pending', change: boolean, open: boolean]>> = {
    insert: ['inserted', true, false],
    update: ['updated', true, false],
    delete: ['deleted', true, false],
    unchanged: ['unchanged', false, false],
    skip: ['skipped', false, false],
    conflict: ['skipped', false, true],
    fail: ['failed', false, true],
    wait: ['pending', false, true],
  };

  it.each(actions)('%s', action => {
    const [outcome, change, open] = table[action];
    expect(entryOutcome(entry('k', action))).toBe(outcome);
    expect(isChange(entry('k', action))).toBe(change);
    expect(isOpen(entry('k', action))).toBe(open);
  });
});

describe('pageTally', () => {
  it('counts every item of a page once', () => {
    fc.assert(
      fc.property(page, entries => {
        const tally = pageTally(entries, 3);
        expect(listedOf(tally)).toBe(entries.length);
        expect(tally.rows).toBe(3);
        expect(tally.bytes).toBe(entries.reduce((sum, {bytes}) => sum + bytes, 0));
      }),
    );
  });

  it('moves items that were open before: none is counted twice, and no count goes below zero', () => {
    fc.assert(
      fc.property(page, page, (earlier, later) => {
        const open = earlier.filter(isOpen);
        const formers = new Map(open.map(item => [item.key, entryOutcome(item)]));
        const retried = later
          .slice(0, open.length)
          .map((item, index) => ({...item, key: open[index]?.key ?? item.key}));
        const after = addTally(pageTally(earlier, 0), pageTally(retried, 0, formers));
        expect(listedOf(after)).toBe(earlier.length);
        expect(tallyNames.filter(name => after[name] < 0)).toEqual([]);
      }),
      {numRuns: 500},
    );
  });

  it('a failure that a retry inserts is no failure any more', () => {
    const first = pageTally([entry('a', 'fail'), entry('b', 'insert')], 1);
    const retry = pageTally([entry('a', 'insert')], 1, new Map([['a', 'failed']]));
    expect(addTally(first, retry)).toEqual({...emptyTally, inserted: 2, rows: 2, bytes: 3});
  });
});
