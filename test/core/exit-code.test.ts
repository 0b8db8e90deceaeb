import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {type Ending, exitCodeOf} from '../../src/core/exit-code.ts';

/** design.md §6: where several apply, the first of 4, 2, 6, 7, 8, 9, 1, 5, 3. */
const inOrder: readonly [Ending, number][] = [
  ['auth', 4],
  ['usage', 2],
  ['gate', 6],
  ['drift', 7],
  ['budget', 8],
  ['paused', 9],
  ['failed', 1],
  ['incomplete', 5],
  ['invariant', 3],
  ['done', 0],
];

describe('exit codes', () => {
  it.each(inOrder)('%s alone is %i', (ending, code) => {
    expect(exitCodeOf([ending])).toBe(code);
  });

  const pairs = inOrder.flatMap(([first, code], index) =>
    inOrder.slice(index + 1).map(([second]) => ({first, second, code})),
  );
  it.each(pairs)('$first before $second: $code', ({first, second, code}) => {
    expect(exitCodeOf([second, first])).toBe(code);
    expect(exitCodeOf([first, second])).toBe(code);
  });

  it('of any endings is that of the first in order', () => {
    fc.assert(
      fc.property(fc.subarray([...inOrder]), endings => {
        const [, code] = endings[0] ?? ['done', 0];
        expect(exitCodeOf(endings.map(([ending]) => ending).reverse())).toBe(code);
      }),
    );
  });

  it('of nothing at all is 0', () => {
    expect(exitCodeOf([])).toBe(0);
  });
});
