import {expect, it} from 'vitest';
import {silence, transient} from '../simulators/cloudflare-faults.ts';
import {sharedSimulator} from '../support/cloudflare.ts';
import {expectNothingLeft, filesOf, makeD1Bench} from '../support/d1-bench.ts';
import {goLive, rehearse, startLive} from '../support/engine.ts';

/** A run that is cancelled is never taken up again, so what it counted has to be what it wrote. */

const simulator = sharedSimulator();

async function written(bench: Parameters<typeof filesOf>[0]): Promise<number> {
  return (await filesOf(bench)).filter(({size}) => size === 21).length;
}

it('while the outcome of a page is unknown, it is settled first', async () => {
  const bench = await makeD1Bench(simulator(), {account: {requestMs: 800}});
  const plan = await rehearse(bench);
  const lost = simulator().inject(silence('before-answer'), {matches: /INTO files/, skip: 1});
  const handle = await startLive(bench, plan.record);
  await expect.poll(() => lost.fired).toBe(1);
  handle.cancel();
  const {record} = await handle.done;
  expect(record).toMatchObject({status: 'cancelled', tally: {inserted: 4, updated: 2, rows: 6}});
  expect(await written(bench)).toBe(6);
  await expectNothingLeft(bench);
});

it('and at rest, half done: it is settled first', async () => {
  const bench = await makeD1Bench(simulator());
  const plan = await rehearse(bench);
  simulator().inject(transient('Network connection lost.', {lands: 'before-answer'}), {
    matches: /INTO files/,
    skip: 1,
  });
  simulator().inject(transient('not authorized', {status: 403}), {matches: /fence = max/, skip: 1});
  const {record} = await goLive(bench, plan.record);
  expect(record).toMatchObject({status: 'failed', tally: {rows: 3}});
  const options = {acceptNew: false, acceptDrift: false, takeOver: null, kind: null};
  const handle = await bench.engine.resume(bench.connection, record, options);
  handle.cancel();
  const cancelled = await handle.done;
  expect(cancelled.record).toMatchObject({status: 'cancelled', tally: {inserted: 4, updated: 2, rows: 6}});
  expect(await written(bench)).toBe(6);
  await expectNothingLeft(bench);
});

it('and it can not be settled: the run is failed, and not over', async () => {
  const bench = await makeD1Bench(simulator(), {account: {requestMs: 800}});
  const plan = await rehearse(bench);
  const lost = simulator().inject(silence('before-answer'), {matches: /INTO files/, skip: 1});
  simulator().inject(transient('not authorized', {status: 403}), {
    matches: /fence = max/,
    skip: 1,
    times: Infinity,
  });
  const handle = await startLive(bench, plan.record);
  await expect.poll(() => lost.fired).toBe(1);
  handle.cancel();
  expect((await handle.done).record).toMatchObject({status: 'failed', tally: {rows: 3}});
});
