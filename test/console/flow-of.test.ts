import {describe, expect, it} from 'vitest';
import {flowOfSetup} from '../../src/console/flow-of.ts';
import type {MeasuredCheck} from '../../src/ledger/measured.ts';
import {liveRun, planRun, used} from '../runbook/flow-facts.ts';
import {consoleState, measured, noFacts, setupView} from './console-states.ts';

function flowWith(check: Partial<MeasuredCheck>) {
  const live = liveRun({createdAt: 1_000, finishedAt: 5_000});
  const facts = {...noFacts, plan: planRun(used), live, newest: live, checks: [{...measured(0), ...check}]};
  return flowOfSetup(consoleState(), setupView({facts}));
}

describe('what was measured', () => {
  it('by the run itself, or after it, verifies what it wrote', () => {
    expect(flowWith({run: 'live', at: 4_900}).isDone).toBe(true);
    expect(flowWith({run: 'verify', at: 5_000}).isDone).toBe(true);
  });

  it('while the run was paused does not', () => {
    expect(flowWith({run: 'verify', at: 3_000})).toMatchObject({isDone: false, move: {do: 'verify'}});
  });

  it('before the plan was made does not', () => {
    expect(flowWith({run: 'verify', at: 10})).toMatchObject({isDone: false, move: {do: 'verify'}});
  });
});
