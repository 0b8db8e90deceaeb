import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {Fault} from '../../src/core/failure.ts';
import type {RunResult} from '../../src/engine/execution.ts';
import type {RunRecord} from '../../src/ledger/records.ts';
import type {ObjectStore} from '../../src/stores/object-store.ts';
import {documentedSchema, hashOf} from '../backfills/asset-index/index-under-test.ts';
import {
  authenticationError,
  badGateway,
  type CloudflareFault,
  connectionReset,
  gatewayTimeout,
  piecemeal,
  rateLimited,
  silence,
  transient,
  transientMessages,
  truncatedJson,
  unsuccessful,
} from '../simulators/cloudflare-faults.ts';
import {sharedSimulator} from '../support/cloudflare.ts';
import {type D1Bench, expectNothingLeft, filesOf, makeD1Bench} from '../support/d1-bench.ts';
import {goLive, rehearse, resume, startLive} from '../support/engine.ts';

const simulator = sharedSimulator();

const whole = {listed: 12, inserted: 8, updated: 4, rows: 12, pending: 0};
const {listed: _, ...tally} = whole;

/** Changes in each page that was sent, in order. */
function sizesSent({cloudflare}: D1Bench): readonly number[] {
  return cloudflare.requests
    .map(({batch}) => batch.filter(({sql}) => /INTO files|UPDATE files/.test(sql)))
    .filter(statements => statements.length > 0)
    .map(statements =>
      statements.reduce((sum, {params}) => sum + (JSON.parse(String(params[0])) as unknown[]).length, 0),
    );
}

function notes({events}: D1Bench): string {
  return events.flatMap(event => (event.type === 'note' ? [event.message] : [])).join('\n');
}

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

/** Lists three objects at a time; `between` is waited for before the last three. */
function inSteps(between: () => Promise<void>): (store: ObjectStore) => ObjectStore {
  return store => ({
    ...store,
    async *list(listing) {
      for await (const page of store.list(listing)) {
        for (let from = 0; from < page.length; from += 3) {
          if (from + 3 >= page.length) await between();
          yield page.slice(from, from + 3);
        }
      }
    },
  });
}

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
    {numRuns: 12},
  );
});

it('a row that the database left out is a conflict, also where only the mark knows how many there were', async () => {
  for (const fault of [null, gatewayTimeout('before-answer')]) {
    await simulator().reset();
    const bench = await makeD1Bench(simulator());
    await simulator().sql(
      "CREATE TRIGGER leave_out BEFORE INSERT ON files WHEN new.key = 'file 00004' BEGIN SELECT RAISE(IGNORE); END",
    );
    const plan = await rehearse(bench);
    if (fault !== null) simulator().inject(fault, {matches: /INTO files/, times: 2});
    const {record} = await goLive(bench, plan.record);
    expect(record).toMatchObject({
      status: 'incomplete',
      tally: {inserted: 7, updated: 4, skipped: 1, pending: 0, rows: 11},
    });
  }
});

it('a token that is taken away in the middle fails the run by name, and it goes on with another', async () => {
  const bench = await makeD1Bench(simulator());
  const plan = await rehearse(bench);
  const revoked = simulator().inject(authenticationError(), {matches: /files/, skip: 9, times: Infinity});
  const failed = await goLive(bench, plan.record);
  expect(failed.record).toMatchObject({status: 'failed', stopReason: {by: 'error'}});
  expect(failed.record.stopReason?.message).toMatch(/Authentication error \(10000\)/);
  expect(revoked.fired).toBe(1);
  revoked.lift();
  expect((await resume(bench, failed.record)).record).toMatchObject({status: 'completed', tally});
});

it.each([
  ['landed', gatewayTimeout('before-answer')],
  ['did not land', gatewayTimeout('never')],
  ['lands when the run is over', gatewayTimeout('on-release')],
])('a page that could not be settled, and %s, is settled when the run is resumed', async (_, fault) => {
  const bench = await makeD1Bench(simulator());
  const plan = await rehearse(bench);
  const page = simulator().inject(fault, {matches: /INTO files/, skip: 1});
  const down = simulator().inject(transient('not allowed', {status: 403}), {matches: /fence = max/, skip: 1});
  const failed = await goLive(bench, plan.record);
  expect(failed.record).toMatchObject({status: 'failed', tally: {rows: 3}});
  expect([page.fired, down.fired]).toEqual([1, 1]);
  expect((await resume(bench, failed.record)).record).toMatchObject({
    status: 'completed',
    tally: {...tally, unchanged: 0, skipped: 0},
  });
  const before = await filesOf(bench);
  await page.release();
  expect(await filesOf(bench)).toEqual(before);
});

it('a page whose mark went back, because the database was restored, is looked for in the rows, which is said', async () => {
  const bench = await makeD1Bench(simulator());
  const plan = await rehearse(bench);
  simulator().inject(gatewayTimeout('before-answer'), {matches: /INTO files/, skip: 2});
  simulator().inject(transient('not allowed', {status: 403}), {matches: /fence = max/, skip: 1});
  const failed = await goLive(bench, plan.record);
  expect(failed.record).toMatchObject({status: 'failed', tally: {rows: 6}});
  await simulator().sql('UPDATE headgate_marks SET page = 1');
  expect((await resume(bench, failed.record)).record).toMatchObject({
    status: 'completed',
    tally: {...tally, unchanged: 0},
  });
  expect(notes(bench)).toMatch(/page 3 of p1: there is no mark to trust/);
});

