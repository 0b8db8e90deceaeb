import {describe, expect, it} from 'vitest';
import {
  canMove,
  isActive,
  type RunStatus,
  restingStatus,
  runStatuses,
  sourcesOf,
  stoppers,
} from '../../src/core/run.ts';

/**
 * design.md §2: pending → running → completed | incomplete | failed, pausing → paused → running,
 * cancelling → cancelled. Besides: resuming takes up an incomplete or failed run; work may end while it is pausing or
 * cancelling; a run at rest can be cancelled. Into running leads nothing that is active: two processes that resume a
 * run at once would both get it. A take-over from a dead process is no transition, but names the holder it replaces.
 */
const allowed: Readonly<Record<RunStatus, readonly RunStatus[]>> = {
  pending: ['running', 'cancelled', 'failed'],
  running: ['pausing', 'paused', 'cancelling', 'completed', 'incomplete', 'failed'],
  pausing: ['paused', 'cancelling', 'completed', 'incomplete', 'failed'],
  paused: ['running', 'cancelled'],
  cancelling: ['cancelled', 'completed', 'incomplete', 'failed'],
  cancelled: [],
  completed: [],
  incomplete: ['running'],
  failed: ['running', 'cancelled'],
};

const every = runStatuses.flatMap(from => runStatuses.map(to => ({from, to})));

describe('a run', () => {
  it.each(every)('$from → $to', ({from, to}) => {
    const expected = allowed[from].includes(to);
    expect(canMove(from, to)).toBe(expected);
    expect(sourcesOf(to).includes(from)).toBe(expected);
  });

  it.each(['completed', 'cancelled'] as const)('that is %s never moves again', status => {
    expect(runStatuses.filter(to => canMove(status, to))).toEqual([]);
  });

  it('can be brought to an end from wherever it is', () => {
    const reached = new Set<RunStatus>(['completed', 'cancelled']);
    for (let round = 0; round < runStatuses.length; round++)
      for (const to of [...reached]) for (const from of sourcesOf(to)) reached.add(from);
    expect([...reached].sort()).toEqual([...runStatuses].sort());
  });

  it('is worked on while it runs, pauses or is cancelled', () => {
    expect(runStatuses.filter(isActive)).toEqual(['running', 'pausing', 'cancelling']);
  });
});

describe('a run that was stopped', () => {
  it.each([
    ['operator', 'paused'],
    ['interrupt', 'paused'],
    ['budget', 'paused'],
    ['drift', 'paused'],
    ['cancel', 'cancelled'],
    ['lost', 'failed'],
    ['error', 'failed'],
  ] as const)('by %s rests as %s', (by, status) => {
    expect(restingStatus({by, message: ''})).toBe(status);
  });

  it.each(stoppers)('by %s rests where a running run may go', by => {
    const status = restingStatus({by, message: ''});
    expect(canMove('running', status) || canMove('cancelling', status)).toBe(true);
  });
});
