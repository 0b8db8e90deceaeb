import {describe, expect, it} from 'vitest';
import {splitSql} from '../../src/sandbox/split-sql.ts';
import {gatewayTimeout, transient} from '../simulators/cloudflare-faults.ts';
import {sharedSimulator} from '../support/cloudflare.ts';
import {targetOn} from '../support/d1.ts';
import {MediaWorld, manyKeys, mediaSchema} from '../support/media.ts';
import type {MakeHosted} from '../support/target-host.ts';

/** What becomes of a publish on D1 whose answer nobody has heard: found out by its mark, and never done twice. */

const simulator = sharedSimulator();
const host: MakeHosted = async (schema = mediaSchema) => {
  await simulator().reset();
  const sql = (statements: string) => simulator().sql(splitSql(statements));
  await sql(schema);
  return {target: await targetOn(simulator()), sql};
};
const settings = {page: {items: 20, bytes: 1_000_000, seconds: 20}, patienceSeconds: 0, attempts: 2};
const publish = /INTO media_assets/;
const stage = /INTO headgate_staged \(media_uid/;

async function planned() {
  const world = await MediaWorld.make(host, {settings});
  world.list(manyKeys(45));
  const {record} = await world.rehearse();
  return {world, plan: record, before: await world.digest()};
}

describe('a publish whose answer is lost', () => {
  it('is known by its mark where it landed', async () => {
    const {world, plan} = await planned();
    const lost = simulator().inject(gatewayTimeout('before-answer'), {matches: publish});
    const {record} = await world.live(plan);
    expect(lost.fired).toBe(1);
    expect(record).toMatchObject({status: 'completed', tally: {inserted: 45, rows: 45, pending: 0}});
    expect(await world.keys()).toEqual(manyKeys(45));
  });

  it('fails the run where it did not, because as a whole it can not be made smaller; nothing is there', async () => {
    const {world, plan, before} = await planned();
    simulator().inject(gatewayTimeout('never'), {matches: publish, times: Infinity});
    const {record} = await world.live(plan);
    expect(record).toMatchObject({status: 'failed', tally: {inserted: 0, pending: 45}});
    expect(record.stopReason?.message).toMatch(/^nothing was published: .*45 changes at once/);
    expect(await world.digest()).toBe(before);
  });

  it.each([
    ['landed', gatewayTimeout('before-answer')],
    ['did not land', gatewayTimeout('never')],
    ['lands when the run is over', gatewayTimeout('on-release')],
  ] as const)('is found out by a resume where the run could not, and it %s', async (_, fault) => {
    const {world, plan} = await planned();
    const lost = simulator().inject(fault, {matches: publish});
    const down = simulator().inject(transient('not allowed', {status: 403}), {
      matches: /fence = max/,
      skip: 1,
    });
    const failed = await world.live(plan);
    expect(failed.record).toMatchObject({status: 'failed', tally: {inserted: 0, pending: 45}});
    expect([lost.fired, down.fired]).toEqual([1, 1]);
    const resumed = await world.resume(failed.record);
    expect(resumed.record).toMatchObject({status: 'completed', tally: {inserted: 45, rows: 45, pending: 0}});
    await lost.release();
    expect(await world.keys()).toEqual(manyKeys(45));
    expect(await world.tables()).toEqual(['headgate_lease', 'headgate_marks']);
  });
});

it.each([
  ['landed', gatewayTimeout('before-answer')],
  ['did not land', gatewayTimeout('never')],
] as const)('a staged page whose answer is lost, and that %s, is staged once', async (_, fault) => {
  const {world, plan} = await planned();
  const lost = simulator().inject(fault, {matches: stage, skip: 1});
  const {record} = await world.live(plan);
  expect(lost.fired).toBe(1);
  expect(record).toMatchObject({status: 'completed', tally: {inserted: 45, rows: 45}});
  expect(await world.keys()).toEqual(manyKeys(45));
});

it('a query before the first write that fails stops the run: nothing is assumed', async () => {
  const {world, plan, before} = await planned();
  const down = simulator().inject(transient('D1 is down', {status: 500}), {
    matches: /SELECT media_uid FROM media_assets/,
    times: Infinity,
  });
  const {record} = await world.live(plan);
  expect(down.fired).toBeGreaterThan(0);
  expect(record.status).toBe('failed');
  expect(await world.digest()).toBe(before);
});
