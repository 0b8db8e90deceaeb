import {describe, expect, it} from 'vitest';
import {lastSummary, UploadsCrashWorld} from '../crash/uploads-crash-world.ts';
import {bucketPlace} from '../crash/uploads-places.ts';
import {sharedSimulator} from '../support/cloudflare.ts';
import type {Ended} from '../support/program.ts';
import {sha256} from './uploads-world.ts';

/** Rows whose hash is missing or wrong, from the dry run that counts them to the undo that puts them back. */

const simulator = sharedSimulator({databases: []});
const named = (hash: string) => `u/7/${hash.slice(0, 2)}/${hash}.mp4`;
const fine = sha256('fine');
const other = sha256('another');

interface Row {
  readonly user?: string;
  readonly hash: string | null;
  readonly object: string;
  /** What the provider has of it. */
  readonly bytes?: string;
  /** What the hash becomes. */
  readonly after?: string;
}

const rows: Readonly<Record<string, Row>> = {
  fine: {hash: fine, object: named(fine), bytes: 'fine'},
  null: {hash: null, object: 'free/null & void.mp4', bytes: 'void', after: sha256('void')},
  empty: {hash: null, object: 'free/empty.mp4', bytes: '', after: sha256('')},
  mismatched: {hash: sha256('stale'), object: 'free/stale 🎬.mp4', bytes: 'fresh', after: sha256('fresh')},
  upperCase: {hash: sha256('upper').toUpperCase(), object: 'free/u', bytes: 'upper', after: sha256('upper')},
  ofAnother: {user: '8', hash: null, object: 'free/fine.mp4', bytes: 'fine', after: fine},
  missing: {hash: sha256('gone'), object: 'free/gone.mp4'},
  missingNull: {hash: null, object: 'free/never.mp4'},
  disagrees: {hash: null, object: named(other), bytes: 'not what its name says'},
  disagreesToo: {hash: other, object: `${named(other)}4`, bytes: 'nor this'},
  taken: {hash: null, object: 'free/fine copy.mp4', bytes: 'fine'},
  takenMeanwhile: {hash: null, object: 'free/void copy.mp4', bytes: 'void'},
};
const expected = {listed: 12, updated: 5, unchanged: 1, skipped: 6, failed: 0, pending: 0};
const notes = {null: 3, mismatched: 2, 'missing bytes': 2, 'already fine': 1, disagreement: 2};

async function worldOf(kind: string): Promise<UploadsCrashWorld> {
  const world =
    kind === 'a folder'
      ? new UploadsCrashWorld()
      : new UploadsCrashWorld({provider: await bucketPlace(simulator())});
  await world.prepare();
  for (const {user = '7', hash, object, bytes} of Object.values(rows)) {
    if (bytes !== undefined) await world.put(object, Buffer.from(bytes));
    const text = hash === null ? 'NULL' : `'${hash}'`;
    world.sql(
      `INSERT INTO assets (user_id, sha256, provider_id, provider_asset_id) VALUES ('${user}', ${text}, 'archive', '${object}')`,
    );
  }
  // Of another provider, and of none: none of its business.
  world.sql(`INSERT INTO assets (user_id, provider_id, provider_asset_id) VALUES ('7', 'runway', 'free/null & void.mp4');
    INSERT INTO assets (user_id, sha256) VALUES ('7', NULL)`);
  return world;
}

const repair = (world: UploadsCrashWorld, ...more: readonly string[]) =>
  world.headgate([
    ...['run', 'uploads-repair', '--provider', 'archive', '--target', world.index, '--json'],
    ...more,
  ]);
const notesOf = ({lines}: Ended) => lines.find(({type}) => type === 'notes')?.['notes'];
const hashes = (world: UploadsCrashWorld) => world.rows().map(({sha256: hash}) => hash);

describe.each(['a folder', 'a bucket'])('uploads-repair of %s', kind => {
  it('counts what is null, wrong, missing and fine, corrects what is sure, and takes it back exactly', async () => {
    const world = await worldOf(kind);
    const before = world.rows();
    const dry = await repair(world);
    expect(notesOf(dry), dry.out).toEqual(notes);
    expect(lastSummary(dry)).toMatchObject(expected);
    expect(world.rows()).toEqual(before);
    const plan = await world.headgate(['plan', 'last']);
    const short = (text: string) => `${sha256(text).slice(0, 12)}…`;
    expect(plan.out).toContain(`${short('stale')} → ${short('fresh')}`);
    expect(plan.out).toMatch(new RegExp(`its name says ${other}, its bytes are ${sha256('nor this')}`));
    expect(plan.out).toMatch(/asset 1 of the same user has this hash already/);

    const live = await world.headgate(world.liveArgs(String(lastSummary(dry)['run'])));
    // Conflicts stay open, so the run is not complete.
    expect([live.code, lastSummary(live)]).toMatchObject([
      5,
      {...expected, status: 'incomplete', rows: 5, drift: {added: 0, gone: 0, changed: 0}},
    ]);
    // What can't be mended here is what verification goes on telling.
    expect(live.lines.filter(({type, count}) => type === 'check' && count !== 0)).toMatchObject([
      {id: 'hash-matches-bytes', count: 2, note: '8 read; no run has recorded the wrong ones'},
    ]);
    const after = Object.values(rows).map(({hash, after: repaired = hash}) => repaired);
    expect(hashes(world)).toEqual([...after, null, null]);
    expect(world.rows()).toEqual(before.map((row, at) => ({...row, sha256: after[at] ?? null})));

    const again = await repair(world);
    expect(lastSummary(again)).toMatchObject({listed: 12, updated: 0, unchanged: 6});
    expect(notesOf(again)).toEqual({'missing bytes': 2, 'already fine': 6, disagreement: 2});
    const run = lastSummary(again)['run'];
    expect(again.lines.filter(({type}) => type === 'next')).toContainEqual(
      expect.objectContaining({command: expect.arrayContaining(['headgate', 'plan', run])}),
    );

    const undone = await world.headgate(world.undoArgs(String(lastSummary(live)['run'])));
    expect(lastSummary(undone)).toMatchObject({status: 'completed', updated: 5});
    expect(world.rows()).toEqual(before);
  });
});

describe('uploads-repair', () => {
  it('leaves alone what somebody else has changed since, going there and coming back', async () => {
    const world = await worldOf('a folder');
    const plan = String(lastSummary(await repair(world))['run']);
    world.sql(
      `UPDATE assets SET sha256 = '${sha256('theirs')}' WHERE id = 2; DELETE FROM assets WHERE id = 3`,
    );
    const live = await world.headgate(world.liveArgs(plan));
    expect(hashes(world).slice(0, 3)).toEqual([fine, sha256('void'), sha256('fresh')]);
    world.sql(`UPDATE assets SET sha256 = '${sha256('also theirs')}' WHERE id = 4`);
    const undone = await world.headgate(world.undoArgs(String(lastSummary(live)['run'])));
    expect([undone.code, lastSummary(undone)]).toMatchObject([5, {status: 'incomplete', skipped: 1}]);
    expect(world.rows().find(({id}) => id === 4)).toMatchObject({sha256: sha256('also theirs')});
    expect(world.rows().find(({id}) => id === 2)).toMatchObject({sha256: sha256('theirs')});
  });

  it('is of one user where it is told so', async () => {
    const world = await worldOf('a folder');
    const dry = await repair(world, '--user', '8');
    expect(lastSummary(dry)).toMatchObject({listed: 1, updated: 1});
    expect(notesOf(dry)).toEqual({null: 1});
  });
});
