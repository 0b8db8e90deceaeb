import {describe, expect, it} from 'vitest';
import {authenticationError, badGateway, gatewayTimeout, transient} from '../simulators/cloudflare-faults.ts';
import {sharedSimulator} from '../support/cloudflare.ts';
import {type D1Bench, filesOf, inSteps, makeD1Bench, notesOf, tally} from '../support/d1-bench.ts';
import {ended, goLive, rehearse, resume, startLive} from '../support/engine.ts';

/** What only a look at the database can tell: pages that a run left behind, rows that it left out, a way back. */

const simulator = sharedSimulator();

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
  expect(notesOf(bench)).toMatch(/page 3 of p1: there is no mark to trust/);
});

it('an undo whose answers are lost puts back what the run wrote, and counts it once', async () => {
  const bench = await makeD1Bench(simulator());
  const before = await filesOf(bench);
  const live = await goLive(bench, (await rehearse(bench)).record);
  const dry = await ended(bench.engine.rehearseUndo(bench.connection, live.record));
  const lost = simulator().inject(gatewayTimeout('before-answer'), {
    matches: /DELETE FROM files|UPDATE files/,
    times: 3,
  });
  const undone = await goLive(bench, dry.record);
  expect(undone.record).toMatchObject({
    mode: 'undo',
    status: 'completed',
    tally: {deleted: 8, updated: 4, skipped: 0, unchanged: 0, rows: 12},
  });
  expect(lost.fired).toBe(3);
  expect(await filesOf(bench)).toEqual(before);
});

it('a bookmark that can not be had keeps nobody from going live, which is said', async () => {
  const bench = await makeD1Bench(simulator());
  const plan = await rehearse(bench);
  simulator().inject(transient('not allowed', {status: 403}), {operation: 'bookmark'});
  expect((await goLive(bench, plan.record)).record).toMatchObject({status: 'completed', tally});
  expect(notesOf(bench)).toMatch(/bookmark before the run could not be read .*not allowed/);
});

it('the bookmark before a live run is noted, and in the audit', async () => {
  const bench = await makeD1Bench(simulator());
  const plan = await rehearse(bench);
  const bookmark = await bench.connection.target.bookmark();
  simulator().inject(badGateway('never'), {operation: 'bookmark', times: 2});
  await goLive(bench, plan.record);
  expect(notesOf(bench)).toContain(`Time Travel bookmark before the run: ${bookmark}`);
  expect(await bench.connection.target.bookmark()).not.toBe(bookmark);
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
