import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {Fault} from '../../src/core/failure.ts';
import type {RunResult} from '../../src/engine/execution.ts';
import type {RunRecord} from '../../src/ledger/records.ts';
import type {ObjectStore} from '../../src/stores/object-store.ts';
import {
  badGateway,
  type CloudflareFault,
  connectionReset,
  gatewayTimeout,
  rateLimited,
  silence,
  transient,
  transientMessages,
  truncatedJson,
  unsuccessful,
} from '../simulators/cloudflare-faults.ts';
import {sharedSimulator} from '../support/cloudflare.ts';
import {
  type D1Bench,
  expectNothingLeft,
  filesOf,
  inSteps,
  makeD1Bench,
  sizesSent,
  tally,
} from '../support/d1-bench.ts';
import {goLive, rehearse, resume, startLive} from '../support/engine.ts';

const simulator = sharedSimulator();

/** A page with so many items or more: each has its key once in the JSON, which is a string of the request's JSON. */
function atLeast(items: number): RegExp {
  return new RegExp(`(?:INTO files|UPDATE files)[^]*(?:\\\\"key\\\\":[^]*){${items}}`);
}

const oneBigPage = {settings: {page: {items: 8, bytes: 1e9, seconds: 60}}};
const halves = (from: number, to: number): readonly number[] =>
  from <= to ? [from] : [from, ...halves(from / 2, to), ...halves(from / 2, to)];

describe('a page', () => {
  it('that takes too long is halved, down to one item', async () => {
    const bench = await makeD1Bench(simulator(), {...oneBigPage, objects: 8});
    const plan = await rehearse(bench);
    simulator().inject(gatewayTimeout('never'), {matches: atLeast(2), times: Infinity});
    const {record} = await goLive(bench, plan.record);
    expect(record).toMatchObject({status: 'completed', tally: {inserted: 5, updated: 3, rows: 8}});
    expect(sizesSent(bench)).toEqual(halves(8, 1));
  });

  it('that is too large is halved until it is not', async () => {
    const bench = await makeD1Bench(simulator(), {...oneBigPage, objects: 8});
    const plan = await rehearse(bench);
    const tooBig = transient('string or blob too big: SQLITE_TOOBIG', {status: 400});
    simulator().inject(tooBig, {matches: atLeast(3), times: Infinity});
    const {record} = await goLive(bench, plan.record);
    expect(record).toMatchObject({status: 'completed', tally: {inserted: 5, updated: 3, rows: 8}});
    expect(sizesSent(bench)).toEqual(halves(8, 2));
  });

  it('that is never answered, and lands when the run is over, is written once', async () => {
    const bench = await makeD1Bench(simulator(), {...oneBigPage, objects: 8, account: {requestMs: 400}});
    const plan = await rehearse(bench);
    const late = simulator().inject(silence('on-release'), {matches: atLeast(3), times: Infinity});
    const {record} = await goLive(bench, plan.record);
    expect(record).toMatchObject({status: 'completed', tally: {inserted: 5, updated: 3, rows: 8}});
    expect(sizesSent(bench)).toEqual(halves(8, 2));
    const before = await filesOf(bench);
    late.lift();
    expect(await late.release()).toEqual([400, 400, 400]);
    expect(await filesOf(bench)).toEqual(before);
  });
});

it('429 at every second request only slows it down', async () => {
  const bench = await makeD1Bench(simulator(), {settings: {attempts: 2}});
  const plan = await rehearse(bench);
  const handle = await startLive(bench, plan.record);
  const storm = simulator().inject(rateLimited({retryAfter: 0}), {every: 2, times: 6});
  const live = await handle.done;
  expect(live.record).toMatchObject({status: 'completed', tally});
  expect(storm.fired).toBe(6);
  const {perSecond = null} = bench.connection.target.traffic() ?? {};
  expect(perSecond).toBeLessThan(1_000);
  await expectNothingLeft(bench);
});

it.each([0, 1, 2, 3])(
  'every second request from the %i. on is lost behind a page, and it is settled',
  async skip => {
    const bench = await makeD1Bench(simulator(), {settings: {attempts: 2}});
    const plan = await rehearse(bench);
    simulator().inject(transient('Network connection lost.', {lands: 'before-answer'}), {
      matches: /INTO files/,
    });
    const matches = /headgate_marks|headgate_lease/;
    const handle = await startLive(bench, plan.record);
    await expect.poll(() => sizesSent(bench).length, {interval: 1}).toBeGreaterThan(0);
    simulator().inject(transient('Network connection lost.'), {matches, skip, every: 2, times: 3});
    const live = await handle.done;
    expect(live.record).toMatchObject({status: 'completed', tally});
  },
);

