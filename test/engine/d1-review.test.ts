import {expect, it} from 'vitest';
import {sharedSimulator} from '../support/cloudflare.ts';
import {makeD1Bench} from '../support/d1-bench.ts';
import {goLive, rehearse} from '../support/engine.ts';

/** A review's prediction, held against the requests that the live run then sends. */

const simulator = sharedSimulator();

it.each([30, 600, 3_000])('of %i objects: requests to within a tenth', {timeout: 120_000}, async objects => {
  const bench = await makeD1Bench(simulator(), {
    objects,
    settings: {page: {items: 100, bytes: 1e9, seconds: 60}},
  });
  const {record} = await rehearse(bench);
  const review = await bench.engine.review(bench.connection, record);
  const before = bench.cloudflare.requests.length;
  const live = await goLive(bench, record);
  expect(live.record.status).toBe('completed');
  const sent = bench.cloudflare.requests.length - before;
  expect(Math.abs(review.requests.target - sent)).toBeLessThanOrEqual(Math.max(3, sent / 10));
  expect(review.bookmark).toBe(true);
  expect(review.rows?.written).toBeGreaterThan(objects * 3);
  expect(review.money?.costs.map(({service}) => service)).toEqual(['d1']);
  expect(review.money?.usd).toBeGreaterThan(0);
  expect(review.seconds).toBeGreaterThan(0);
});
