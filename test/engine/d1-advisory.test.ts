import {describe, expect, it} from 'vitest';
import {documentedSchema, hashOf} from '../backfills/asset-index/index-under-test.ts';
import {gatewayTimeout, piecemeal, transient} from '../simulators/cloudflare-faults.ts';
import {sharedSimulator} from '../support/cloudflare.ts';
import {expectNothingLeft, filesOf, makeD1Bench, notesOf, tally} from '../support/d1-bench.ts';
import {goLive, rehearse} from '../support/engine.ts';

/** A D1 on which no mark can prove what happened: the run says so, and its counts are right all the same. */

const simulator = sharedSimulator();

describe('a D1 whose batches are no transactions', () => {
  it('is found out, said, and written to as an advisory run', async () => {
    const bench = await makeD1Bench(simulator());
    const plan = await rehearse(bench);
    simulator().inject(piecemeal(), {times: Infinity});
    const live = await goLive(bench, plan.record);
    expect(live.record).toMatchObject({status: 'completed', tally});
    expect(notesOf(bench)).toMatch(/left a part of a transaction that it refused: this run is advisory/);
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
    ['pages land when the run is over', gatewayTimeout('on-release')],
  ])('is written to, with the right counts, where %s', async (_, fault) => {
    const bench = await makeD1Bench(simulator(), {marks: false});
    const plan = await rehearse(bench);
    const late = fault === null ? null : simulator().inject(fault, {matches: /INTO files/, times: 2});
    const {record} = await goLive(bench, plan.record);
    expect(record).toMatchObject({status: 'completed', label: expect.stringMatching(/advisory/), tally});
    expect(await simulator().sql("SELECT name FROM sqlite_schema WHERE name GLOB 'headgate_*'")).toEqual([]);
    const before = await filesOf(bench);
    await late?.release();
    expect(await filesOf(bench)).toEqual(before);
  });
});