it('a bookmark that can not be had keeps nobody from going live, which is said', async () => {
  const bench = await makeD1Bench(simulator());
  const plan = await rehearse(bench);
  simulator().inject(transient('not allowed', {status: 403}), {operation: 'bookmark'});
  expect((await goLive(bench, plan.record)).record).toMatchObject({status: 'completed', tally});
  expect(notes(bench)).toMatch(/bookmark before the run could not be read .*not allowed/);
});

it('the bookmark before a live run is noted, and in the audit', async () => {
  const bench = await makeD1Bench(simulator());
  const plan = await rehearse(bench);
  const bookmark = await bench.connection.target.bookmark();
  simulator().inject(badGateway('never'), {operation: 'bookmark', times: 2});
  await goLive(bench, plan.record);
  expect(notes(bench)).toContain(`Time Travel bookmark before the run: ${bookmark}`);
  expect(await bench.connection.target.bookmark()).not.toBe(bookmark);
});

describe('a D1 whose batches are no transactions', () => {
  it('is found out, said, and written to as an advisory run', async () => {
    const bench = await makeD1Bench(simulator());
    const plan = await rehearse(bench);
    simulator().inject(piecemeal(), {times: Infinity});
    const live = await goLive(bench, plan.record);
    expect(live.record).toMatchObject({status: 'completed', tally});
    expect(notes(bench)).toMatch(/left a part of a transaction that it refused: this run is advisory/);
    await expectNothingLeft(bench);
  });

  it('has the counts right where it keeps one half of a page and refuses the other', async () => {
    const known = `key <> 'file 00003' OR content_hash IS NULL OR content_hash = '${hashOf('0')}'`;
    const schema = documentedSchema.replace('metadata TEXT', `metadata TEXT, CHECK (${known})`);
    const bench = await makeD1Bench(simulator(), {schema});
    const plan = await rehearse(bench);
    simulator().inject(piecemeal(), {times: Infinity});
    const {record} = await goLive(bench, plan.record);
    expect(record).toMatchObject({
      status: 'incomplete',
      tally: {inserted: 8, updated: 3, failed: 1, skipped: 0, pending: 0, rows: 11},
    });
    expect(await filesOf(bench)).toHaveLength(12);
  });

  it.each([1, 2])(
    'has the counts right where the connection breaks after %i statements of a page',
    async breaksAfter => {
      const bench = await makeD1Bench(simulator());
      const plan = await rehearse(bench);
      simulator().inject(piecemeal(breaksAfter), {matches: /INTO files/, times: 2});
      simulator().inject(piecemeal(), {times: Infinity});
      const {record} = await goLive(bench, plan.record);
      expect(record).toMatchObject({status: 'completed', tally});
    },
  );
});

describe('a D1 in which Headgate may make no tables', () => {
  it.each([
    ['nothing fails', null],
    ['answers are lost after a page was written', gatewayTimeout('before-answer')],
    ['answers are lost before', transient('Network connection lost.')],
  ])('is written to, with the right counts, where %s', async (_, fault) => {
    const bench = await makeD1Bench(simulator(), {marks: false});
    const plan = await rehearse(bench);
    if (fault !== null) simulator().inject(fault, {matches: /INTO files/, times: 2});
    const {record} = await goLive(bench, plan.record);
    expect(record).toMatchObject({status: 'completed', label: expect.stringMatching(/advisory/), tally});
    expect(await simulator().sql("SELECT name FROM sqlite_schema WHERE name GLOB 'headgate_*'")).toEqual([]);
  });
});

describe('a D1 that is restored while a run writes to it', () => {
  it.each([
    {what: 'our tables', more: [], missing: 0, ...tally},
    {
      what: 'those, and the rows of three pages',
      more: ['DELETE FROM files'],
      missing: 9,
      ...{inserted: 9, updated: 3},
    },
  ])(
    'loses $what: the run fails by name, goes on when it is resumed, and says what is missing',
    async ({more, missing, inserted, updated}) => {
      let isRestored = false;
      const restore = async () => {
        if (isRestored) return;
        await expect.poll(() => sizesSent(bench).length).toBeGreaterThan(1);
        await expect.poll(() => bench.events.filter(({type}) => type === 'page').length).toBe(7);
        await simulator().sql(['DROP TABLE headgate_lease', 'DROP TABLE headgate_marks', ...more]);
        isRestored = true;
      };
      const bench: D1Bench = await makeD1Bench(simulator(), {store: inSteps(restore)});
      isRestored = true;
      const plan = await rehearse(bench);
      isRestored = false;
      const failed = await (await startLive(bench, plan.record)).done;
      expect(failed.record.status).toBe('failed');
      expect(failed.record.stopReason?.message).toMatch(/no such table: headgate_/);
      const {record, checks} = await resume(bench, failed.record);
      expect(record).toMatchObject({status: 'completed', tally: {inserted, updated, pending: 0, rows: 12}});
      expect(checks).toContainEqual(expect.objectContaining({id: 'objects-have-hash', count: missing}));
    },
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
