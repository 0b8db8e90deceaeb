import {describe, expect, it} from 'vitest';
import {ArtifactsWorld} from '../../support/artifacts.ts';
import {literal, targetHosts} from '../../support/target-host.ts';

describe.each(targetHosts)('on $host', ({begin}) => {
  const hosted = begin();
  const make = () => ArtifactsWorld.make(hosted, {triggers: true});

  it('of several rows of an object the newest stays, and of equals the one with the greatest id', async () => {
    const objects = [
      ['the one that was fetched last', ['2025-01-01', '2025-03-01', '2025-02-01'], 2],
      ['of two that were fetched at once, the one with the greater id', ['2025-01-01', '2025-01-01'], 2],
      ['any that has a date before one that has none', ['2025-01-01', null, null], 1],
      ['of rows without a date, the one with the greatest id', [null, null, null], 3],
      ['by numbers, the greatest', [1_700_000_001, 1_700_000_000, 999], 1],
      ['a text before any number, as the database orders them', ['2020', 9_999_999_999_999], 1],
      ['a fraction of a second later', [1.5, 1.25, 1], 1],
      ['an empty text before no date', [null, ''], 2],
    ] as const;
    const world = await make();
    const rows = objects.flatMap(([key, dates], object) =>
      dates.map((at, index) => ({id: 10 * object + index + 1, key, at})),
    );
    await world.insert(...rows);
    await world.datapoints(...rows.map(({id}) => [id, id, `m${id}`] as const));
    const before = await world.digest();
    const live = await world.run('artifacts-cleanup');
    expect(live.record).toMatchObject({status: 'completed', tally: {deleted: objects.length}});
    const left = (await world.rows()).map(row => [row['r2_key'], Number(row['artifact_id']) % 10]);
    expect(left).toEqual(objects.map(([key, , winner]) => [key, winner]));
    expect(Object.values(await world.naming())).toEqual(
      rows.map(({id}) => 10 * Math.floor(id / 10) + (objects[Math.floor(id / 10)]?.[2] ?? 0)),
    );
    expect((await world.undo(live.record)).record.status).toBe('completed');
    expect(await world.digest()).toBe(before);
  });

  it('rows without a bucket or a key are of no object, and stay', async () => {
    const world = await make();
    await world.insert(
      {id: 1, key: null},
      {id: 2, key: null},
      {id: 3, key: 'a', bucket: null},
      {id: 4, key: 'a', bucket: null},
      {id: 5, key: null, bucket: null},
      {id: 6, key: null, bucket: null},
      {id: 7, key: '', bucket: 'docs'},
      {id: 8, key: 'b', bucket: ''},
    );
    const before = await world.digest();
    const plan = await world.rehearse('artifacts-cleanup');
    expect(plan.record).toMatchObject({status: 'completed', tally: {deleted: 0, unchanged: 0, skipped: 0}});
    expect((await world.live(plan.record)).record.status).toBe('completed');
    expect(await world.digest()).toBe(before);
  });

  it('an empty key and an empty bucket are names like any other', async () => {
    const world = await make();
    await world.insert(
      {id: 1, key: ''},
      {id: 2, key: ''},
      {id: 3, key: 'b', bucket: ''},
      {id: 4, key: 'b', bucket: ''},
      {id: 5, key: '', bucket: ''},
      {id: 6, key: '', bucket: ''},
    );
    const before = await world.digest();
    const live = await world.run('artifacts-cleanup');
    expect(live.record).toMatchObject({status: 'completed', tally: {deleted: 3}});
    expect(await world.ids()).toEqual([2, 4, 6]);
    await world.undo(live.record);
    expect(await world.digest()).toBe(before);
  });

  it('whatever other columns hold stays with the winner, and comes back with the losers', async () => {
    const world = await make();
    const notes = [
      'note',
      null,
      2 ** 53,
      0.1,
      new Uint8Array([0, 255, 10]),
      'a "quoted" text',
      'line\nline',
      '🚢',
    ];
    await world.insert(...notes.map((note, index) => ({id: index + 1, key: `k${index % 2}`, note})));
    await world.sql(`
      UPDATE artifacts SET "odd ""name" = CASE artifact_id % 3 WHEN 0 THEN x'00ff' WHEN 1 THEN 'text' END;
      UPDATE artifacts SET note = -9223372036854775807 - 1 WHERE artifact_id = 1;
      UPDATE artifacts SET note = 9223372036854775807 WHERE artifact_id = 2;
      UPDATE artifacts SET note = char(0) || 'nul' WHERE artifact_id = 3;
      UPDATE artifacts SET note = CAST(x'61ff62' AS TEXT) WHERE artifact_id = 4;
      UPDATE artifacts SET source_url = 'https://example.org/' || artifact_id, content_hash = hex(artifact_id);
    `);
    const before = await world.digest();
    const winners = await world.sql(
      'SELECT quote(note) AS note FROM artifacts WHERE artifact_id IN (7, 8) ORDER BY artifact_id',
    );
    const live = await world.run('artifacts-cleanup');
    expect(live.record).toMatchObject({status: 'completed', tally: {deleted: 2, rows: 6}});
    expect(await world.sql('SELECT quote(note) AS note FROM artifacts ORDER BY artifact_id')).toEqual(
      winners,
    );
    expect(await world.sql('SELECT times FROM writes')).toEqual([{times: 6}]);
    expect((await world.undo(live.record)).record).toMatchObject({status: 'completed'});
    expect(await world.digest()).toBe(before);
  });

  it('a second clean-up finds nothing to do', async () => {
    const world = await make();
    await world.insert({id: 1, key: 'a'}, {id: 2, key: 'a'}, {id: 3, key: 'b'});
    await world.run('artifacts-cleanup');
    const after = await world.digest();
    const again = await world.rehearse('artifacts-cleanup');
    expect(again.record).toMatchObject({status: 'completed', tally: {deleted: 0, updated: 0}});
    expect(await world.digest()).toBe(after);
  });

  it('a dry run touches nothing', async () => {
    const world = await make();
    await world.insert({id: 1, key: 'a'}, {id: 2, key: 'a', note: literal('x')});
    const before = await world.digest();
    expect((await world.rehearse('artifacts-cleanup')).record.tally).toMatchObject({deleted: 1, rows: 0});
    expect(await world.digest()).toBe(before);
    expect(await world.sql("SELECT name FROM sqlite_schema WHERE name LIKE 'headgate%'")).toEqual([]);
  });
});
