import {describe, expect, it} from 'vitest';
import {ArtifactsWorld} from '../../support/artifacts.ts';
import {targetHosts} from '../../support/target-host.ts';

const isChanged = 'the row was changed after the run';
const isNamed = 'something names the row since the run';
const setting = (assignment: string) => (key: string) =>
  `UPDATE artifacts SET ${assignment} WHERE r2_key = '${key}'`;

/** What somebody may do to a row that a run inserted, by its key. */
const changes: readonly (readonly [string, (key: string) => string, string])[] = [
  ['type', setting("source_type = 'mine'"), isChanged],
  ['url', setting("source_url = 'https://x.org/a.pdf'"), isChanged],
  ['hash', setting("content_hash = 'abc'"), isChanged],
  ['date', setting("fetched_at = '1999'"), isChanged],
  ['note', setting('note = 0'), isChanged],
  [
    'datapoint',
    key => `INSERT INTO datapoints SELECT 1, artifact_id, 'x', 1 FROM artifacts WHERE r2_key = '${key}'`,
    isNamed,
  ],
  [
    'citation',
    key => `INSERT INTO citations SELECT 'c', artifact_id, 1 FROM artifacts WHERE r2_key = '${key}'`,
    isNamed,
  ],
];
const keyOf = (name: string) => `sec/${name}`;
const objects = [...changes.map(([name]) => keyOf(name)), 'sec/gone', 'sec/newer', 'sec/untouched'];

