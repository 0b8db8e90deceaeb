import {describe, expect, it} from 'vitest';
import {directoryStore} from '../../src/stores/directory.ts';
import {BreakingStore} from '../support/breaking-store.ts';
import {bareRow, MediaWorld, manyKeys} from '../support/media.ts';
import {targetHosts} from '../support/target-host.ts';
import {tempFolder} from '../support/temp.ts';

/** A publish of which this process does not know how it ended, and a run whose pages come from more than one listing. */

const settings = {page: {items: 10, bytes: 1_000_000, seconds: 20}};

describe.each(targetHosts)('what was published is counted on $host', ({begin}) => {
  const host = begin();

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
