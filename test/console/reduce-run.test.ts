import {describe, expect, it} from 'vitest';
import {Coalescer} from '../../src/console/coalescer.ts';
import {progressOf} from '../../src/console/progress.ts';
import {reduceRun, startRunView, tickRun} from '../../src/console/reduce-run.ts';
import {type RunView, sparkSeconds} from '../../src/console/run-view.ts';
import type {RunEvent} from '../../src/core/event.ts';
import {makeIndex, writeAssets} from '../support/assets.ts';
import {goLive, makeBench, rehearse} from '../support/engine.ts';
import {noon, ScriptedRun} from './run-events.ts';

describe('the rate', () => {
  it('is of what this process has settled', () => {
    const settle = (inserted: number) => {
      const run = new ScriptedRun({expected: 1e6, tally: {inserted}, partitions: {pending: 1}});
      let view = startRunView(run.started);
      for (let step = 1; step <= 60; step++) {
        run.seconds = step * 0.5;
        view = [run.list(20), run.settle(20)].reduce(reduceRun, view);
      }
      return view;
    };
    const [resumed, fresh] = [settle(500_000), settle(0)];
    expect(resumed.settledBefore).toBe(500_000);
    expect(resumed.pace).toEqual(fresh.pace);
    expect(fresh.pace.fast).toBeCloseTo(40, -1);
  });

  it('counts what a retry settles, also what fails again', () => {
    const run = new ScriptedRun({
      expected: 1_000,
      tally: {inserted: 100, failed: 900},
      partitions: {done: 1},
    });
    let view = startRunView(run.started);
    expect(view.settledBefore).toBe(100);
    for (let step = 1; step <= 20; step++) {
      run.seconds = step;
      view = [run.retake(30), run.settle(30, 10)].reduce(reduceRun, view);
    }
    expect(view.pace.fast).toBeGreaterThan(25);
    expect(view.pace.fast).toBeLessThan(35);
  });
});

describe('time', () => {
  it('moves the seconds on, and changes nothing within one or once the run has ended', () => {
    const run = new ScriptedRun({expected: 100});
    const view = reduceRun(startRunView(run.started), run.list(10));
    expect(tickRun(view, noon + 999)).toBe(view);
    const later = tickRun(view, noon + 3_000);
    expect(later.perSecond).toEqual([0, 0, 0, 0]);
    expect(tickRun(later, noon + 3_900)).toBe(later);
    expect(tickRun(later, noon + 1_000)).toBe(later);
    const over = reduceRun(later, run.end());
    expect(tickRun(over, noon + 60_000)).toBe(over);
  });

  it('keeps a minute of rates, the last of them the one that is shown', () => {
    const run = new ScriptedRun({expected: null});
    let view = startRunView(run.started);
    for (let step = 1; step <= 900; step++) {
      run.seconds = step * 0.1;
      view = [run.list(5), run.settle(5)].reduce(reduceRun, view);
    }
    expect(view.perSecond).toHaveLength(sparkSeconds);
    expect(view.perSecond.at(-1)).toBe(view.pace.fast);
    for (const rate of view.perSecond) expect(rate).toBeCloseTo(50, -1);
    const asleep = tickRun(view, noon + 86_400_000);
    expect(asleep.perSecond).toHaveLength(sparkSeconds);
    expect(asleep.pace.fast).toBeLessThan(0.1);
  });
});

it('what another run tells changes nothing', () => {
  const run = new ScriptedRun({expected: 100});
  const view = startRunView(run.started);
  const event = run.list(10);
  expect(reduceRun(view, {...event, snapshot: {...event.snapshot, run: 'run-2'}})).toBe(view);
});

it('follows a real run to the end that is on record', async () => {
  const bench = await makeBench({settings: {page: {items: 20, bytes: 1e9, seconds: 60}}});
  const keys = writeAssets(bench.assets, 300);
  makeIndex(bench.index);
  const plan = await rehearse(bench);
  const live = await goLive(bench, plan.record);
  const views: Record<string, RunView> = {};
  const coalescer = new Coalescer<RunEvent>({
    deliver: batch => {
      for (const event of batch) {
        const {run} = event.snapshot;
        const known = views[run];
        if (known !== undefined) views[run] = reduceRun(known, event);
        else if (event.type === 'started') views[run] = startRunView(event);
      }
    },
    failed: error => expect.fail(String(error)),
    isUrgent: ({type}) => type === 'ended',
    schedule: () => () => undefined,
    now: () => 0,
  });
  for (const event of bench.events) coalescer.push(event);
  for (const {record, seconds} of [plan, live]) {
    const view = views[record.id];
    expect(view).toMatchObject({
      snapshot: {
        tally: record.tally,
        partitions: record.partitions,
        drift: record.drift,
        status: 'completed',
      },
      ended: {reason: null, seconds},
      label: record.label,
      retry: null,
    });
    if (view === undefined) continue;
    expect(progressOf(view)).toMatchObject({done: keys.length, underWay: 0, total: keys.length, share: 1});
    expect(view.log.at(-1)?.text).toMatch(/^completed after /);
  }
  expect(views[live.record.id]?.checks.map(({id}) => id).sort()).toEqual(
    live.checks.map(({id}) => id).sort(),
  );
  expect(views[live.record.id]?.coverage).toEqual(live.coverage);
});
