import {describe, expect, it} from 'vitest';
import {mediaIngest} from '../../src/backfills/media-ingest/ingest/ingest.ts';
import type {AnyBackfill} from '../../src/backfills/registry.ts';
import {Fault} from '../../src/core/failure.ts';
import type {CrashPoint} from '../../src/engine/crash-points.ts';
import type {RunHandle} from '../../src/engine/execution.ts';
import {directoryStore} from '../../src/stores/directory.ts';
import type {ObjectStore, StoredObject} from '../../src/stores/object-store.ts';
import {bareRow, MediaWorld, manyKeys} from '../support/media.ts';
import {sqliteHosted, targetHosts} from '../support/target-host.ts';
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

  it('is settled by its rows where another run has made the staging table its own meanwhile', async () => {
    const interrupting: {isOn: boolean} = {isOn: false};
    const world = await MediaWorld.make(host, {
      settings,
      at: point => {
        if (point === 'published' && interrupting.isOn) throw new Error('the ledger is gone');
      },
    });
    world.list(manyKeys(25));
    const {record: plan} = await world.rehearse();
    const theirs = manyKeys(25).filter((_, index) => index % 5 === 2);
    world.meanwhile = async () => {
      world.meanwhile = null;
      await world.insert(...theirs.map(bareRow));
    };
    interrupting.isOn = true;
    const first = await world.live(plan);
    expect(first.record).toMatchObject({status: 'failed', tally: {pending: 25, inserted: 0}});
    interrupting.isOn = false;
    world.list(manyKeys(40));
    expect((await world.run()).record).toMatchObject({
      status: 'completed',
      tally: {inserted: 15, unchanged: 25},
    });
    expect(await world.tables()).not.toContain('headgate_staged');
    const settled = await world.resume(first.record);
    expect(settled.record.tally).toMatchObject({inserted: 20, unchanged: 5, pending: 0, rows: 20});
    expect((await world.undo(settled.record)).record.tally.deleted).toBe(20);
    expect(await world.count()).toBe(20);
  });

  it('counts once what pages of a retry and of the listing have between them', async () => {
    const source = new BreakingStore(await directoryStore(tempFolder()), manyKeys(35), 12);
    const world = await MediaWorld.make(host, {settings, source});
    source.isBroken = false;
    const {record: plan} = await world.rehearse();
    source.isBroken = true;
    const broken = await world.live(plan);
    await world.insert(...manyKeys(35).slice(3, 6).map(bareRow));
    source.isBroken = false;
    const {record} = await world.resume(broken.record);
    expect(record).toMatchObject({status: 'completed', tally: {inserted: 32, unchanged: 3, pending: 0}});
    expect((await world.undo(record)).record.tally.deleted).toBe(32);
  });

  it('reads its rows back where the marks are gone after a publish, which it says', async () => {
    const interrupting: {isOn: boolean} = {isOn: true};
    const world = await MediaWorld.make(host, {
      settings,
      at: point => {
        if (point === 'published' && interrupting.isOn) throw new Error('the ledger is gone');
      },
    });
    world.list(manyKeys(25));
    const first = await world.run();
    expect(first.record.status).toBe('failed');
    interrupting.isOn = false;
    await world.sql('DROP TABLE headgate_marks; DROP TABLE headgate_lease; DROP TABLE headgate_staged');
    const settled = await world.resume(first.record);
    expect(settled.record).toMatchObject({
      status: 'completed',
      tally: {inserted: 25, unchanged: 0, rows: 25},
    });
    expect(world.events.some(event => event.type === 'note' && /no mark to trust/.test(event.message))).toBe(
      true,
    );
    expect((await world.undo(settled.record)).record.tally.deleted).toBe(25);
  });

  it('publishes once more what a retry took up', async () => {
    const world = await MediaWorld.make(host, {settings});
    world.list(manyKeys(5));
    const {record: plan} = await world.rehearse();
    world.list(manyKeys(8));
    const first = await world.live(plan);
    expect(first.record).toMatchObject({status: 'incomplete', tally: {inserted: 5, pending: 3}});
    const connection = await world.connection();
    const options = {acceptNew: true, acceptDrift: false, takeOver: null, kind: null};
    const second = await (await world.engine.resume(connection, first.record, options)).done;
    expect(second.record).toMatchObject({status: 'completed', tally: {inserted: 8, pending: 0, rows: 8}});
    expect((await world.undo(second.record)).record.tally.deleted).toBe(8);
    expect(await world.count()).toBe(0);
  });
});

