import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {changedOf} from '../../src/core/accounting.ts';
import {canMove, isActive} from '../../src/core/run.ts';
import {flowOf, stepIds} from '../../src/runbook/flow.ts';
import {flowFacts} from './flow-arbitraries.ts';
import {nothing} from './flow-facts.ts';
import {carriedOut, isVerified, type Luck} from './simulated.ts';

const runs = {numRuns: 3_000};

describe('whatever the facts are', () => {
  it('there are five steps in their order, each with something to say, and one reason to go on', () => {
    fc.assert(
      fc.property(flowFacts, facts => {
        const {steps, move} = flowOf(facts);
        expect(steps.map(({id}) => id)).toEqual(stepIds);
        for (const says of [...steps.map(({says}) => says), move.why]) {
          expect(says.trim()).not.toBe('');
          expect(says).not.toMatch(/undefined|null|NaN|\b0 (conflicts|failures|items that)/);
        }
      }),
      runs,
    );
  });

  it('no step is done behind one that is locked', () => {
    fc.assert(
      fc.property(flowFacts, facts => {
        const states = flowOf(facts).steps.map(({state}) => state);
        const locked = states.indexOf('locked');
        if (locked !== -1) expect(states.slice(locked)).not.toContain('done');
      }),
      runs,
    );
  });

  it('the present step is not locked, and is the one that the move is about', () => {
    fc.assert(
      fc.property(flowFacts, facts => {
        const {steps, current, move} = flowOf(facts);
        expect(steps.find(({id}) => id === current)?.state).not.toBe('locked');
        if (move.do === 'review' || move.do === 'probe' || move.do === 'verify')
          expect(current).toBe(move.do);
      }),
      runs,
    );
  });

  it('the move can be carried out', () => {
    fc.assert(
      fc.property(flowFacts, facts => {
        const {move} = flowOf(facts);
        const {plan, live, gone} = facts;
        const isAtWork = [plan, live].some(
          run =>
            run !== null &&
            isActive(run.status) &&
            !gone.includes(run.id) &&
            (run === live || run.usedBy === null),
        );
        switch (move.do) {
          case 'resume':
          case 'retry': {
            const run = [plan, live].find(known => known?.id === move.run);
            const isGone = run != null && isActive(run.status) && gone.includes(run.id);
            expect(isGone || (run != null && canMove(run.status, 'running'))).toBe(true);
            break;
          }
          case 'review':
            expect(plan).toMatchObject({
              usedBy: null,
              status: expect.stringMatching(/^(completed|incomplete)$/),
            });
            expect(plan === null ? 0 : changedOf(plan.tally)).toBeGreaterThan(0);
            break;
          case 'watch':
            expect([plan?.id, live?.id]).toContain(move.run);
            expect(isAtWork).toBe(true);
            return;
          case 'nothing':
          case 'see-invariants':
            return;
          case 'probe':
          case 'dry-run':
          case 'verify':
            break;
          default:
            move satisfies never;
        }
        expect({isAtWork, isVerifying: facts.isVerifying, isBeginning: facts.isBeginning}).toEqual({
          isAtWork: false,
          isVerifying: false,
          isBeginning: false,
        });
      }),
      runs,
    );
  });

  it('a read-only console is never told to take up a run that writes', () => {
    fc.assert(
      fc.property(flowFacts, facts => {
        const {move, steps} = flowOf({...facts, isReadOnly: true});
        if (move.do === 'resume' || move.do === 'retry') expect(move.run).toBe(facts.plan?.id);
        expect(steps.map(({says}) => says).join()).not.toMatch(/then type/);
      }),
      runs,
    );
  });
});

const ends: Luck['ends'][] = [
  'whole',
  'failures',
  'paused',
  'cancelled',
  'failed',
  'waiting',
  'conflicts',
  'nothing',
];
const fate = fc.array(fc.constantFrom(...ends), {maxLength: 12});

it('nothing is a dead end: from every state, whatever happens on the way, the moves lead to a verified target', () => {
  fc.assert(
    fc.property(flowFacts, fate, (start, ill) => {
      let facts = {...start, isReadOnly: false};
      for (const ends of ill) facts = carriedOut(facts, {ends});
      for (let step = 0; step < 12 && !isVerified(facts); step++) facts = carriedOut(facts, {ends: 'whole'});
      expect(isVerified(facts), JSON.stringify(flowOf(facts))).toBe(true);
    }),
    runs,
  );
});

it('from nothing it takes a probe, a dry run, a review and a live run', () => {
  const moves: string[] = [];
  let facts = nothing;
  while (!isVerified(facts)) {
    moves.push(flowOf(facts).move.do);
    facts = carriedOut(facts, {ends: 'whole'});
  }
  expect(moves).toEqual(['probe', 'dry-run', 'review']);
  expect(flowOf(facts)).toMatchObject({isDone: true, move: {do: 'dry-run'}});
});
