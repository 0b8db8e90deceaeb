import {describe, expect, it} from 'vitest';
import {splitSql} from '../../src/sandbox/split-sql.ts';
import {gatewayTimeout, rateLimited, transient} from '../simulators/cloudflare-faults.ts';
import {ArtifactsWorld} from '../support/artifacts.ts';
import {sharedSimulator} from '../support/cloudflare.ts';
import {targetOn} from '../support/d1.ts';

/** Artifacts on a D1 that loses answers: what nothing but the mark can tell is counted once all the same. */

const simulator = sharedSimulator();

async function onD1(): Promise<ArtifactsWorld> {
  const sql = (statements: string) => simulator().sql(splitSql(statements));
  const world = await ArtifactsWorld.make(
    async (schema = '') => {
      await sql(schema);
      return {target: await targetOn(simulator()), sql};
    },
    {settings: {attempts: 5, patienceSeconds: 20}},
  );
  await world.insert(
    {id: 1, key: 'a'},
    {id: 2, key: 'a', at: '2026'},
    {id: 3, key: 'b', at: null},
    {id: 4, key: 'b', at: null},
  );
  await world.datapoints([1, 1, 'x'], [2, 3, 'x']);
  return world;
}

describe.each([
  ['landed', gatewayTimeout('before-answer')],
  ['never landed', gatewayTimeout('never')],
  ['lands late', gatewayTimeout('on-release')],
] as const)('an answer that is lost, and what was asked %s', (_, fault) => {
  it('a clean-up re-points and deletes once, and counts it once', async () => {
    const world = await onD1();
    const start = await world.digest();
    const plan = await world.rehearse('artifacts-cleanup');
    const lost = simulator().inject(fault, {matches: /DELETE FROM artifacts/});
    const live = await world.live(plan.record);
    expect(lost.fired).toBe(1);
    expect(live.record).toMatchObject({
      status: 'completed',
      tally: {deleted: 2, skipped: 0, failed: 0, rows: 4},
    });
    await lost.release();
    expect(await world.ids()).toEqual([2, 4]);
    expect(await world.naming()).toEqual({1: 2, 2: 4});
    await world.undo(live.record);
    expect(await world.digest()).toBe(start);
  });

  it('an index is made once, and counts as one', async () => {
    const world = await onD1();
    await world.run('artifacts-cleanup');
    const start = await world.digest();
    const plan = await world.rehearse('artifacts-index');
    const lost = simulator().inject(fault, {matches: /CREATE UNIQUE INDEX/});
    const live = await world.live(plan.record);
    expect(lost.fired).toBe(1);
    expect(live.record).toMatchObject({status: 'completed', tally: {inserted: 1, failed: 0, rows: 1}});
    await lost.release();
    expect(await world.digest()).not.toBe(start);
    await world.undo(live.record);
    expect(await world.digest()).toBe(start);
  });
});

it('a group that was left while another made two rows is not counted, though the answer was lost', async () => {
  const world = await onD1();
  await world.sql('DELETE FROM datapoints WHERE datapoint_id = 2');
  const plan = await world.rehearse('artifacts-cleanup');
  world.meanwhile = async () => {
    world.meanwhile = null;
    await world.sql("UPDATE artifacts SET note = 'mine' WHERE artifact_id = 3");
  };
  simulator().inject(gatewayTimeout('before-answer'), {matches: /DELETE FROM artifacts/});
  const live = await world.live(plan.record);
  expect(await world.ids()).toEqual([2, 3, 4]);
  expect(live.record).toMatchObject({status: 'incomplete', tally: {deleted: 1, skipped: 1}});
});

it('a storm of 429 and resets in the middle loses nothing', async () => {
  const world = await onD1();
  const plan = await world.rehearse('artifacts-cleanup');
  simulator().inject(rateLimited({retryAfter: 1}), {matches: /artifacts/, times: 2});
  simulator().inject(transient('Network connection lost.'), {matches: /DELETE FROM artifacts/, times: 2});
  const live = await world.live(plan.record);
  expect(live.record).toMatchObject({status: 'completed', tally: {deleted: 2, rows: 4}});
  expect(await world.naming()).toEqual({1: 2, 2: 4});
});
