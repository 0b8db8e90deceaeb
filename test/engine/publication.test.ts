import {describe, expect, it} from 'vitest';
import type {CrashPoint} from '../../src/engine/crash-points.ts';
import type {RunHandle} from '../../src/engine/execution.ts';
import {directoryStore} from '../../src/stores/directory.ts';
import {BreakingStore} from '../support/breaking-store.ts';
import {bareRow, MediaWorld, manyKeys} from '../support/media.ts';
import {targetHosts} from '../support/target-host.ts';
import {tempFolder} from '../support/temp.ts';

/** A run that is published as a whole leaves the target's own tables as they were, or brings all of it. */

const settings = {page: {items: 10, bytes: 1_000_000, seconds: 20}};

/** Stops the run when it comes to a point. */
function stoppingAt(point: CrashPoint, how: 'pause' | 'cancel') {
  const stopping: {handle: RunHandle | null} = {handle: null};
  return {
    stopping,
    at: (reached: CrashPoint) => {
      if (reached === point) stopping.handle?.[how]();
    },
  };
}

describe.each(targetHosts)('publishing on $host', ({begin}) => {
  const host = begin();

  it('shows nothing before all of it is there', async () => {
    const {at, stopping} = stoppingAt('page-staged', 'pause');
    const world = await MediaWorld.make(host, {settings, at});
    await world.insert(bareRow('old'));
    const before = await world.digest();
    world.list(manyKeys(35));
    const handle = await world.start((await world.rehearse()).record);
    stopping.handle = handle;
    const {record} = await handle.done;
    expect(record).toMatchObject({status: 'paused', tally: {pending: 35, inserted: 0, rows: 0}});
    expect(await world.digest()).toBe(before);
    expect(await world.tables()).toContain('headgate_staged');
    stopping.handle = null;
    const resumed = await world.resume(record);
    expect(resumed.record).toMatchObject({status: 'completed', tally: {pending: 0, inserted: 35, rows: 35}});
    expect(await world.count()).toBe(36);
    expect(await world.tables()).toEqual(['headgate_lease', 'headgate_marks']);
  });

  it('takes what it staged away when it is cancelled, and is never taken up again', async () => {
    const {at, stopping} = stoppingAt('page-staged', 'cancel');
    const world = await MediaWorld.make(host, {settings, at});
    const before = await world.digest();
    world.list(manyKeys(35));
    const handle = await world.start((await world.rehearse()).record);
    stopping.handle = handle;
    const {record} = await handle.done;
    expect(record).toMatchObject({status: 'cancelled', tally: {pending: 35, inserted: 0}});
    expect(await world.digest()).toBe(before);
    expect(await world.tables()).toEqual(['headgate_lease', 'headgate_marks']);
    expect(await world.ledger.pages.isHalfDone(record.id)).toBe(false);
    stopping.handle = null;
    expect((await world.run()).record.tally.inserted).toBe(35);
  });

  it('clears what a run before it has staged and never published', async () => {
    const {at, stopping} = stoppingAt('page-staged', 'pause');
    const world = await MediaWorld.make(host, {settings, at});
    world.list(manyKeys(25));
    const handle = await world.start((await world.rehearse()).record);
    stopping.handle = handle;
    const paused = await handle.done;
    stopping.handle = null;
    world.list(manyKeys(15));
    expect((await world.run('media-ingest', {acceptedListed: 15})).record.tally.inserted).toBe(15);
    // The one before stages anew what it had decided; what is there by now stays as it is.
    world.list(manyKeys(25));
    expect((await world.resume(paused.record)).record).toMatchObject({
      status: 'completed',
      tally: {inserted: 10, unchanged: 15, rows: 10},
    });
    expect(await world.keys()).toEqual(manyKeys(25));
  });

  it('counts as unchanged what somebody else inserted in the meantime, and takes back only its own', async () => {
    const world = await MediaWorld.make(host, {settings});
    world.list(manyKeys(35));
    const {record: plan} = await world.rehearse();
    const theirs = manyKeys(35)
      .filter((_, index) => index % 7 === 3)
      .map(bareRow);
    world.meanwhile = async () => {
      world.meanwhile = null;
      await world.insert(...theirs);
    };
    const {record} = await world.live(plan);
    expect(record).toMatchObject({status: 'completed', tally: {inserted: 30, unchanged: 5, rows: 30}});
    expect((await world.undo(record)).record.tally).toMatchObject({deleted: 30, rows: 30});
    expect(await world.count()).toBe(5);
  });

  const obstacles = [
    {
      what: 'the staging table was changed by somebody',
      prepare: '',
      meanwhile: "DELETE FROM headgate_staged WHERE b2_key LIKE '%7.jpg'",
      says: /headgate_staged\.b2_key/,
      mend: '',
    },
    {
      what: 'the staging table was emptied',
      prepare: '',
      meanwhile: 'DELETE FROM headgate_staged',
      says: /headgate_staged\.b2_key/,
      mend: '',
    },
    {
      what: 'a trigger keeps a row from being inserted without a word',
      prepare:
        "CREATE TRIGGER quiet BEFORE INSERT ON media_assets WHEN new.b2_key LIKE '%17.jpg' BEGIN SELECT RAISE(IGNORE); END",
      meanwhile: '',
      says: /headgate_staged\.media_uid/,
      mend: 'DROP TRIGGER quiet',
    },
    {
      what: 'a constraint refuses one row of many',
      prepare: "CREATE UNIQUE INDEX no_twins ON media_assets (size) WHERE b2_key LIKE '%1_.jpg'",
      meanwhile: '',
      says: /UNIQUE constraint failed: media_assets\.size/,
      mend: 'DROP INDEX no_twins',
    },
  ];

  it.each(obstacles)('inserts nothing at all where $what', async ({prepare, meanwhile, says, mend}) => {
    const world = await MediaWorld.make(host, {settings});
    if (prepare !== '') await world.sql(prepare);
    world.list(manyKeys(35));
    const {record: plan} = await world.rehearse();
    const before = await world.digest();
    world.meanwhile = async () => {
      world.meanwhile = null;
      if (meanwhile !== '') await world.sql(meanwhile);
    };
    const failed = await world.live(plan);
    expect(failed.record).toMatchObject({status: 'failed', tally: {pending: 35, inserted: 0, rows: 0}});
    expect(failed.record.stopReason?.message).toMatch(/^nothing was published: /);
    expect(failed.record.stopReason?.message).toMatch(says);
    expect(await world.digest()).toBe(before);
    if (mend !== '') await world.sql(mend);
    // Without the trigger it is another schema than the dry run saw.
    const goesOn = mend.includes('TRIGGER') ? world.run() : world.resume(failed.record);
    expect((await goesOn).record).toMatchObject({
      status: 'completed',
      tally: {inserted: 35, pending: 0},
    });
  });

  it('publishes nothing of a listing that broke off, and all of it once that went on', async () => {
    const source = new BreakingStore(await directoryStore(tempFolder()), manyKeys(35), 12);
    const world = await MediaWorld.make(host, {settings, source});
    source.isBroken = false;
    const {record: plan} = await world.rehearse();
    source.isBroken = true;
    const before = await world.digest();
    const broken = await world.live(plan);
    expect(broken.record).toMatchObject({
      status: 'failed',
      tally: {inserted: 0},
      partitions: {failed: 1},
    });
    expect(await world.digest()).toBe(before);
    source.isBroken = false;
    expect((await world.resume(broken.record)).record).toMatchObject({
      status: 'completed',
      tally: {inserted: 35, pending: 0},
      partitions: {failed: 0, done: 1},
    });
    expect(await world.keys()).toEqual(manyKeys(35));
  });
});