describe('the gates of a publish', () => {
  it('are closed for more rows than one transaction of the target carries', async () => {
    const world = await MediaWorld.make(sqliteHosted);
    world.list(manyKeys(3));
    const connection = await world.connection();
    const narrow: AnyBackfill = {
      ...connection.backfill,
      publication: {...mediaIngest.publication, most: {local: 2}} as NonNullable<AnyBackfill['publication']>,
    };
    const plan = await (await world.engine.rehearse(connection, narrow.scope.parse({}), {})).done;
    const gates = await world.engine.gates({...connection, backfill: narrow}, plan.record, {
      confirm: connection.target.name,
      acceptedFailures: null,
      takeOver: null,
      thresholds: null,
    });
    expect(gates.filter(({holds}) => !holds)).toMatchObject([
      {id: 'publish', reason: '3 rows to insert, and the target takes 2 in one transaction'},
    ]);
  });

  it('are closed for an empty inventory, and for one that shrank, until that number is accepted', async () => {
    const world = await MediaWorld.make(sqliteHosted);
    const refused = async (accepted?: number) =>
      world.run('media-ingest', accepted === undefined ? {} : {acceptedListed: accepted}).then(
        ({record}) => record.status,
        (error: unknown) => String(error),
      );
    expect(await refused()).toMatch(/the inventory is empty/);
    world.list(manyKeys(100));
    expect(await refused()).toBe('completed');
    world.list(manyKeys(80));
    expect(await refused()).toBe('completed');
    world.list(manyKeys(60));
    expect(await refused()).toMatch(/60 objects, and had 80 the time before: 25 % fewer/);
    expect(await refused(59)).toMatch(/59 were accepted/);
    expect(await refused(60)).toBe('completed');
    expect(await refused()).toBe('completed');
    expect(await world.count()).toBe(100);
    // Where there is nothing to write there is no gate to be stopped at: the dry run says it.
    world.list(manyKeys(40));
    await world.rehearse();
    expect(world.events.findLast(({type}) => type === 'note')).toMatchObject({
      level: 'warning',
      message: expect.stringContaining('40 objects, and had 60 the time before'),
    });
  });

  it('compare with the last run that listed everything, and not with one whose listing broke', async () => {
    const source = new BreakingStore(await directoryStore(tempFolder()), manyKeys(100), 40);
    const world = await MediaWorld.make(sqliteHosted, {source});
    source.isBroken = false;
    await world.run();
    await world.sql("DELETE FROM media_assets WHERE b2_key LIKE '%9.jpg'");
    const {record: second} = await world.rehearse();
    source.isBroken = true;
    const broken = await world.live(second, {acceptNew: true});
    expect(broken.record.partitions.failed).toBe(1);
    expect(await world.ledger.runs.lastListed(second)).toBe(100);
  });

  it('do not come into it where headgate may keep no tables: nothing is even listed', async () => {
    const world = await MediaWorld.make(sqliteHosted, {marks: false});
    await expect(world.rehearse()).rejects.toThrow(/needs headgate's own tables/);
  });
});

/** A store whose listing breaks for good after some keys. */
class BreakingStore implements ObjectStore {
  isBroken = true;
  readonly host: string;
  readonly service: ObjectStore['service'];
  readonly id: string;
  readonly label: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly #inner: ObjectStore;
  readonly #keys: readonly string[];
  readonly #after: number;

  constructor(inner: ObjectStore, keys: readonly string[], after: number) {
    this.#inner = inner;
    this.#keys = keys;
    this.#after = after;
    ({
      host: this.host,
      service: this.service,
      id: this.id,
      label: this.label,
      bucket: this.bucket,
      prefix: this.prefix,
    } = inner);
  }

  check() {
    return this.#inner.check();
  }

  async *list({lo, hi}: Parameters<ObjectStore['list']>[0]): AsyncGenerator<readonly StoredObject[]> {
    const keys = this.#keys.filter(key => key > lo && (hi === null || key <= hi));
    const rest = this.#keys.length - this.#after;
    for (const key of keys) {
      if (this.isBroken && this.#keys.indexOf(key) >= this.#keys.length - rest)
        throw new Fault('server-error', 'the listing of b2 is truncated, and does not say where it goes on');
      yield [objectOf(key)];
    }
  }

  async lookup(key: string) {
    return objectOf(key);
  }

  sha256(): Promise<string> {
    return Promise.reject(new Fault('invalid', 'no bytes'));
  }

  statedSha256() {
    return Promise.resolve(null);
  }

  middle() {
    return Promise.resolve(null);
  }
}

function objectOf(key: string): StoredObject {
  return {key, size: 1, modifiedAt: 0, version: bareRow(key).etag ?? '', fingerprint: null};
}
