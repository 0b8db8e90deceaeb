import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {etaOf} from '../../src/console/pace.ts';
import {progressOf, stalledFor, waitText} from '../../src/console/progress.ts';
import {reduceRun, startRunView, tickRun} from '../../src/console/reduce-run.ts';
import {driftKeys, logLines, measured, type RunView, sparkSeconds} from '../../src/console/run-view.ts';
import {listedOf} from '../../src/core/accounting.ts';
import type {RunEvent} from '../../src/core/event.ts';
import type {StopReason} from '../../src/core/run.ts';
import {type Beginning, noon, ScriptedRun} from './run-events.ts';

const paused: StopReason = {by: 'operator', message: 'paused by the operator'};

function follow(run: ScriptedRun, events: (run: ScriptedRun) => readonly RunEvent[]): RunView {
  return events(run).reduce(reduceRun, startRunView(run.started));
}

describe('progress', () => {
  it.each<
    [
      string,
      Beginning,
      (run: ScriptedRun) => readonly RunEvent[],
      number | null,
      ReturnType<typeof progressOf>,
    ]
  >([
    [
      'a live run has its plan’s total',
      {expected: 200},
      run => [run.list(60), run.settle(50)],
      null,
      {done: 50, underWay: 10, total: 200, isSure: true, share: 0.25, begun: 0.3},
    ],
    [
      'a plan’s total grows with what was listed beyond it, and the share waits',
      {expected: 100},
      run => [run.list(100), run.settle(90), run.list(100)],
      null,
      {done: 90, underWay: 110, total: 200, isSure: true, share: 0.9, begun: 1},
    ],
    [
      'a paused live run keeps its plan’s total',
      {expected: 200},
      run => [run.list(60), run.settle(50), run.giveBack(), run.end('paused', paused)],
      null,
      {done: 50, underWay: 0, total: 200, isSure: true, share: 0.25, begun: 0.25},
    ],
    [
      'a dry run knows no total while it lists',
      {mode: 'dry-run'},
      run => [run.list(60), run.settle(50)],
      null,
      {done: 50, underWay: 10, total: null, isSure: false, share: null, begun: null},
    ],
    [
      'a dry run may take the total of the run before it',
      {mode: 'dry-run'},
      run => [run.list(60), run.settle(50)],
      200,
      {done: 50, underWay: 10, total: 200, isSure: false, share: 0.25, begun: 0.3},
    ],
    [
      'a dry run that came to its end has listed it all',
      {mode: 'dry-run'},
      run => [run.list(60), run.settle(60), run.end()],
      200,
      {done: 60, underWay: 0, total: 60, isSure: true, share: 1, begun: 1},
    ],
    [
      'a paused dry run still knows no total',
      {mode: 'dry-run'},
      run => [run.list(60), run.settle(60), run.end('paused', paused)],
      null,
      {done: 60, underWay: 0, total: null, isSure: false, share: null, begun: null},
    ],
    [
      'a dry run whose partition failed does not know what it missed',
      {mode: 'dry-run', partitions: {failed: 1}},
      run => [run.list(60), run.settle(60), run.end('incomplete')],
      null,
      {done: 60, underWay: 0, total: null, isSure: false, share: null, begun: null},
    ],
    [
      'nothing to do is done when it has ended',
      {expected: 0},
      run => [run.end()],
      null,
      {done: 0, underWay: 0, total: 0, isSure: true, share: 1, begun: 1},
    ],
    [
      'a resumed run goes on where it was',
      {expected: 200, tally: {inserted: 100}, partitions: {pending: 1}},
      run => [run.list(50), run.settle(40)],
      null,
      {done: 140, underWay: 10, total: 200, isSure: true, share: 0.7, begun: 0.75},
    ],
    [
      'in a retry, what failed before is still to do',
      {expected: 200, tally: {inserted: 180, failed: 20}, partitions: {done: 1}},
      run => [run.retake(10), run.settle(5, 2)],
      null,
      {done: 185, underWay: 5, total: 200, isSure: true, share: 0.925, begun: 0.95},
    ],
    [
      'a verification settles nothing',
      {mode: 'verify'},
      run => [run.end()],
      200,
      {done: 0, underWay: 0, total: null, isSure: false, share: null, begun: null},
    ],
  ])('%s', (_, beginning, events, lastTotal, expected) => {
    expect(progressOf(follow(new ScriptedRun(beginning), events), lastTotal)).toEqual(expected);
  });

  it('slows down where the total is only the last one, and never shows 1 before the end', () => {
    const run = new ScriptedRun({mode: 'dry-run'});
    let view = startRunView(run.started);
    const shares = [90, 10, 100, 100_000].map(items => {
      view = [run.list(items), run.settle(items)].reduce(reduceRun, view);
      return progressOf(view, 100).share ?? Number.NaN;
    });
    expect(shares[0]).toBeCloseTo(0.9);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(new Set(shares).size).toBe(4);
    expect(shares[3]).toBeLessThan(1);
  });
});

const operation = fc.record({
  op: fc.constantFrom(
    'list',
    'settle',
    'return',
    'retake',
    'failure',
    'retrying',
    'drift',
    'tick',
    'coverage',
  ),
  count: fc.nat(120),
  failed: fc.nat(3),
  ms: fc.nat(9_000),
});
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

