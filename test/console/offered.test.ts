import {describe, expect, it} from 'vitest';
import {availabilityOf} from '../../src/console/availability.ts';
import {flowOfSetup} from '../../src/console/flow-of.ts';
import {type SetupView, view} from '../../src/console/state.ts';
import {parts} from '../../src/core/accounting.ts';
import type {RunRecord} from '../../src/ledger/records.ts';
import {gate, liveRun, open, planRun, used} from '../runbook/flow-facts.ts';
import {consoleState, noFacts, review, setupView} from './console-states.ts';

describe('a live run for which items wait', () => {
  it('is not resumed as if it had stopped: what waits is accepted, by a key of its own', () => {
    const live = liveRun({status: 'incomplete'}, {pending: 2});
    const facts = {...noFacts, plan: planRun(used), live, open: {run: 'live', counts: open({waiting: 2})}};
    const state = consoleState({views: [view('overview'), view('runbook')], setups: [setupView({facts})]});
    expect(availabilityOf(state, 'resume')).toBe('absent');
    expect(availabilityOf(state, 'accept')).toBe('now');
    expect(availabilityOf(state, 'go-on')).toBe('now');
  });
});

describe('coverage of a backfill that does not list what is missing', () => {
  it('opens no group, and says why', () => {
    const coverage = {
      at: 0,
      run: 'live',
      isPart: false,
      groups: [
        {group: '*', done: 1, total: 2, at: 0, rows: 1, rowsDone: 1, objects: 2, missing: {failed: 1}},
      ],
    };
    const of = (listsMissing: boolean) =>
      consoleState({
        views: [view('coverage')],
        setups: [setupView({facts: {...noFacts, coverage}, listsMissing})],
      });
    expect(availabilityOf(of(true), 'open')).toBe('now');
    expect(availabilityOf(of(false), 'open')).toEqual({because: expect.stringContaining('not which')});
  });
});

describe('the gates of an earlier plan', () => {
  it('say nothing of the newer one', () => {
    const stale = {
      gates: [gate('unused', false)],
      review: {state: 'ready', plan: 'earlier', at: null, review},
    } as const;
    const of = (setup: Partial<SetupView>) => {
      const shown = setupView({facts: {...noFacts, plan: planRun()}, ...setup});
      return flowOfSetup(consoleState({setups: [shown]}), shown).move.do;
    };
    expect(of(stale)).toBe('review');
    expect(of({...stale, review: {...stale.review, plan: 'plan'}})).toBe('dry-run');
  });
});

describe('a count of a run', () => {
  const tally = {inserted: 2, updated: 0, unchanged: 3};
  const opens = (run: RunRecord, at: number) => {
    const facts = {...noFacts, plan: planRun(used, tally), newest: run};
    const state = consoleState({views: [{...view('run'), at}], setups: [setupView({facts})]});
    return availabilityOf(state, 'open');
  };
  const [inserted, updated, unchanged] = (['inserted', 'updated', 'unchanged'] as const).map(part =>
    parts.indexOf(part),
  );

  it('opens what it counts', () => {
    expect(opens(planRun(used, tally), inserted ?? 0)).toBe('now');
    expect(opens(planRun(used, tally), unchanged ?? 0)).toBe('now');
    expect(opens(liveRun({}, tally), inserted ?? 0)).toBe('now');
  });

  it('opens nothing where that is none, or only its number was kept', () => {
    expect(opens(planRun(used, tally), updated ?? 0)).toEqual({because: 'there are none'});
    expect(opens(liveRun({}, tally), unchanged ?? 0)).toEqual({
      because: expect.stringMatching(/dry run names/),
    });
  });
});
