import {describe, expect, it} from 'vitest';
import {lastSummary, UploadsCrashWorld} from '../crash/uploads-crash-world.ts';
import {type BucketPlace, bucketPlace} from '../crash/uploads-places.ts';
import type {BucketOperation} from '../simulators/s3-proxy.ts';
import {sharedSimulator} from '../support/cloudflare.ts';
import {sha256} from './uploads-world.ts';

/** What a bucket, and the way to it, does to uploads: seen from the command line. */

const simulator = sharedSimulator({databases: []});
const nameOf = (content: string) => {
  const hash = sha256(content);
  return `u/7/${hash.slice(0, 2)}/${hash}.mp4`;
};
const shows = (number: number) => `what video ${number} shows`;

interface World {
  readonly world: UploadsCrashWorld;
  readonly provider: BucketPlace;
}

async function worldOf(videos: number, settings = {}, secret?: string): Promise<World> {
  const provider = await bucketPlace(simulator(), secret);
  const world = new UploadsCrashWorld({provider, settings});
  await world.prepare();
  world.writeVideos(videos);
  return {world, provider};
}

async function live(world: UploadsCrashWorld) {
  const ended = await world.headgate(world.liveArgs(await world.rehearsed()));
  return {code: ended.code, out: ended.out + ended.err, summary: lastSummary(ended)};
}

it('a connection that is lost behind the last byte of a PUT: the object is recognised, and not sent again', async () => {
  const {world, provider} = await worldOf(3);
  provider.proxy.inject('PutObject', {type: 'lost'}, {times: 2});
  const {code, summary} = await live(world);
  expect([code, summary]).toMatchObject([0, {status: 'completed', inserted: 3, failed: 0}]);
  expect(provider.proxy.count('PutObject')).toBe(3);
  expect(Object.keys(await provider.objects())).toHaveLength(3);
});

it.each([
  [503, 'SlowDown'],
  [429, 'TooManyRequests'],
])('a storm of %i: all comes through, and nothing is counted twice', async (status, code) => {
  const {world, provider} = await worldOf(8, {attempts: 8});
  for (const operation of ['PutObject', 'HeadObject'] satisfies readonly BucketOperation[])
    provider.proxy.inject(operation, {type: 'status', status, code, retryAfter: '0'}, {times: 12});
  const {summary} = await live(world);
  expect(summary).toMatchObject({status: 'completed', inserted: 8, failed: 0, rows: 8});
  expect(Object.keys(await provider.objects())).toHaveLength(8);
  expect(world.rows()).toHaveLength(8);
});

it('wrong credentials are told by the probe, and nothing is begun', async () => {
  const {world, provider} = await worldOf(1, {}, 'wrong');
  const {code, out, err} = await world.dry();
  expect(code).toBe(4);
  expect(out + err).toMatch(/the secret does not belong to the access key/);
  expect(provider.proxy.count('PutObject')).toBe(0);
  expect(world.rows()).toEqual([]);
});

it('a provider that goes down in the middle pauses the run, and a resume completes it', async () => {
  const {world, provider} = await worldOf(12, {
    attempts: 1,
    budgets: {failuresInARow: 3},
    // One after the other: of several on their way more would fail.
    concurrency: {start: 1, max: 1},
  });
  const {proxy} = provider;
  const plan = await world.rehearsed();
  proxy.inject('PutObject', {type: 'status', status: 500, code: 'InternalError'}, {after: 5});
  const paused = await world.headgate(world.liveArgs(plan));
  expect(lastSummary(paused)).toMatchObject({status: 'paused', listed: 8, inserted: 5, failed: 3});
  expect(paused.out).toMatch(/3 failures in a row/);
  proxy.heal();
  await world.headgate(['resume', 'last', '--json']);
  const again = await world.headgate(['resume', 'last', '--json']);
  expect(lastSummary(again)).toMatchObject({status: 'completed', listed: 12, inserted: 12, failed: 0});
  expect(proxy.count('PutObject')).toBe(5 + 3 + 7);
  expect(Object.keys(await provider.objects())).toHaveLength(12);
  expect(world.rows()).toHaveLength(12);
});

describe('an object of the same name with other bytes', () => {
  it.each([
    ['another length', 'something else entirely'],
    ['the same length', shows(1).replace('1', 'I')],
  ])('of %s is not overwritten: its file fails with what to do, and the others go on', async (_, bytes) => {
    const {world, provider} = await worldOf(3);
    const name = nameOf(shows(1));
    await provider.put(name, Buffer.from(bytes));
    const {code, summary} = await live(world);
    expect([code, summary]).toMatchObject([5, {status: 'incomplete', inserted: 2, failed: 1}]);
    const failures = await world.headgate(['failures', 'last']);
    expect(failures.out).toMatch(
      /something else under u\/7\/\S+: it is not overwritten. Look at it, remove it there, and retry/,
    );
    expect((await provider.objects())[name]).toBe(sha256(bytes));
    expect(world.rows().map(({sha256: hash}) => hash)).not.toContain(sha256(shows(1)));

    await provider.put(name, Buffer.from(shows(1)));
    const resumed = await world.headgate(['resume', 'last', '--json']);
    expect(lastSummary(resumed)).toMatchObject({status: 'completed', inserted: 3, failed: 0});
    expect(provider.proxy.count('PutObject')).toBe(2);
    expect(world.rows()).toHaveLength(3);
  });
});

it('a run that is cancelled in the middle of a file leaves no part of it, nor whole objects without a row', async () => {
  const {world, provider} = await worldOf(1);
  world.write('film.mp4', Buffer.alloc(40_000_000, 'film'));
  const {proxy} = provider;
  const met = proxy.inject('UploadPart', {type: 'held'}, {after: 2});
  const {ended} = world.start(world.liveArgs(await world.rehearsed()));
  await met;
  expect(proxy.openUploads).toHaveLength(1);
  const cancelled = await world.headgate(['cancel', 'last']);
  expect(cancelled.code, cancelled.err).toBe(0);
  const {out, err} = await ended;
  expect(out, err).toMatch(/"status":"cancelled"/);
  const {begun} = await world.outcome();
  expect([begun, proxy.openUploads, proxy.count('AbortMultipartUpload')]).toEqual([[], [], 1]);
  expect(world.rows()).toEqual([]);

  // A file that was whole by then had no row yet: its object went with the run, and is made again.
  expect(proxy.count('DeleteObject')).toBeGreaterThan(0);
  proxy.heal();
  const {summary} = await live(world);
  expect(summary).toMatchObject({status: 'completed', inserted: 2});
  expect(proxy.count('PutObject')).toBe(2);
});
