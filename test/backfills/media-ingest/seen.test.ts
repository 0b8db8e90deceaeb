import {describe, expect, it} from 'vitest';
import {bareRow, mediaSchema, quotedRow, versionRow} from '../../support/media.ts';
import {BucketWorld, oddKeys, othersOf} from '../../support/media-bucket.ts';
import {targetHosts} from '../../support/target-host.ts';

const schema = `${mediaSchema}; ALTER TABLE media_assets ADD COLUMN last_seen_at TEXT`;
const morning = Date.parse('2026-11-20T06:17:00Z');
const hour = 3_600_000;

describe.each(targetHosts)('media-seen on $host', ({begin}) => {
  const host = begin();
  const seen = async ({sql}: BucketWorld) => {
    const rows = await sql('SELECT b2_key, last_seen_at FROM media_assets ORDER BY id');
    return rows.map(row => [row['b2_key'], row['last_seen_at']]);
  };

  it('asks for its column, and the migration adds that and nothing else', async () => {
    const world = await BucketWorld.make(host);
    await world.insert(bareRow('a'));
    const errors = async () => (await world.findings('media-seen')).filter(({level}) => level === 'error');
    expect((await errors()).map(({message}) => message)).toEqual(['media_assets has no column last_seen_at']);
    const before = await othersOf(world.sql, 'last_seen_at');
    expect(await world.migrate('media-seen')).toEqual(['0001_last_seen_at']);
    expect(await world.migrate('media-seen')).toEqual([]);
    expect(await errors()).toEqual([]);
    expect(await othersOf(world.sql, 'last_seen_at')).toBe(before);
    expect(await seen(world)).toEqual([['a', null]]);
  });

  it('dates every row of what is listed by the time of the run, and changes nothing else; undo brings back every value', async () => {
    const world = await BucketWorld.make(host, {schema});
    world.put([...oddKeys, 'mixed', 'new']);
    await world.insert(...oddKeys.map(bareRow), quotedRow('mixed'), bareRow('mixed'), bareRow('gone'));
    await world.sql("UPDATE media_assets SET last_seen_at = '2026-11-18 06:17:00' WHERE id % 2 = 0");
    const [before, others] = [await world.digest(), await othersOf(world.sql, 'last_seen_at')];
    world.now = morning;
    const plan = await world.rehearse('media-seen');
    expect(plan.record.tally).toMatchObject({updated: oddKeys.length + 1, skipped: 1});
    expect(await world.digest()).toBe(before);
    // The clock goes on between dry run and live, and nothing has drifted.
    world.now = morning + hour;
    const live = await world.live(plan.record);
    expect(live.record).toMatchObject({
      status: 'completed',
      drift: {changed: 0},
      tally: {updated: oddKeys.length + 1, rows: oddKeys.length + 2, skipped: 1, failed: 0},
    });
    expect(await seen(world)).toEqual([
      ...[...oddKeys, 'mixed', 'mixed'].map(key => [key, '2026-11-20 07:17:00']),
      ['gone', '2026-11-18 06:17:00'],
    ]);
    expect(await othersOf(world.sql, 'last_seen_at')).toBe(others);
    expect(live.checks.find(({id}) => id === 'rows-unchanged')?.count).toBe(0);
    const undone = await world.undo(live.record);
    expect(undone.record).toMatchObject({status: 'completed', tally: {updated: oddKeys.length + 1}});
    expect(await world.digest()).toBe(before);
  });

  it('changes nothing a second time on the same day, and comes round to all on the next', async () => {
    const world = await BucketWorld.make(host, {schema});
    world.put(['a', 'b']);
    await world.insert(bareRow('a'), bareRow('b'));
    world.now = morning;
    expect((await world.run('media-seen')).record.tally.updated).toBe(2);
    const after = await world.digest();
    world.now = morning + 19 * hour;
    const again = await world.run('media-seen');
    expect(again.record.tally).toMatchObject({updated: 0, unchanged: 2});
    expect(await world.digest()).toBe(after);
    world.now = morning + 23.9 * hour;
    expect((await world.run('media-seen')).record.tally.updated).toBe(2);
  });

  it.each([
    ['no date', "'yesterday'", 'updated'],
    ['a date with a T', "'2026-11-19T20:00:00Z'", 'unchanged'],
    ['an old date with a T', "'2026-11-19T09:00:00Z'", 'updated'],
    ['a date to come', "'2027-01-01 00:00:00'", 'unchanged'],
    ['bytes', "x'00ff'", 'updated'],
  ] as const)('%s counts as what it is, and comes back', async (_, value, becomes) => {
    const world = await BucketWorld.make(host, {schema});
    world.put(['a']);
    await world.insert(bareRow('a'));
    await world.sql(`UPDATE media_assets SET last_seen_at = ${value}`);
    const before = await world.digest();
    world.now = morning;
    const live = await world.run('media-seen');
    expect(live.record.tally[becomes]).toBe(1);
    if (becomes === 'updated') await world.undo(live.record);
    expect(await world.digest()).toBe(before);
  });

  it('skips what is not in the catalogue, and says so of what only a file id leads to', async () => {
    const world = await BucketWorld.make(host, {schema});
    world.put(['new', 'named']);
    await world.insert(versionRow('named'));
    const live = await world.rehearse('media-seen');
    expect(live.record).toMatchObject({status: 'incomplete', tally: {skipped: 2, updated: 0}});
    expect(await world.left(live.record)).toEqual({
      named: expect.stringMatching(/named by a file id, and this listing has none/),
    });
  });

  it('finds rows by the ids of versions', async () => {
    const world = await BucketWorld.make(host, {schema, versions: true});
    world.put(['a', 'b']);
    expect((await world.run('media-ingest')).record.tally.inserted).toBe(2);
    expect((await world.run('media-seen')).record).toMatchObject({status: 'completed', tally: {updated: 2}});
  });

  it('leaves a row that is written between decision and write, and undo one that was dated again or is gone', async () => {
    const world = await BucketWorld.make(host, {schema});
    world.put(['a', 'b', 'c', 'd']);
    await world.insert(...['a', 'b', 'c', 'd'].map(bareRow));
    world.now = morning;
    world.meanwhile = async () => {
      world.meanwhile = null;
      await world.sql("UPDATE media_assets SET last_seen_at = 'mine' WHERE b2_key = 'a'");
    };
    const live = await world.run('media-seen');
    expect(live.record).toMatchObject({status: 'incomplete', tally: {updated: 3, rows: 3, skipped: 1}});
    await world.sql(`UPDATE media_assets SET last_seen_at = '2026-11-21 06:17:00' WHERE b2_key = 'b';
      DELETE FROM media_assets WHERE b2_key = 'c'`);
    const undone = await world.undo(live.record);
    expect(undone.record).toMatchObject({status: 'incomplete', tally: {updated: 1, skipped: 2}});
    expect(await world.left(undone.record)).toEqual({
      b: 'its row was dated again after the run',
      c: 'its row was deleted after the run',
    });
    expect(await seen(world)).toEqual([
      ['a', 'mine'],
      ['b', '2026-11-21 06:17:00'],
      ['d', null],
    ]);
  });

  it('covers what is listed and dated, and shows a row with when it was seen', async () => {
    const world = await BucketWorld.make(host, {schema});
    world.put(['a/1', 'a/2', 'b/1']);
    await world.insert(bareRow('a/1'), bareRow('b/1'), bareRow('b/gone'));
    world.now = morning;
    const live = await world.run('media-seen');
    const {coverage} = live;
    expect(
      coverage.map(({group, done, total, rows, rowsDone}) => [group, done, total, rows, rowsDone]),
    ).toEqual([
      ['*', 2, 3, 3, 2],
      ['a/', 1, 2, 1, 1],
      ['b/', 1, 1, 2, 1],
    ]);
    const {backfill, target} = world.connection('media-seen');
    const reader = await target.openReader();
    const io = {target: reader, signal: new AbortController().signal};
    const image = await world.ledger.pages.entry(live.record.id, 'image', 'a/1');
    expect(await backfill.row?.('a/1', backfill.change.parse(image?.change), io)).toMatchObject({
      columns: {media_uid: bareRow('a/1').uid, last_seen_at: '2026-11-20 06:17:00'},
      is: 'after',
    });
    expect(await backfill.row?.('b/gone', null, io)).toMatchObject({
      columns: {last_seen_at: 'never'},
      is: null,
    });
    await reader.close();
  });
});