const beginning: fc.Arbitrary<Beginning> = fc.oneof(
  fc.record({expected: fc.option(fc.nat(600)), mode: fc.constantFrom('live', 'dry-run')}),
  // A retry, and a run that was paused.
  fc.record({
    expected: fc.option(fc.nat(600)),
    tally: fc.record({inserted: fc.nat(200), failed: fc.integer({min: 1, max: 50})}),
    partitions: fc.constantFrom({done: 1}, {pending: 1}),
  }),
);

function eventOf(run: ScriptedRun, {op, count, failed}: Operation): RunEvent | null {
  switch (op) {
    case 'list':
      return run.list(count);
    case 'settle':
      return run.settle(count, failed);
    case 'return':
      return run.giveBack();
    case 'retake':
      return run.retake(count);
    case 'failure':
      return run.failure(`key-${count}`, 'timeout', 'x'.repeat(count * 100));
    case 'retrying':
      return run.retrying(failed, count * 100);
    case 'drift':
      return run.emit({type: 'drift', keys: [`key-${count}`]});
    case 'coverage':
      return run.emit({
        type: 'coverage',
        group: {group: `group-${count}`, done: 1, total: 1, at: run.at, rows: 1, rowsDone: 1},
      });
    default:
      return null;
  }
}

describe('whatever happens', () => {
  it('the share is from 0 to 1 and never goes back, the rest adds up, and the view stays small', () => {
    const lastTotal = fc.option(fc.integer({min: 1, max: 500}));
    const story = fc.record({
      begin: beginning,
      steps: fc.array(operation, {maxLength: 120}),
      lastTotal,
      isPaused: fc.boolean(),
    });
    fc.assert(
      fc.property(story, ({begin, steps, lastTotal, isPaused}) => {
        const run = new ScriptedRun(begin);
        let view = startRunView(run.started);
        let before = 0;
        const look = () => {
          const {done, underWay, total, share, begun, isSure} = progressOf(view, lastTotal);
          expect(done).toBeGreaterThanOrEqual(0);
          expect(done + underWay).toBeLessThanOrEqual(listedOf(view.snapshot.tally));
          if (total !== null) expect(done).toBeLessThanOrEqual(total);
          if (share === null) return;
          expect(share).toBeGreaterThanOrEqual(before);
          expect(share).toBeLessThanOrEqual(1);
          expect(begun).toBeGreaterThanOrEqual(share);
          expect(begun).toBeLessThanOrEqual(1);
          if (!isSure) expect(share).toBeLessThan(1);
          before = share;
          const eta = etaOf(view.pace, (total ?? 0) - done);
          expect(eta?.fromSeconds ?? 0).toBeLessThanOrEqual(eta?.toSeconds ?? 0);
        };
        look();
        for (const step of steps) {
          run.seconds += step.ms / 1_000;
          const event = eventOf(run, step);
          view = event === null ? tickRun(view, run.at) : reduceRun(view, event);
          look();
        }
        for (const event of [run.giveBack(), isPaused ? run.end('paused', paused) : run.end()]) {
          view = reduceRun(view, event);
          look();
        }
        expect(view.perSecond.length).toBeLessThanOrEqual(sparkSeconds);
        expect(view.log.length).toBeLessThanOrEqual(logLines);
        expect(view.driftKeys.length).toBeLessThanOrEqual(driftKeys);
        expect(view.coverage.length).toBeLessThanOrEqual(measured);
        for (const {text} of view.log) expect(text.length).toBeLessThan(500);
      }),
      {numRuns: 300},
    );
  });
});

describe('a stall', () => {
  const started = (run: ScriptedRun) => follow(run, each => [each.list(10)]);

  it('is told after 10 s in which nothing moved', () => {
    const run = new ScriptedRun({expected: 10});
    const view = started(run);
    expect(stalledFor(view, noon + 9_999)).toBeNull();
    expect(waitText(view, noon + 9_999)).toBeNull();
    expect(stalledFor(view, noon + 14_500)).toBe(14.5);
    expect(waitText(view, noon + 14_500)).toBe('stalled 14 s');
    expect(waitText(view, noon + 125_000)).toBe('stalled 2 min 5 s');
  });

  it.each([
    [
      '429 Too many requests',
      14,
      'stalled 14 s, last: 429 Too many requests from D1 of account 8f14e45f, retry 3 in 8 s',
    ],
    ['D1: 429 Too many requests', 14, 'stalled 14 s, last: D1: 429 Too many requests, retry 3 in 8 s'],
    ['D1: 429 Too many requests', 30, 'stalled 30 s, last: D1: 429 Too many requests, retry 3 under way'],
  ])('says what it waits for: %s after %i s', (message, seconds, text) => {
    const run = new ScriptedRun({expected: 10});
    const listed = started(run);
    run.seconds = 2;
    const view = reduceRun(listed, run.retrying(3, 20_000, message));
    expect(waitText(view, noon + seconds * 1_000)).toBe(text);
  });

  it('is over when anything moves, and a run that has ended has none', () => {
    const run = new ScriptedRun({expected: 10});
    const listed = reduceRun(started(run), run.retrying(1, 60_000));
    run.seconds = 20;
    run.state.read(1_000);
    const read = reduceRun(listed, run.emit({type: 'note', level: 'info', message: 'still here'}));
    expect(read).toMatchObject({retry: null, movedAt: run.at});
    const over = reduceRun(listed, run.end('failed', {by: 'error', message: 'the disk is full'}));
    expect(stalledFor(over, noon + 100_000)).toBeNull();
  });
});
