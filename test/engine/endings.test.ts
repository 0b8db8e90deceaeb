import {expect, it} from 'vitest';
import {afterVerification} from '../../src/engine/endings.ts';

it.each([
  [['incomplete'], [], ['incomplete']],
  [['incomplete', 'invariant'], [], ['incomplete']],
  [['invariant'], ['invariant'], ['invariant']],
  [['incomplete'], ['invariant'], ['incomplete', 'invariant']],
  [['invariant'], ['paused'], ['invariant', 'paused']],
  [[], ['auth'], ['auth']],
] as const)('a run that ended with %j, and a verification with %j: %j', (run, verified, both) => {
  expect(afterVerification(run, verified)).toEqual(both);
});
