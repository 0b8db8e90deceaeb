import {createHash} from 'node:crypto';
import {readdirSync, rmSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {expect, it} from 'vitest';
import type {CrashPoint} from '../../src/engine/crash-points.ts';
import {writeAsset} from '../support/assets.ts';
import {bareRow, mediaSchema} from '../support/media.ts';
import {type Ended, runProgram, summaryOf} from '../support/program.ts';
import {tempFolder} from '../support/temp.ts';

/**
 * SIGKILL in every phase of a run that is published as a whole. Right after the kill media_assets is as it was, or
 * complete; after the resume it is as without the kill, counts and all, and an undo leads back to the start.
 */

const objects = 45;
const points: readonly {readonly at: `${CrashPoint}${string}`; readonly isThere: boolean}[] = [
  {at: 'run-created', isThere: false},
  {at: 'lease-acquired', isThere: false},
  {at: 'partitions-found', isThere: false},
  {at: 'page-decided:3', isThere: false},
  {at: 'page-checkpointed:3', isThere: false},
  {at: 'partition-finished', isThere: false},
  {at: 'commit-sent:2', isThere: false},
  {at: 'page-staged:3', isThere: false},
  {at: 'publish-sent', isThere: false},
  {at: 'published', isThere: true},
  {at: 'publication-settled', isThere: true},
  {at: 'publication-settled:5', isThere: true},
  {at: 'lease-released', isThere: true},
  {at: 'verified', isThere: true},
  {at: 'run-ended', isThere: true},
];

interface World {
  readonly cwd: string;
  digest(): string;
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended>;
}

function makeWorld(): World {
  const cwd = tempFolder();
  for (let number = 0; number < objects; number++)
    writeAsset(join(cwd, 'media'), `photos/${String(number).padStart(3, '0')} & ü.jpg`, `content ${number}`);
  // The version of a file is its time, so that two worlds are the same.
  for (const name of readdirSync(join(cwd, 'media/photos')))
    utimesSync(join(cwd, 'media/photos', name), 1_700_000_000, 1_700_000_000);
  writeFileSync(join(cwd, 'headgate.config.json'), JSON.stringify({settings: {page: {items: 10}}}));
  using db = new DatabaseSync(join(cwd, 'catalogue.sqlite'));
  const {uid, key, fileId, etag} = bareRow('gone since.jpg');
  db.exec(mediaSchema);
  db.prepare(
    'INSERT INTO media_assets (media_uid, b2_key, b2_file_id, size, etag) VALUES (?, ?, ?, 1, ?)',
  ).run(uid, key, fileId, etag);
  return {cwd, digest: () => digestIn(cwd), run: (args, env = {}) => runProgram([...args], {cwd, env})};
}

function digestIn(cwd: string): string {
  using db = new DatabaseSync(join(cwd, 'catalogue.sqlite'), {timeout: 5_000});
  const rows = db
    .prepare('SELECT media_uid, b2_key, b2_file_id, size, etag FROM media_assets ORDER BY id')
    .all();
  return createHash('sha256').update(JSON.stringify(rows)).digest('hex');
}

function countsOf(ended: Ended) {
  const {listed, inserted, updated, deleted, unchanged, skipped, failed, pending, rows, status} =
    summaryOf(ended);
  return {listed, inserted, updated, deleted, unchanged, skipped, failed, pending, rows, status};
}

const typed = ['--confirm', 'catalogue.sqlite', '--json'];
const rehearsal = ['run', 'media-ingest', '--source', 'media', '--target', 'catalogue.sqlite'];
let undisturbed: Promise<{readonly after: string; readonly counts: object}> | null = null;

async function reference() {
  const world = makeWorld();
  await world.run(rehearsal);
  const counts = countsOf(await world.run(['live', 'last', ...typed]));
  expect(counts).toMatchObject({inserted: objects, rows: objects, status: 'completed'});
  return {after: world.digest(), counts};
}

it.each(points)(
  'a run that is published as a whole, killed at $at',
  {timeout: 60_000},
  async ({at, isThere}) => {
    undisturbed ??= reference();
    const {after, counts} = await undisturbed;
    const world = makeWorld();
    const before = world.digest();
    await world.run(rehearsal);
    const killed = await world.run(['live', 'last', ...typed], {HEADGATE_CRASH_AT: at});
    expect(killed.signal).toBe('SIGKILL');
    expect(world.digest()).toBe(isThere ? after : before);
    // At its very end there is nothing left to resume.
    if (at !== 'run-ended') expect(countsOf(await world.run(['resume', 'last', '--json']))).toEqual(counts);
    expect(world.digest()).toBe(after);
    const undone = await world.run(['undo', 'last', ...typed]);
    expect(summaryOf(undone)).toMatchObject({mode: 'undo', status: 'completed', deleted: objects});
    expect(world.digest()).toBe(before);
  },
);

it('an undo that is killed and then cancelled is no change of somebody else’s', {
  timeout: 60_000,
}, async () => {
  const world = makeWorld();
  await world.run(rehearsal);
  await world.run(['live', 'last', ...typed]);
  const killed = await world.run(['undo', 'last', ...typed], {HEADGATE_CRASH_AT: 'page-committed:2'});
  expect(killed.signal).toBe('SIGKILL');
  const cancelled = await world.run(['cancel', 'last', '--json']);
  expect(summaryOf(cancelled)).toMatchObject({mode: 'undo', status: 'cancelled', deleted: 20});
  expect(await rowsChanged(world)).toBe(0);
});

it('rows that two prunes deleted, the first killed and cancelled, are no change of somebody else’s', {
  timeout: 60_000,
}, async () => {
  const world = makeWorld();
  await world.run(rehearsal);
  await world.run(['live', 'last', ...typed]);
  const settings = {page: {items: 10}};
  writeFileSync(
    join(world.cwd, 'headgate.config.json'),
    JSON.stringify({settings, options: {'media-ingest': {shrink: 1}}}),
  );
  for (const name of readdirSync(join(world.cwd, 'media/photos')).slice(0, 25))
    rmSync(join(world.cwd, 'media/photos', name));
  const prune = ['run', 'media-prune', '--source', 'media', '--target', 'catalogue.sqlite'];
  await world.run(prune);
  const killed = await world.run(['live', 'last', ...typed], {HEADGATE_CRASH_AT: 'page-committed:1'});
  expect(killed.signal).toBe('SIGKILL');
  expect(summaryOf(await world.run(['cancel', 'last', '--json']))).toMatchObject({
    mode: 'live',
    status: 'cancelled',
    deleted: 10,
  });
  expect(await rowsChanged(world)).toBe(0);
  await world.run(prune);
  expect(summaryOf(await world.run(['live', 'last', ...typed]))).toMatchObject({
    status: 'completed',
    deleted: 16,
  });
  expect(await rowsChanged(world)).toBe(0);
});

async function rowsChanged(world: World): Promise<unknown> {
  const verified = await world.run(['verify', 'media-ingest', '--target', 'catalogue.sqlite', '--json']);
  const checks = verified.lines.filter(({type}) => type === 'check');
  return checks.find(({id}) => id === 'rows-unchanged')?.['count'];
}
