import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {etaOf} from '../../src/console/pace.ts';
import {progressOf} from '../../src/console/progress.ts';
import {reduceRun, startRunView, tickRun} from '../../src/console/reduce-run.ts';
import {repositoryRunOf} from '../../src/console/repository-run.ts';
import {logLines} from '../../src/console/run-view.ts';
import type {RunEvent} from '../../src/core/event.ts';
import {down, limit, records} from './repository-hosts.ts';
import {ScriptedRun} from './run-events.ts';

const operation = fc.record({
  op: fc.constantFrom('discover', 'resolve', 'over', 'list', 'settle', 'fetched', 'gave up', 'tick', 'down'),
  count: fc.nat(40),
  ms: fc.nat(4_000),
});

describe('whatever happens to repositories', () => {
  it('no number goes back, no share is above 1, and the view stays small', () => {
    const story = fc.record({
      partitions: fc.record({done: fc.nat(50), failed: fc.nat(5), pending: fc.nat(50)}),
      steps: fc.array(operation, {maxLength: 150}),
    });
    fc.assert(
      fc.property(story, ({partitions, steps}) => {
        const run = new ScriptedRun({...records, tally: {inserted: partitions.done}, partitions});
        let view = startRunView(run.started);
        let before = {found: 0, resolved: 0, fetched: 0, ended: 0, share: 0};
        let isOver = false;
        const look = () => {
          const repositories = repositoryRunOf(view);
          const {share, done, total} = progressOf(view);
          expect(repositories).not.toBeNull();
          if (repositories === null) return;
          const {found, fetched, failed, ended, resolved} = repositories;
          expect(found).toBeGreaterThanOrEqual(before.found);
          expect(fetched).toBeGreaterThanOrEqual(before.fetched);
          expect(ended).toBeGreaterThanOrEqual(before.ended);
          expect(resolved ?? before.resolved).toBeGreaterThanOrEqual(before.resolved);
          expect(fetched + failed).toBeLessThanOrEqual(found);
          expect(share === null).toBe(total === null || total === 0);
          if (share !== null) {
            expect(repositories.isOver).toBe(true);
            expect(share).toBeLessThanOrEqual(1);
            expect(share).toBeGreaterThanOrEqual(before.share);
            expect(etaOf(view.partitionPace, found - done)?.fromSeconds ?? 0).toBeGreaterThanOrEqual(0);
          }
          before = {
            found,
            fetched,
            ended,
            resolved: resolved ?? before.resolved,
            share: share ?? before.share,
          };
        };
        look();
        for (const {op, count, ms} of steps) {
          run.seconds += ms / 1_000;
          const {pending} = run.state.partitions;
          let events: readonly RunEvent[] = [];
          if (op === 'discover' && !isOver) events = [run.discover(count)];
          if (op === 'resolve') run.resolve(count);
          if (op === 'over') {
            run.discovered();
            isOver = true;
          }
          if (op === 'list') events = [run.list(count)];
          if (op === 'settle') events = [run.settle(count)];
          if (op === 'fetched' && pending > 0) events = [run.fetched()];
          if (op === 'gave up' && pending > 0)
            events = run.gaveUp(`did:plc:${count}`, `host-${count}.example`);
          if (op === 'down') run.limits = [down(`host-${count}.example`, count)];
          view = events.length === 0 ? tickRun(view, run.at) : events.reduce(reduceRun, view);
          look();
        }
        expect(view.log.length).toBeLessThanOrEqual(logLines);
      }),
      {numRuns: 300},
    );
  });
});

it('takes microseconds an event, with 1,000 pages and partitions a second on 300 hosts', () => {
  const run = new ScriptedRun(records);
  run.limits = Array.from({length: 300}, (_, index) =>
    index % 6 === 0 ? down(`host-${index}.example`, 100) : {...limit, host: `host-${index}.example`},
  );
  const events: RunEvent[] = [run.discover(20_000)];
  for (let step = 0; step < 10_000; step++) {
    run.seconds += 0.001;
    run.resolve(1);
    events.push(run.list(3), run.settle(3), run.fetched(`did:plc:${step}`));
  }
  let view = startRunView(run.started);
  const began = performance.now();
  for (const event of events) view = reduceRun(view, event);
  const each = ((performance.now() - began) * 1_000) / events.length;
  expect(view.snapshot.partitions.done).toBe(10_000);
  // Seen: 5 to 9, with 300 hosts and with 3,000; 68 while every event looked through the hosts.
  expect(each).toBeLessThan(50);
});
