import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {
  addTally,
  changedOf,
  emptyTally,
  foundOf,
  list,
  listedOf,
  move,
  type Outcome,
  outcomes,
  type Tally,
  unlist,
} from '../../src/core/accounting.ts';

type State = Outcome | 'pending';
type Operation =
  | {readonly op: 'list'; readonly count: number}
  | {readonly op: 'unlist'; readonly count: number}
  | {readonly op: 'move'; readonly from: State; readonly to: State; readonly count: number};

const states: readonly State[] = [...outcomes, 'pending'];
const count = fc.nat(5);
const state = fc.constantFrom(...states);
const operations: fc.Arbitrary<readonly Operation[]> = fc.array(
  fc.oneof(
    fc.record({op: fc.constant('list' as const), count}),
    fc.record({op: fc.constant('unlist' as const), count}),
    fc.record({op: fc.constant('move' as const), from: state, to: state, count}),
  ),
  {maxLength: 60},
);

function apply(tally: Tally, operation: Operation): Tally {
  switch (operation.op) {
    case 'list':
      return list(tally, operation.count);
    case 'unlist':
      return unlist(tally, operation.count);
    case 'move':
      return move(tally, operation.from, operation.to, operation.count);
    default:
      return operation satisfies never;
  }
}

/** What a tally should say, kept as one mark for each item. */
function afterwards(items: readonly State[], operation: Operation): readonly State[] | null {
  if (operation.op === 'list') return [...items, ...Array<State>(operation.count).fill('pending')];
  const from = operation.op === 'unlist' ? 'pending' : operation.from;
  if (items.filter(item => item === from).length < operation.count) return null;
  let left = operation.count;
  const isTaken = (item: State) => item === from && left-- > 0;
  if (operation.op === 'unlist') return items.filter(item => !isTaken(item));
  const {to} = operation;
  return items.map(item => (isTaken(item) ? to : item));
}

describe('a tally', () => {
  it('counts every item once, whatever happens in whatever order', () => {
    fc.assert(
      fc.property(operations, steps => {
        let tally = emptyTally;
        let items: readonly State[] = [];
        for (const step of steps) {
          const next = afterwards(items, step);
          if (next === null) {
            expect(() => apply(tally, step)).toThrow(RangeError);
            continue;
          }
          tally = apply(tally, step);
          items = next;
          expect(listedOf(tally)).toBe(items.length);
          for (const name of states) expect(tally[name]).toBe(items.filter(item => item === name).length);
        }
      }),
      {numRuns: 500},
    );
  });

  it('adds up, so that the sum of partitions is the run', () => {
    fc.assert(
      fc.property(operations, operations, (left, right) => {
        const run = (steps: readonly Operation[]) =>
          steps.reduce((tally, step) => (step.op === 'list' ? apply(tally, step) : tally), emptyTally);
        const [a, b] = [run(left), run(right)];
        expect(listedOf(addTally(a, b))).toBe(listedOf(a) + listedOf(b));
      }),
    );
  });

  it('adds every count, the rows and the bytes too', () => {
    const one: Tally = {
      inserted: 1,
      updated: 2,
      deleted: 3,
      unchanged: 4,
      skipped: 5,
      failed: 6,
      pending: 7,
      rows: 8,
      bytes: 9,
    };
    expect(addTally(one, one)).toEqual({
      inserted: 2,
      updated: 4,
      deleted: 6,
      unchanged: 8,
      skipped: 10,
      failed: 12,
      pending: 14,
      rows: 16,
      bytes: 18,
    });
    expect(listedOf(one)).toBe(28);
    expect(changedOf(one)).toBe(6);
  });

  it('names what was taken from what, where more is taken than there is', () => {
    expect(() => move(list(emptyTally, 1), 'pending', 'failed', 2)).toThrow('2 taken from 1 pending');
  });
});

it('partitions found are those done, failed and pending', () => {
  expect(foundOf({done: 3, failed: 2, pending: 1})).toBe(6);
});
