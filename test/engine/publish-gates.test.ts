import {describe, expect, it} from 'vitest';
import {mediaIngest} from '../../src/backfills/media-ingest/ingest/ingest.ts';
import type {AnyBackfill} from '../../src/backfills/registry.ts';
import {directoryStore} from '../../src/stores/directory.ts';
import {BreakingStore} from '../support/breaking-store.ts';
import {MediaWorld, manyKeys} from '../support/media.ts';
import {sqliteHosted} from '../support/target-host.ts';
import {tempFolder} from '../support/temp.ts';

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
