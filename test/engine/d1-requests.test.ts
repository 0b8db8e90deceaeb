import {expect, it} from 'vitest';
import {verifyRun} from '../../src/engine/verify-run.ts';
import {sharedSimulator} from '../support/cloudflare.ts';
import {type D1Bench, makeD1Bench} from '../support/d1-bench.ts';
import {goLive, rehearse, scopeWith} from '../support/engine.ts';

/** What a run costs in requests, of which a user has 1,200 in five minutes; and that none is sent before its time. */

const simulator = sharedSimulator();

const thousands = {page: {items: 1_000, bytes: 1e9, seconds: 60}};

async function costs<T>(bench: D1Bench, work: () => Promise<T>): Promise<[requests: number, result: T]> {
  const before = bench.cloudflare.requests.length;
  const result = await work();
  return [bench.cloudflare.requests.length - before, result];
}

/**
 * Beside the one that finds the database by its name: probe 2, invariants 1, for each thousand objects 1 to decide and
 * 1 to write; going live 1 to 2 for the gates, 1 for the bookmark, 1 for the lease, 2 to try transactions out, 1 to give
 * the lease back; verification 1 for the invariants and 1 for each five thousand rows, and 1 that finds their end.
 */
it.each([
  {objects: 0, dry: 3, live: 5, again: 3, nothing: 5, verify: 4},
  {objects: 1_000, dry: 4, live: 13, again: 4, nothing: 7, verify: 5},
  {objects: 5_000, dry: 8, live: 21, again: 8, nothing: 7, verify: 5},
])('$objects objects', {timeout: 120_000}, async ({objects, ...expected}) => {
  const bench = await makeD1Bench(simulator(), {objects, settings: thousands});
  const [dry, plan] = await costs(bench, () => rehearse(bench));
  const [live] = await costs(bench, () => goLive(bench, plan.record));
  const [again, second] = await costs(bench, () => rehearse(bench));
  const [nothing] = await costs(bench, () => goLive(bench, second.record));
  const [verify] = await costs(bench, () =>
    verifyRun(bench.engine, bench.connection, {
      scope: scopeWith(),
      sample: 10,
      reads: ['target', 'listing', 'bytes'],
      coverage: true,
      only: null,
      signal: new AbortController().signal,
    }),
  );
  expect({dry, live, again, nothing, verify}).toEqual(expected);
});

it('no second of a whole run sees more requests than are allowed', async () => {
  const perSecond = 6;
  const bench = await makeD1Bench(simulator(), {account: {perSecond}});
  const {record} = await goLive(bench, (await rehearse(bench)).record);
  expect(record.status).toBe('completed');
  const arrived = simulator().requests.map(({at}) => at);
  expect(arrived.length).toBeGreaterThan(25);
  // What left in different seconds may arrive a little closer together.
  for (const from of arrived)
    expect(arrived.filter(at => at >= from && at - from < 900).length).toBeLessThanOrEqual(perSecond);
  expect(bench.events.at(-1)?.snapshot.limits).toContainEqual(
    expect.objectContaining({requests: arrived.length, perSecond, inFlight: 0}),
  );
});
