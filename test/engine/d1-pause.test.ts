import {describe, expect, it} from 'vitest';
import type {RunHandle, RunResult} from '../../src/engine/execution.ts';
import {Ledger} from '../../src/ledger/ledger.ts';
import {rateLimited} from '../simulators/cloudflare-faults.ts';
import type {FaultLimits} from '../simulators/cloudflare-injected.ts';
import {sharedSimulator} from '../support/cloudflare.ts';
import {accountOf, targetOn} from '../support/d1.ts';
import {type D1Bench, expectNothingLeft, filesOf, makeD1Bench} from '../support/d1-bench.ts';
import {rehearse, resume, scopeWith, startLive} from '../support/engine.ts';

/** An account that is blocked for five minutes keeps nobody from pausing, and nothing is sent after a pause. */

const simulator = sharedSimulator();

/** Far less than the five minutes that the account is blocked for, and enough for a busy machine. */
const pauseMs = 10_000;
const blocked = rateLimited({retryAfter: 300});

/** The run, once Cloudflare has refused a request of its for five minutes. */
async function untilBlocked(bench: D1Bench, limits: FaultLimits, start: () => Promise<RunHandle>) {
  const injected = simulator().inject(blocked, limits);
  const handle = await start();
  await expect.poll(() => bench.events.some(isWaiting), {interval: 5}).toBe(true);
  expect(injected.fired).toBe(1);
  return handle;
}

function isWaiting(event: D1Bench['events'][number]): boolean {
  return event.type === 'retrying' && event.waitMs >= 120_000;
}

async function pausedInTime(bench: D1Bench, handle: RunHandle, pause = () => handle.pause()) {
  const sent = bench.cloudflare.requests.length;
  const pausedAt = performance.now();
  pause();
  const result = await handle.done;
  expect(performance.now() - pausedAt).toBeLessThan(pauseMs);
  expect(result.record).toMatchObject({status: 'paused', stopReason: {by: 'operator'}});
  expect(bench.cloudflare.requests.length).toBe(sent);
  return result;
}

/** Goes on with an account that is not blocked any more. */
async function goesOn(bench: D1Bench, {record}: RunResult): Promise<RunResult> {
  const target = await targetOn(simulator(), {account: accountOf(simulator())});
  return resume({...bench, connection: {...bench.connection, target}}, record);
}

const places: readonly (readonly [string, FaultLimits])[] = [
  ['the bookmark', {operation: 'bookmark'}],
  ['the claim of the lease', {matches: /CREATE TABLE IF NOT EXISTS headgate_lease/}],
  ['the trial of atomicity', {matches: /VALUES \(\?1, \?2, 0, \?3\)/}],
  ['the read of a decision', {matches: /WHERE key IN \(SELECT value FROM json_each/, skip: 1}],
  ['the commit of a page', {matches: /inserted \+ changes\(\)/, skip: 1}],
  ['an invariant', {matches: /AS breaks/, skip: 1}],
];

describe('a live run that is blocked', () => {
  it.each(places)('at %s is paused at once, sends nothing more, and goes on later', async (_, limits) => {
    const bench = await makeD1Bench(simulator());
    const plan = await rehearse(bench);
    const handle = await untilBlocked(bench, limits, () => startLive(bench, plan.record));
    const paused = await pausedInTime(bench, handle);
    const done = await goesOn(bench, paused);
    expect(done.record).toMatchObject({
      status: 'completed',
      tally: {inserted: 8, updated: 4, unchanged: 0, rows: 12, pending: 0},
    });
    expect(await filesOf(bench)).toHaveLength(12);
    await expectNothingLeft(bench);
  });

  it('is paused from another terminal, also while a renewal of its lease waits for its turn', async () => {
    const bench = await makeD1Bench(simulator(), {settings: {leaseSeconds: 1}});
    const plan = await rehearse(bench);
    const limits = {matches: /WHERE key IN \(SELECT value FROM json_each/, skip: 1};
    const handle = await untilBlocked(bench, limits, () => startLive(bench, plan.record));
    // By the engine's clock the lease has to be renewed, which waits for the end of the block.
    bench.clock.now = (bench.clock.now ?? 0) + 1_000;
    const polled = nextLook(bench);
    await polled;
    const terminal = await Ledger.open(bench.ledger.path);
    await pausedInTime(bench, handle, () => void terminal.runs.request(handle.id, 'pause'));
    await terminal.close();
  });
});

/** The run has asked its ledger twice more whether it is to pause: it has seen what the clock says. */
function nextLook({ledger}: D1Bench): Promise<void> {
  const real = ledger.runs.requested.bind(ledger.runs);
  return new Promise(resolve => {
    let looks = 0;
    ledger.runs.requested = (...args) => {
      if (++looks === 2) resolve();
      return real(...args);
    };
  });
}

it('a live run that is paused as soon as it has begun sends nothing at all', async () => {
  const fast = await makeD1Bench(simulator());
  const plan = await rehearse(fast);
  const target = await targetOn(simulator(), {account: accountOf(simulator(), {perSecond: 2})});
  const bench = {...fast, connection: {...fast.connection, target}};
  const handle = await startLive(bench, plan.record);
  const paused = await pausedInTime(bench, handle);
  expect(simulator().requests.filter(({operation}) => operation === 'bookmark')).toEqual([]);
  expect((await goesOn(bench, paused)).record).toMatchObject({status: 'completed', tally: {rows: 12}});
});

it('a dry run that is blocked is paused at once', async () => {
  const bench = await makeD1Bench(simulator());
  const limits = {matches: /WHERE key IN \(SELECT value FROM json_each/, skip: 1};
  const handle = await untilBlocked(bench, limits, () =>
    bench.engine.rehearse(bench.connection, scopeWith(), {}),
  );
  const paused = await pausedInTime(bench, handle);
  expect((await goesOn(bench, paused)).record).toMatchObject({
    status: 'completed',
    tally: {inserted: 8, updated: 4},
  });
});

it('a lease is not given back where that would take minutes, which is said', async () => {
  const bench = await makeD1Bench(simulator());
  const plan = await rehearse(bench);
  simulator().inject(blocked, {matches: /SET run = NULL/});
  const handle = await startLive(bench, plan.record);
  await expect.poll(() => bench.events.some(isWaiting) || notes(bench).length > 1).toBe(true);
  expect(notes(bench).at(-1)).toMatch(/lease could not be given back .*throttling.*: it expires in 60 s/);
  const paused = await pausedInTime(bench, handle);
  expect(paused.record.tally).toMatchObject({inserted: 8, updated: 4, pending: 0});
});

function notes({events}: D1Bench): readonly string[] {
  return events.flatMap(event => (event.type === 'note' ? [event.message] : []));
}