describe.each(targetHosts)('on $host', ({begin}) => {
  const hosted = begin();

  it('takes inserted rows away as the run left them, and no other', async () => {
    const world = await ArtifactsWorld.make(hosted, {objects});
    const live = await world.run('artifacts-inventory');
    expect(live.record).toMatchObject({status: 'completed', tally: {inserted: objects.length}});
    await world.sql(changes.map(([name, sql]) => sql(keyOf(name))).join(';\n'));
    await world.sql("DELETE FROM artifacts WHERE r2_key = 'sec/gone'");
    const undone = await world.undo(live.record);
    expect(undone.record).toMatchObject({
      status: 'incomplete',
      tally: {deleted: 2, unchanged: 1, skipped: changes.length},
    });
    expect(await world.left(undone.record)).toEqual(
      Object.fromEntries(changes.map(([name, , reason]) => [keyOf(name), reason])),
    );
    const rows = await world.sql('SELECT r2_key AS key, count(*) AS n FROM artifacts GROUP BY 1');
    expect(Object.fromEntries(rows.map(row => [String(row['key']), row['n']]))).toEqual({
      ...Object.fromEntries(changes.map(([name]) => [keyOf(name), 1])),
    });
  });

  it('another row of the object is none of the run’s, unless nothing tells the two apart', async () => {
    const world = await ArtifactsWorld.make(hosted, {objects: ['sec/newer', 'sec/twin']});
    const live = await world.run('artifacts-inventory');
    await world.insert({id: 900, key: 'sec/newer', at: '2030'});
    await world.datapoints([900, 900, 'x']);
    await world.sql(`INSERT INTO artifacts (source_type, fetched_at, r2_bucket, r2_key)
      SELECT source_type, fetched_at, r2_bucket, r2_key FROM artifacts WHERE r2_key = 'sec/twin'`);
    const plan = await world.rehearseUndo(live.record);
    expect(plan.record).toMatchObject({status: 'incomplete', tally: {deleted: 1, skipped: 1}});
    expect(await world.left(plan.record)).toEqual({
      'sec/twin': 'it has another row that can not be told from the one that was inserted',
    });
  });

  it('takes filled types back, and none that somebody changed since', async () => {
    const world = await ArtifactsWorld.make(hosted, {objects});
    await world.insert(
      {id: 1, key: 'sec/untouched', type: 'unknown'},
      {id: 2, key: 'sec/untouched', type: null},
      {id: 3, key: 'sec/newer', type: null},
      {id: 4, key: 'sec/gone', type: null},
      ...changes.map(([name], index) => ({id: 10 + index, key: keyOf(name)})),
    );
    const live = await world.run('artifacts-inventory');
    expect(live.record).toMatchObject({status: 'completed', tally: {updated: 3, rows: 4}});
    await world.sql(`
      UPDATE artifacts SET source_type = 'mine' WHERE artifact_id = 3;
      DELETE FROM artifacts WHERE artifact_id = 4;
      UPDATE artifacts SET note = 'mine' WHERE artifact_id = 1`);
    const undone = await world.undo(live.record);
    expect(undone.record).toMatchObject({status: 'incomplete', tally: {updated: 1, skipped: 2}});
    expect((await world.rows()).slice(0, 3).map(row => [row['source_type'], row['note']])).toEqual([
      ['unknown', 'mine'],
      [null, null],
      ['mine', null],
    ]);
  });

  it('leaves what changes between its decision and its write', async () => {
    const world = await ArtifactsWorld.make(hosted, {objects: ['sec/a', 'sec/b', 'sec/c']});
    await world.insert({id: 1, key: 'sec/c', type: null});
    const live = await world.run('artifacts-inventory');
    world.meanwhile = async () => {
      world.meanwhile = null;
      await world.sql(`INSERT INTO datapoints SELECT 1, artifact_id, 'x', 1 FROM artifacts WHERE r2_key = 'sec/a';
        UPDATE artifacts SET source_type = 'mine' WHERE r2_key = 'sec/c'`);
    };
    const undone = await world.undo(live.record);
    expect(undone.record).toMatchObject({status: 'incomplete', tally: {deleted: 1, updated: 0, skipped: 2}});
    expect((await world.rows()).map(row => [row['r2_key'], row['source_type']])).toEqual([
      ['sec/c', 'mine'],
      ['sec/a', 'sec'],
    ]);
  });

  it.each([
    ['a column that may name it', 'CREATE TABLE notes (artifact_id INTEGER, text)', 'artifact_id'],
    [
      'a computed column',
      "CREATE TABLE notes (doc TEXT, artifact_id INTEGER GENERATED ALWAYS AS (doc->>'of'))",
      `json_object('of', artifact_id)`,
    ],
    [
      'bucket and key',
      `CREATE UNIQUE INDEX by_object ON artifacts (r2_bucket, r2_key);
       CREATE TABLE notes (bucket TEXT, key TEXT, FOREIGN KEY (bucket, key) REFERENCES artifacts (r2_bucket, r2_key) ON DELETE CASCADE)`,
      'r2_bucket, r2_key',
    ],
  ])('keeps a row that something names by %s', async (_, notes, value) => {
    const world = await ArtifactsWorld.make(hosted, {
      schema: `CREATE TABLE artifacts (artifact_id INTEGER PRIMARY KEY, source_type TEXT, fetched_at TEXT,
        r2_bucket TEXT, r2_key TEXT); ${notes}`,
      objects: ['sec/named', 'sec/other'],
    });
    const live = await world.run('artifacts-inventory');
    const into = value.startsWith('json') ? ' (doc)' : value === 'artifact_id' ? ' (artifact_id)' : '';
    await world.sql(`INSERT INTO notes${into} SELECT ${value} FROM artifacts WHERE r2_key = 'sec/named'`);
    const undone = await world.undo(live.record);
    expect(undone.record.tally).toMatchObject({deleted: 1, skipped: 1});
    expect(await world.left(undone.record)).toEqual({'sec/named': 'something names the row since the run'});
    expect((await world.rows()).map(row => row['r2_key'])).toEqual(['sec/named']);
    expect(await world.sql('SELECT count(*) AS notes FROM notes')).toEqual([{notes: 1}]);
  });

  it('gives back those of several filled rows that are still as the run left them', async () => {
    const world = await ArtifactsWorld.make(hosted, {objects: ['sec/a']});
    await world.insert({id: 1, key: 'sec/a', type: null}, {id: 2, key: 'sec/a', type: 'unknown'});
    const live = await world.run('artifacts-inventory');
    await world.sql('UPDATE artifacts SET source_type = NULL WHERE artifact_id = 1');
    expect((await world.undo(live.record)).record).toMatchObject({status: 'completed', tally: {updated: 1}});
    expect((await world.rows()).map(row => row['source_type'])).toEqual([null, 'unknown']);
  });
});
