import {describe, expect, it} from 'vitest';
import {type FlowFacts, flowOf, type StepState, stepIds} from '../../src/runbook/flow.ts';
import {check, gate, liveRun, nothing, open, planRun, stopped, used} from './flow-facts.ts';
import {unchanged} from './flow-rows.ts';
import {liveRows} from './flow-rows-live.ts';
import {planRows} from './flow-rows-plan.ts';
import {undoRows} from './flow-rows-undo.ts';

function states(steps: string): readonly StepState[] {
  return steps.split(' ').map(state => {
    const known = (['locked', 'ready', 'working', 'done', 'attention', 'failed'] as const).find(
      is => is === state,
    );
    if (known === undefined) throw new Error(`there is no state ${state}`);
    return known;
  });
}

it.each([...planRows, ...liveRows, ...undoRows])(
  '$name: $steps, $move',
  ({facts, steps, move, current, moves}) => {
    const flow = flowOf({...nothing, ...facts});
    expect(flow.steps.map(({id}) => id)).toEqual(stepIds);
    expect(flow.steps.map(({state}) => state)).toEqual(states(steps));
    expect(flow.move).toMatchObject({do: move, ...moves});
    expect(flow.current).toBe(current);
  },
);

function said(facts: Partial<FlowFacts>): {
  readonly steps: Readonly<Record<string, string>>;
  readonly why: string;
} {
  const {steps, move} = flowOf({...nothing, ...facts});
  return {steps: Object.fromEntries(steps.map(({id, says}) => [id, says])), why: move.why};
}

describe('it says', () => {
  it('what the dry run found, what matters most first', () => {
    const {steps} = said({
      plan: planRun(
        {partitions: {done: 1, failed: 2, pending: 0}},
        {inserted: 2_000, updated: 171, failed: 1, skipped: 4, unchanged: 62},
      ),
    });
    expect(steps['dry-run']).toBe(
      '2,238 listed · 2,171 to change · 1 failed · 2 partitions failed · 62 unchanged · 4 skipped',
    );
  });

  it('why a run rests', () => {
    const reason = stopped('budget', '10 failures in a row (budget failuresInARow: 10)');
    expect(said({plan: planRun({status: 'paused', stopReason: reason})}).steps['dry-run']).toBe(
      'paused: 10 failures in a row (budget failuresInARow: 10)',
    );
    expect(said({plan: planRun({status: 'running'}), gone: ['plan']}).steps['dry-run']).toBe(
      'its process is gone; what it decided is on record',
    );
    expect(
      said({plan: planRun(used), live: liveRun({status: 'running'}), gone: ['live']}).steps['live'],
    ).toMatch(/^its process is gone; what it wrote is on record · \d+ of \d+$/);
  });

  it('how far a stopped run of a plan came', () => {
    const plan = planRun(used, {inserted: 10});
    const live = liveRun(
      {status: 'paused', stopReason: stopped('operator', 'paused by the operator')},
      {inserted: 4, pending: 1},
    );
    expect(said({plan, live}).steps['live']).toBe('paused by the operator · 4 of 10');
  });

  it('that nothing was listed, and that this is not the end', () => {
    const flow = said({plan: planRun({}, {inserted: 0}), checks: []});
    expect(flow.steps['dry-run']).toBe('nothing was listed: is this the right source?');
    expect(flow.why).toBe('again, once source and scope are those that you mean');
  });

  it('the first closed gate by its reason, and more of them by their number', () => {
    expect(
      said({plan: planRun(), gates: [gate('lease', false), gate('confirmed', false)]}).steps['review'],
    ).toBe('lease is closed');
    expect(said({plan: planRun(), gates: [gate('lease', false), gate('space', false)]}).steps['review']).toBe(
      '2 gates are closed',
    );
    expect(said({plan: planRun(), gates: [gate('fresh', false)]}).why).toBe(
      'fresh is closed: make a new one',
    );
  });

  it('what a live run left open, and what is done about it', () => {
    const plan = planRun(used);
    const live = liveRun({status: 'incomplete'}, {inserted: 1_000});
    const of = (counts: Parameters<typeof open>[0]) => said({plan, live, open: open(counts)});
    expect(of({failed: 1, waiting: 2, conflicts: 3}).steps['live']).toBe(
      '1,000 items written · 1 failed · 2 waiting · 3 conflicts',
    );
    expect(of({failed: 1}).why).toBe('take up only the failure again; this writes to index.sqlite');
    expect(of({failed: 2}).why).toBe('take up only the 2 failures again; this writes to index.sqlite');
    expect(of({waiting: 1}).why).toBe('write also the item that appeared since the dry run');
    expect(of({waiting: 2}).why).toBe('write also the 2 items that appeared since the dry run');
    expect(of({conflicts: 2}).why).toBe('decide again on 2 conflicts; this writes to index.sqlite');
    expect(said({plan, live}).why).toBe('take up what it left open; this writes to index.sqlite');
  });

  it('of an undo that it puts back', () => {
    const plan = planRun({...used, undoes: 'old'});
    const live = liveRun({mode: 'undo', undoes: 'old'}, {inserted: 1});
    expect(said({plan, live}).steps['live']).toBe('1 item put back');
    expect(said({plan: planRun({undoes: 'old'}, unchanged)}).steps['live']).toBe('nothing to put back');
  });

  it('in a read-only console nothing of typing, and where a stopped run goes on', () => {
    const stoppedLive = {isReadOnly: true, plan: planRun(used), live: liveRun({status: 'paused'})};
    expect(said({isReadOnly: true, plan: planRun()}).steps['review']).toBe('see what a live run would write');
    expect(said(stoppedLive).why).toBe(
      'measure how it stands; run live goes on from a console that is not read-only',
    );
  });

  it('which invariants hold', () => {
    const of = (checks: FlowFacts['checks']) =>
      said({plan: planRun(used), live: liveRun(), checks}).steps['verify'];
    expect(of([check(0)])).toBe('1 invariant holds');
    expect(of([check(0), check(0, 'warning'), check(2), check(1, 'warning')])).toBe(
      '2 invariants hold, 1 broken, 1 warning',
    );
  });
});