it('a lease that is renewed while every second answer is lost is kept', async () => {
  const bench = await makeD1Bench(simulator(), {settings: {leaseSeconds: 1}});
  const plan = await rehearse(bench);
  const renewals = {matches: /^\{"batch":\[\{"sql":"UPDATE headgate_lease SET expires_at[^{]*\}\]/};
  const lost = simulator().inject(gatewayTimeout('before-answer'), {...renewals, every: 2, times: Infinity});
  const hurry = setInterval(() => {
    bench.clock.now = (bench.clock.now ?? 0) + 400;
  }, 20);
  const slowly = inSteps(async () => {
    await expect.poll(() => lost.fired).toBeGreaterThan(0);
  });
  const source = slowly(bench.connection.source as unknown as ObjectStore);
  const live = await goLive({...bench, connection: {...bench.connection, source}}, plan.record);
  clearInterval(hurry);
  expect(live.record).toMatchObject({status: 'completed', tally});
  expect(lost.fired).toBeGreaterThan(0);
});

const lands = fc.constantFrom('never', 'before-answer', 'on-release');
const anyFault: fc.Arbitrary<CloudflareFault> = fc.oneof(
  lands.map(gatewayTimeout),
  lands.map(connectionReset),
  lands.map(badGateway),
  lands.map(each => unsuccessful(each)),
  fc
    .tuple(fc.constantFrom(...transientMessages), lands)
    .map(([message, each]) => transient(message, {lands: each})),
  fc.constant(truncatedJson()),
  fc.constant(rateLimited({retryAfter: 0})),
);

/** What is refused before there is a run is asked for again; a run that failed is resumed. */
async function ended(bench: D1Bench, plan: RunRecord): Promise<RunResult> {
  let result = await insisting(() => goLive(bench, plan));
  for (let tries = 0; result.record.status === 'failed' && tries < 10; tries++) {
    const {record} = result;
    result = await insisting(() => resume(bench, record));
  }
  return result;
}

async function insisting<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Fault) || tries === 10) throw error;
    }
  }
}

it('whatever fails when, the run and its resumptions end with the same table and the same counts', {
  timeout: 120_000,
}, async () => {
  const reference = await makeD1Bench(simulator());
  await goLive(reference, (await rehearse(reference)).record);
  const expected = await filesOf(reference);
  const schedule = fc.array(
    fc.record({fault: anyFault, skip: fc.nat(16), times: fc.integer({min: 1, max: 3})}),
    {
      minLength: 2,
      maxLength: 5,
    },
  );
  await fc.assert(
    fc.asyncProperty(schedule, async faults => {
      await simulator().reset();
      const bench = await makeD1Bench(simulator(), {
        settings: {attempts: 3, partitions: 2, splitAfterSeconds: 0},
      });
      const plan = await rehearse(bench);
      const injected = faults.map(({fault, ...limits}) =>
        simulator().inject(fault, {...limits, operation: 'raw'}),
      );
      const live = await ended(bench, plan.record);
      for (const each of injected) each.lift();
      expect(live.record).toMatchObject({status: 'completed', tally});
      expect(await filesOf(bench)).toEqual(expected);
      for (const each of injected) await each.release();
      expect(await filesOf(bench)).toEqual(expected);
    }),
    {numRuns: 5},
  );
});

describe('a dry run on D1', () => {
  it('writes nothing: no bookmark moves, and every statement only reads', async () => {
    const bench = await makeD1Bench(simulator());
    const {target} = bench.connection;
    const state = async () => [
      await target.bookmark(),
      await simulator().sql('SELECT name, sql FROM sqlite_schema ORDER BY name'),
      await filesOf(bench),
    ];
    const before = await state();
    const {record} = await rehearse(bench);
    expect(record.tally).toMatchObject({inserted: 8, updated: 4});
    expect(await state()).toEqual(before);
    const statements = simulator().requests.flatMap(({batch}) => batch);
    expect(statements.length).toBeGreaterThan(10);
    for (const {sql} of statements) expect(sql).toMatch(/^\s*(?:SELECT|WITH)\b/);
  });
});
