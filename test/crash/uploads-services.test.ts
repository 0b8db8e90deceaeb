import {describe, expect, it} from 'vitest';
import type {CrashPoint} from '../../src/engine/crash-points.ts';
import {sharedSimulator} from '../support/cloudflare.ts';
import {postgresServer} from '../support/postgres.ts';
import {countsOf, lastSummary, UploadsCrashWorld} from './uploads-crash-world.ts';
import {bucketPlace, d1Place, postgresPlace} from './uploads-places.ts';

/**
 * SIGKILL of live runs of uploads into Postgres, and into D1 and R2, and resume: around what is outside of the target, and
 * around the commit.
 */

const points: readonly `${CrashPoint}:${number}`[] = ['effect-made:3', 'commit-sent:2', 'page-committed:3'];
const worlds = ['undisturbed', ...points];
const nameOf = (world: string) => world.replaceAll(/\W/g, '-');
const simulator = sharedSimulator({databases: worlds.map(nameOf)});

/** To its end, with a crash on the way or without one. */
async function outcomeOf(world: UploadsCrashWorld, at: string) {
  await world.fill();
  const args = world.liveArgs(await world.rehearsed());
  const ended = await world.headgate(args, at === 'undisturbed' ? undefined : at);
  expect(ended.signal, ended.out + ended.err).toBe(at === 'undisturbed' ? null : 'SIGKILL');
  const summary = at === 'undisturbed' ? lastSummary(ended) : await world.bringHome();
  return {counts: countsOf(summary), ...(await world.outcome())};
}

const expected = {
  counts: {listed: 14, inserted: 10, updated: 1, unchanged: 3, failed: 0, rows: 11, status: 'completed'},
  begun: [],
  marks: [],
  lease: [{run: null, holder: null}],
};

describe.skipIf(postgresServer() === null)('kill -9 and resume, into Postgres', () => {
  let reference: ReturnType<typeof outcomeOf> | null = null;
  const intoPostgres = async (at: string) =>
    outcomeOf(new UploadsCrashWorld({target: await postgresPlace()}), at);

  it.each(points)('%s', async at => {
    reference ??= intoPostgres('undisturbed');
    const undisturbed = await reference;
    expect(undisturbed).toMatchObject(expected);
    expect(await intoPostgres(at)).toEqual(undisturbed);
  });
});

// Requests keep to Cloudflare's pace, so all worlds go their way side by side.
it('kill -9 and resume, into D1 and R2', {timeout: 180_000}, async () => {
  const [undisturbed, ...killed] = await Promise.all(
    worlds.map(async at => {
      const provider = await bucketPlace(simulator());
      const target = d1Place(simulator(), nameOf(at));
      const settings = {d1: {requestsPerSecond: 4}};
      const outcome = await outcomeOf(new UploadsCrashWorld({target, provider, settings, isAlone: true}), at);
      return {...outcome, put: provider.proxy.count('PutObject')};
    }),
  );
  expect(undisturbed).toMatchObject({...expected, put: 11});
  for (const [index, outcome] of killed.entries()) {
    // What was sent and not heard of is looked for; only a PUT that was cut off in the middle, of one page, is sent again.
    const {put, ...rest} = outcome;
    expect(put, points[index]).toBeLessThanOrEqual(11 + 3);
    expect({...rest, put: 11}, points[index]).toEqual(undisturbed);
  }
});
