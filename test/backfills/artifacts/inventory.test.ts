import {utimesSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {ArtifactsWorld, type WorldOptions, writeObject} from '../../support/artifacts.ts';
import {targetHosts} from '../../support/target-host.ts';

const modified = new Date('2025-03-04T05:06:07.890Z');
const objects = ['sec/1.htm', 'sec/2.htm', 'hkex/3.pdf', 'odd/4.bin', 'root.pdf'];
const types = {
  'sec/1.htm': 'sec',
  'sec/2.htm': 'sec',
  'hkex/3.pdf': 'hkex_pdf',
  'odd/4.bin': 'unknown',
  'root.pdf': 'manual',
};

describe.each(targetHosts)('on $host', ({begin}) => {
  const hosted = begin();

  async function make(options: WorldOptions = {}): Promise<ArtifactsWorld> {
    const world = await ArtifactsWorld.make(hosted, {
      triggers: options.schema === undefined,
      objects,
      ...options,
    });
    for (const key of options.objects ?? objects) utimesSync(join(world.folder, key), modified, modified);
    return world;
  }
  const typesOf = async (world: ArtifactsWorld) =>
    Object.fromEntries(
      (await world.sql('SELECT r2_key, source_type FROM artifacts ORDER BY rowid')).map(row => [
        String(row['r2_key']),
        row['source_type'],
      ]),
    );

  it('missing rows are inserted, with the bucket, the type that a rule tells and the date; nothing else', async () => {
    const world = await make();
    const before = await world.digest();
    const plan = await world.rehearse('artifacts-inventory');
    expect(plan.record).toMatchObject({status: 'completed', tally: {inserted: 5, updated: 0, rows: 0}});
    expect(await world.digest()).toBe(before);
    const live = await world.live(plan.record);
    expect(live.record).toMatchObject({status: 'completed', tally: {inserted: 5, rows: 5}});
    expect(await typesOf(world)).toEqual(types);
    expect((await world.rows())[0]).toEqual({
      artifact_id: 1,
      source_type: 'hkex_pdf',
      source_url: null,
      content_hash: null,
      fetched_at: '2025-03-04T05:06:07.890Z',
      r2_bucket: 'docs',
      r2_key: 'hkex/3.pdf',
      note: null,
      'odd "name': null,
    });
    const again = await world.rehearse('artifacts-inventory');
    expect(again.record).toMatchObject({tally: {unchanged: 5, inserted: 0, updated: 0}});
    expect((await world.undo(live.record)).record).toMatchObject({status: 'completed', tally: {deleted: 5}});
    expect(await world.digest()).toBe(before);
  });

  it('types that say nothing are filled, known ones never touched; an object is its bucket and key alone', async () => {
    const world = await make();
    await world.insert(
      {id: 1, key: 'sec/1.htm', type: 'unknown', at: '1999'},
      {id: 2, key: 'sec/1.htm', type: null},
      {id: 3, key: 'sec/2.htm', type: 'mine'},
      {id: 4, key: 'hkex/3.pdf', type: ''},
      {id: 5, key: 'odd/4.bin', type: 'unknown'},
      {id: 6, key: 'root.pdf', type: null, bucket: 'other'},
      {id: 7, key: 'root.pdf', type: null, bucket: null},
      {id: 8, key: 'gone.pdf', type: null},
    );
    const before = await world.digest();
    const live = await world.run('artifacts-inventory');
    expect(live.record).toMatchObject({
      status: 'completed',
      tally: {inserted: 1, updated: 1, unchanged: 3, rows: 3},
    });
    expect(
      (await world.rows()).map(row => [row['artifact_id'], row['source_type'], row['fetched_at']]),
    ).toEqual([
      [1, 'sec', '1999'],
      [2, 'sec', '2025-01-01'],
      [3, 'mine', '2025-01-01'],
      [4, '', '2025-01-01'],
      [5, 'unknown', '2025-01-01'],
      [6, null, '2025-01-01'],
      [7, null, '2025-01-01'],
      [8, null, '2025-01-01'],
      [9, 'manual', '2025-03-04T05:06:07.890Z'],
    ]);
    expect((await world.undo(live.record)).record.status).toBe('completed');
    expect(await world.digest()).toBe(before);
  });

  it('--bucket says what rows call the bucket', async () => {
    const world = await make();
    await world.insert(
      {id: 1, key: 'sec/1.htm', type: null},
      {id: 2, key: 'sec/2.htm', type: null, bucket: 'prod'},
    );
    const live = await world.run('artifacts-inventory', {bucket: 'prod', prefix: 'sec/'});
    expect(live.record).toMatchObject({tally: {inserted: 1, updated: 1}});
    expect((await world.rows()).map(row => [row['r2_bucket'], row['r2_key'], row['source_type']])).toEqual([
      ['docs', 'sec/1.htm', null],
      ['prod', 'sec/2.htm', 'sec'],
      ['prod', 'sec/1.htm', 'sec'],
    ]);
  });

  it('objects may have awkward names', async () => {
    const keys = [
      'sec/R&amp;D.htm',
      'sec/a b.htm',
      'sec/🚢.htm',
      "sec/it's.htm",
      'sec/100%.htm',
      'sec/line\nbreak',
      'sec/é',
    ];
    const world = await make({objects: keys});
    const before = await world.digest();
    const live = await world.run('artifacts-inventory');
    expect(live.record).toMatchObject({status: 'completed', tally: {inserted: keys.length}});
    expect((await world.rows()).map(row => row['r2_key']).toSorted()).toEqual(keys.toSorted());
    await world.undo(live.record);
    expect(await world.digest()).toBe(before);
  });

  describe('what somebody else writes between decision and write', () => {
    it.each([
      ['without an index', 'SELECT 1'],
      ['with an index', 'CREATE INDEX by_object ON artifacts (r2_bucket, r2_key)'],
    ])(
      'a type that became known is not overwritten, and a row that came is not doubled, %s',
      async (_, index) => {
        const world = await make();
        await world.sql(index);
        await world.insert(
          {id: 1, key: 'sec/1.htm', type: 'unknown'},
          {id: 2, key: 'sec/2.htm', type: 'unknown'},
        );
        const plan = await world.rehearse('artifacts-inventory');
        world.meanwhile = async () => {
          world.meanwhile = null;
          await world.sql("UPDATE artifacts SET source_type = 'theirs' WHERE artifact_id = 1");
          await world.insert({id: 3, key: 'root.pdf', type: 'theirs'});
        };
        const live = await world.live(plan.record);
        expect(live.record).toMatchObject({
          status: 'incomplete',
          tally: {inserted: 2, updated: 1, skipped: 2},
        });
        expect(await typesOf(world)).toMatchObject({
          'sec/1.htm': 'theirs',
          'root.pdf': 'theirs',
          'sec/2.htm': 'sec',
        });
        const again = await world.resume(live.record);
        expect(again.record).toMatchObject({
          status: 'completed',
          tally: {inserted: 2, updated: 1, unchanged: 2},
        });
        expect((await world.ids()).length).toBe(5);
      },
    );

    it('a row that moved to another object keeps its unknown type', async () => {
      const world = await make();
      await world.insert({id: 1, key: 'sec/1.htm', type: 'unknown'});
      const plan = await world.rehearse('artifacts-inventory', {prefix: 'sec/1'});
      world.meanwhile = () => world.sql("UPDATE artifacts SET r2_key = 'odd/elsewhere'");
      const live = await world.live(plan.record);
      expect(live.record).toMatchObject({tally: {updated: 0, skipped: 1}});
      expect(await typesOf(world)).toEqual({'odd/elsewhere': 'unknown'});
    });
  });

  it('a cap inside a page ends at the last key, and the next run goes on from there', async () => {
    const world = await make();
    const first = await world.run('artifacts-inventory', {maxItems: 2});
    expect(first.record).toMatchObject({status: 'completed', tally: {inserted: 2}});
    const {cappedAt} = await world.ledger.runs.get(first.record.rehearsedBy ?? '');
    expect(cappedAt).toBe('odd/4.bin');
    const second = await world.run('artifacts-inventory', {startAfter: cappedAt ?? ''});
    expect(second.record).toMatchObject({status: 'completed', tally: {inserted: 3}});
    expect(await typesOf(world)).toEqual(types);
  });

  it('of a whole bucket, its name has to be typed; of a folder it has not', async () => {
    const world = await make();
    const whole = await world.rehearse('artifacts-inventory');
    await expect(world.live(whole.record, {whole: null})).rejects.toThrow(/not going live/);
    await expect(world.live(whole.record, {whole: 'dosc'})).rejects.toThrow(/not going live/);
    expect(await world.ids()).toEqual([]);
    const part = await world.rehearse('artifacts-inventory', {prefix: 'sec/'});
    expect((await world.live(part.record, {whole: null})).record.tally).toMatchObject({inserted: 2});
    const {record} = await world.rehearse('artifacts-inventory');
    expect((await world.live(record, {whole: 'docs'})).record.tally).toMatchObject({inserted: 3});
  });

  it('what came to the bucket since the dry run waits', async () => {
    const world = await make();
    const plan = await world.rehearse('artifacts-inventory');
    writeObject(world.folder, 'sec/new.htm');
    const live = await world.live(plan.record);
    expect(live.record).toMatchObject({status: 'incomplete', tally: {inserted: 5, pending: 1}});
    expect(await world.left(live.record)).toHaveProperty(['sec/new.htm']);
  });

  it('coverage counts objects with a row of a known type, by first segment', async () => {
    const world = await make();
    await world.insert({id: 1, key: 'odd/4.bin', type: 'mine'}, {id: 2, key: 'odd/gone', type: null});
    const live = await world.run('artifacts-inventory', {prefix: ''});
    const groups = Object.fromEntries(live.coverage.map(({group, done, total}) => [group, [done, total]]));
    expect(groups).toEqual({'*': [5, 5], 'hkex/': [1, 1], 'odd/': [1, 1], '(root)': [1, 1], 'sec/': [2, 2]});
  });
});
