import {readdirSync, rmSync, statSync, truncateSync, utimesSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import type {BucketOperation} from '../simulators/s3-proxy.ts';
import {sharedSimulator} from '../support/cloudflare.ts';
import type {Ended} from '../support/program.ts';
import {countsOf, lastSummary, UploadsCrashWorld} from './uploads-crash-world.ts';
import {type BucketPlace, bucketPlace} from './uploads-places.ts';

/** SIGKILL in the middle of a large file: of its hashing, of its upload to a folder, and to a bucket in parts. */

const simulator = sharedSimulator({databases: []});
const mebibyte = 1_048_576;
/** `head -c 1572864000 /dev/zero | sha256sum` */
const zeros = '3e6b92b9764b3786091e5bb67e8ffb8c3271be4c977101da9fa14afa12fea171';
const small = {inserted: 3, unchanged: 0, failed: 0, pending: 0, status: 'completed'};

/** Two small files, and one of zeros between them. */
async function withLargeFile(world: UploadsCrashWorld, size: number): Promise<UploadsCrashWorld> {
  await world.prepare();
  for (const [key, content] of Object.entries({'a.mp4': 'a', 'film.mp4': '', 'z.mp4': 'z'}))
    world.write(key, content);
  const film = join(world.root, world.folder, 'film.mp4');
  truncateSync(film, size);
  utimesSync(film, new Date(0), new Date(0));
  return world;
}

/** Bytes of the largest temporary file at the provider that is a folder. */
function temporaryBytes(world: UploadsCrashWorld): number {
  const temporary = world.objects().filter(name => name.endsWith('.part'));
  return Math.max(0, ...temporary.map(name => statSync(join(world.root, world.provider, name)).size));
}

describe('in the middle of an upload to a folder', () => {
  const size = 300 * mebibyte;

  async function killedMidway(): Promise<UploadsCrashWorld> {
    const world = await withLargeFile(new UploadsCrashWorld(), size);
    const {child, ended} = world.start(world.liveArgs(await world.rehearsed()));
    await expect.poll(() => temporaryBytes(world), {interval: 2, timeout: 30_000}).toBeGreaterThan(mebibyte);
    child.kill('SIGKILL');
    expect((await ended).signal).toBe('SIGKILL');
    expect(temporaryBytes(world)).toBeLessThan(size);
    expect(world.ledger('SELECT object FROM begun_uploads')).not.toEqual([]);
    return world;
  }

  it('it is begun anew, and its temporary file is gone', async () => {
    const world = await killedMidway();
    expect(countsOf(await world.bringHome())).toMatchObject({...small, listed: 3});
    const {objects, begun, rows} = await world.outcome();
    expect(Object.keys(objects).filter(name => !/^u\/7\/..\/[0-9a-f]{64}\.mp4$/.test(name))).toEqual([]);
    expect([Object.keys(objects).length, begun, rows.length]).toEqual([3, [], 3]);
  });

  it('of which the file is gone by then, nothing is left either', async () => {
    const world = await killedMidway();
    rmSync(join(world.root, world.folder, 'film.mp4'));
    const {code, err} = await world.headgate(['resume', 'last', '--json']);
    expect(code, err).toBe(0);
    const {objects, begun, rows} = await world.outcome();
    expect([Object.keys(objects).length, begun, rows.length]).toEqual([2, [], 2]);
  });

  it('a run that is cancelled leaves nothing of it', async () => {
    const world = await withLargeFile(new UploadsCrashWorld(), size);
    const {ended} = world.start(world.liveArgs(await world.rehearsed()));
    await expect.poll(() => temporaryBytes(world), {interval: 2, timeout: 30_000}).toBeGreaterThan(mebibyte);
    const cancelled = await world.headgate(['cancel', 'last']);
    expect(cancelled.code, cancelled.err).toBe(0);
    expect(lastSummary(await ended)).toMatchObject({status: 'cancelled', failed: 0});
    const {objects, begun} = await world.outcome();
    expect([Object.keys(objects).filter(name => name.endsWith('.part')), begun]).toEqual([[], []]);
  });
});

it('in the middle of hashing, no file is lost or hashed to something else', async () => {
  const world = await withLargeFile(new UploadsCrashWorld(), 1_500 * mebibyte);
  const {child, ended} = world.start(['run', 'uploads', ...world.flags(), '--json']);
  // Its run is on record before it is begun.
  await expect
    .poll(
      () => readdirSync(world.root).includes('state') && world.ledger('SELECT path FROM file_hashes').length,
      {
        interval: 2,
        timeout: 30_000,
      },
    )
    .toBe(2);
  child.kill('SIGKILL');
  expect((await ended).signal).toBe('SIGKILL');
  expect(world.ledger("SELECT status FROM runs WHERE status = 'completed'")).toEqual([]);
  const resumed = lastSummary(await world.headgate(['resume', 'last', '--json']));
  expect(countsOf(resumed)).toMatchObject({...small, listed: 3});
  expect(world.ledger("SELECT sha256 FROM file_hashes WHERE path LIKE '%film.mp4'")).toEqual([
    {sha256: zeros},
  ]);
});

describe('in the middle of an upload to a bucket, in parts', () => {
  const size = 40_000_000;

  it('it is brought to its end, with one object, and none of its parts is left', async () => {
    const provider = await bucketPlace(simulator());
    const world = await withLargeFile(new UploadsCrashWorld({provider}), size);
    const {proxy} = provider;
    const met = proxy.inject('UploadPart', {type: 'held'}, {after: 2});
    const {child, ended} = world.start(world.liveArgs(await world.rehearsed()));
    await met;
    child.kill('SIGKILL');
    expect((await ended).signal).toBe('SIGKILL');
    expect(proxy.openUploads).toHaveLength(1);
    proxy.heal();
    expect(countsOf(await world.bringHome())).toMatchObject({...small, listed: 3});
    const {objects, begun, rows} = await world.outcome();
    expect(Object.keys(objects).filter(name => name.startsWith('open upload'))).toEqual([]);
    expect([Object.keys(objects).length, begun, rows.length]).toEqual([3, [], 3]);
    expect(proxy.count('PutObject')).toBe(2);
  });

  it('paused, it says what is uploaded and not recorded, which a resume finds there', async () => {
    const provider = await bucketPlace(simulator());
    const world = await withLargeFile(new UploadsCrashWorld({provider}), size);
    const {proxy} = provider;
    const met = proxy.inject('UploadPart', {type: 'held'}, {after: 2});
    const {ended} = world.start(world.liveArgs(await world.rehearsed()));
    await met;
    // Each is looked for before and after.
    await expect.poll(() => proxy.count('HeadObject'), {interval: 2, timeout: 30_000}).toBe(3 + 2);
    expect((await world.headgate(['pause', 'last'])).code).toBe(0);
    const paused = await ended;
    expect(lastSummary(paused)).toMatchObject({status: 'paused', listed: 0});
    expect(notesOf(paused)).toEqual([
      '2 files uploaded, 2 B',
      '2 files are uploaded and not recorded yet: a resume finds them there, and records them',
    ]);
    proxy.heal();
    const resumed = await world.headgate(['resume', 'last', '--json']);
    expect(countsOf(lastSummary(resumed))).toMatchObject({...small, listed: 3});
    expect(notesOf(resumed)).toEqual(['1 file uploaded, 38.1 MiB']);
  });

  it('killed before the answer of its end is heard, it is recognised, and not sent again', async () => {
    const provider = await bucketPlace(simulator());
    const world = await withLargeFile(new UploadsCrashWorld({provider}), size);
    await killedUnheard(world, provider, 'CompleteMultipartUpload');
    expect(await atHome(world)).toEqual([3, [], 3]);
    expect(provider.proxy.count('UploadPart')).toBe(5);
  });
});

it('killed before the answer of a PUT to a bucket is heard, it is recognised, and not sent again', async () => {
  const provider = await bucketPlace(simulator());
  const world = await withLargeFile(new UploadsCrashWorld({provider}), mebibyte);
  await killedUnheard(world, provider, 'PutObject');
  expect(await atHome(world)).toEqual([3, [], 3]);
  expect(provider.proxy.count('PutObject')).toBe(3);
});

async function killedUnheard(
  world: UploadsCrashWorld,
  {proxy}: BucketPlace,
  asked: BucketOperation,
): Promise<void> {
  const met = proxy.inject(asked, {type: 'unheard'});
  const {child, ended} = world.start(world.liveArgs(await world.rehearsed()));
  await met;
  child.kill('SIGKILL');
  expect((await ended).signal).toBe('SIGKILL');
  proxy.heal();
}

/** What is there at the end: objects and what else the provider has, what is still open, and rows. */
async function atHome(world: UploadsCrashWorld) {
  expect(countsOf(await world.bringHome())).toMatchObject({...small, listed: 3});
  const {objects, begun, rows} = await world.outcome();
  return [Object.keys(objects).length, begun, rows.length];
}

function notesOf({lines}: Ended): readonly unknown[] {
  return lines.filter(({type}) => type === 'note').map(({message}) => message);
}
