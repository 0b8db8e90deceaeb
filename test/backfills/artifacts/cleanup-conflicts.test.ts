import {describe, expect, it} from 'vitest';
import {ArtifactsWorld} from '../../support/artifacts.ts';
import {targetHosts} from '../../support/target-host.ts';

describe.each(targetHosts)('on $host', ({begin}) => {
  const hosted = begin();

  describe('rows that would be the same under one artifact', () => {
    /** Of group `a` the winner and a loser have metric x; of `b` two losers have; `c` has nothing in common. */
    async function colliding(options?: unknown) {
      const world = await ArtifactsWorld.make(hosted, {triggers: true, options});
      await world.insert(
        {id: 1, key: 'a'},
        {id: 2, key: 'a'},
        {id: 3, key: 'b'},
        {id: 4, key: 'b', at: '2024-01-01'},
        {id: 5, key: 'b', at: '2026-01-01'},
        {id: 6, key: 'c'},
        {id: 7, key: 'c'},
      );
      await world.datapoints(
        [1, 1, 'x'],
        [2, 2, 'x'],
        [3, 1, 'y'],
        [4, 3, 'x'],
        [5, 4, 'x'],
        [6, 6, 'x'],
        [7, 7, 'y'],
        [8, 1, null],
        [9, 2, null],
      );
      return world;
    }

    it('are a conflict that shows both, and the group is left; everything else is done', async () => {
      const world = await colliding();
      const live = await world.run('artifacts-cleanup');
      expect(live.record).toMatchObject({status: 'incomplete', tally: {deleted: 1, skipped: 2}});
      const conflicts = await world.left(live.record);
      expect(conflicts['docs/a']).toContain('datapoint_id 2, artifact_id 2, metric x');
      expect(conflicts['docs/a']).toContain('datapoint_id 1, artifact_id 1, metric x');
      expect(conflicts['docs/a']).toMatch(
        /idx_datapoints_metric.*options\.artifacts\.conflicts\.collision.*groups\["docs\/a"\]/,
      );
      expect(Object.keys(conflicts)).toEqual(['docs/a', 'docs/b']);
      expect(await world.ids()).toEqual([1, 2, 3, 4, 5, 7]);
      expect(await world.naming()).toMatchObject({1: 1, 4: 3, 5: 4, 6: 7});
    });

    it('lose all but the newest by the rule keep-winners, and an undo brings them back', async () => {
      const world = await colliding({conflicts: {collision: 'keep-winners'}});
      const before = await world.digest();
      const plan = await world.rehearse('artifacts-cleanup');
      const live = await world.live(plan.record);
      expect(live.record).toMatchObject({status: 'completed', tally: {deleted: 3, skipped: 0}});
      expect(await world.ids()).toEqual([2, 5, 7]);
      expect(await world.naming()).toEqual({2: 2, 3: 2, 4: 5, 6: 7, 7: 7, 8: 2, 9: 2});
      expect((await world.undo(live.record)).record.status).toBe('completed');
      expect(await world.digest()).toBe(before);
    });

    it('are decided group by group', async () => {
      const world = await colliding({conflicts: {groups: {'docs/b': {collision: 'keep-winners'}}}});
      const live = await world.run('artifacts-cleanup');
      expect(Object.keys(await world.left(live.record))).toEqual(['docs/a']);
      expect(await world.ids()).toEqual([1, 2, 5, 7]);
    });

    const datapointsWithNotes = `CREATE TABLE datapoints (id INTEGER PRIMARY KEY, artifact_id INTEGER UNIQUE);
      CREATE TABLE notes (datapoint REFERENCES datapoints ON DELETE CASCADE);
      INSERT INTO datapoints VALUES (1, 1), (2, 2); INSERT INTO notes VALUES (1)`;

    it.each([
      [
        'other rows name them',
        datapointsWithNotes,
        ['datapoints', 'notes'],
        'Other tables refer to datapoints',
      ],
      [
        'only the second of them is in a table that others refer to',
        `CREATE TABLE cites (id INTEGER PRIMARY KEY, artifact_id INTEGER UNIQUE REFERENCES artifacts);
         INSERT INTO cites VALUES (1, 1), (2, 2); ${datapointsWithNotes}`,
        ['cites', 'datapoints', 'notes'],
        'Other tables refer to datapoints',
      ],
      [
        'they name artifacts by another column too',
        `CREATE TABLE related (id INTEGER PRIMARY KEY, a INTEGER UNIQUE REFERENCES artifacts, b INTEGER REFERENCES artifacts);
         INSERT INTO related VALUES (1, 1, 1), (2, 2, 1)`,
        ['related'],
        'Several columns of related name artifacts',
      ],
    ])('are never deleted where %s', async (_, schema, tables, reason) => {
      const world = await ArtifactsWorld.make(hosted, {
        schema: `CREATE TABLE artifacts (artifact_id INTEGER PRIMARY KEY, source_type TEXT, fetched_at TEXT, r2_bucket TEXT, r2_key TEXT);
          INSERT INTO artifacts VALUES (1, 'sec', '1', 'd', 'a'), (2, 'sec', '2', 'd', 'a'); ${schema}`,
        options: {conflicts: {collision: 'keep-winners'}},
        tables: ['artifacts', ...tables],
      });
      const before = await world.digest();
      const live = await world.run('artifacts-cleanup');
      expect((await world.left(live.record))['d/a']).toContain(reason);
      expect(await world.digest()).toBe(before);
    });

    it('a row goes only if it collides with one that stays', async () => {
      const world = await ArtifactsWorld.make(hosted, {
        schema: `CREATE TABLE artifacts (artifact_id INTEGER PRIMARY KEY, source_type TEXT, fetched_at TEXT, r2_bucket TEXT, r2_key TEXT);
          CREATE TABLE datapoints (artifact_id INTEGER, x, y, UNIQUE (artifact_id, x), UNIQUE (y, artifact_id));
          INSERT INTO artifacts VALUES (1, 'sec', '1', 'd', 'a'), (2, 'sec', '2', 'd', 'a'), (3, 'sec', '3', 'd', 'a');
          INSERT INTO datapoints VALUES (3, 'one', 'a'), (2, 'one', 'b'), (1, 'two', 'b')`,
        guards: ['datapoints'],
        options: {conflicts: {collision: 'keep-winners'}},
        tables: ['artifacts', 'datapoints'],
      });
      const before = await world.digest();
      const live = await world.run('artifacts-cleanup');
      expect(live.record).toMatchObject({status: 'completed'});
      expect(await world.sql('SELECT * FROM datapoints ORDER BY x')).toEqual([
        {artifact_id: 3, x: 'one', y: 'a'},
        {artifact_id: 3, x: 'two', y: 'b'},
      ]);
      await world.undo(live.record);
      expect(await world.digest()).toBe(before);
    });

    it.each([
      ['in a table without a key', 'CREATE TABLE named (artifact_id UNIQUE REFERENCES artifacts, n)'],
      [
        'in a table of one row for each artifact',
        'CREATE TABLE named (artifact_id INTEGER PRIMARY KEY REFERENCES artifacts, n)',
      ],
      [
        'by a collation',
        'CREATE TABLE named (artifact_id REFERENCES artifacts, n, t TEXT DEFAULT "x" COLLATE NOCASE, UNIQUE (artifact_id, t))',
      ],
      [
        'by a key of two columns',
        'CREATE TABLE named (artifact_id REFERENCES artifacts, n, t DEFAULT 1, PRIMARY KEY (t, artifact_id))',
      ],
    ])('%s', async (_, schema) => {
      const world = await ArtifactsWorld.make(hosted, {
        schema: `CREATE TABLE artifacts (artifact_id INTEGER PRIMARY KEY, source_type TEXT, fetched_at TEXT, r2_bucket TEXT, r2_key TEXT);
          ${schema.replace('"x"', "'x'")};
          INSERT INTO artifacts VALUES (1, 'sec', '1', 'd', 'a'), (2, 'sec', '2', 'd', 'a'), (3, 'sec', '3', 'd', 'a'), (4, 'sec', '3', 'd', 'b');
          INSERT INTO named (artifact_id, n) VALUES (4, 4), (2, 2), (1, 1), (3, 3);
          ${schema.includes('COLLATE') ? "UPDATE named SET t = 'X' WHERE artifact_id = 1;" : ''}`,
        guards: ['named'],
        options: {conflicts: {groups: {'d/a': {collision: 'keep-winners'}}}},
        tables: ['artifacts', 'named'],
      });
      const before = await world.digest();
      const live = await world.run('artifacts-cleanup');
      expect(live.record).toMatchObject({status: 'completed', tally: {deleted: 1}});
      expect(await world.sql('SELECT artifact_id, n FROM named ORDER BY n')).toEqual([
        {artifact_id: 3, n: 3},
        {artifact_id: 4, n: 4},
      ]);
      expect((await world.undo(live.record)).record.status).toBe('completed');
      expect(await world.digest()).toBe(before);
    });

    it('that only a partial index forbids fail by themselves, with what the database says', async () => {
      const world = await colliding();
      await world.sql(
        "DROP INDEX idx_datapoints_metric; CREATE UNIQUE INDEX one_x ON datapoints (artifact_id) WHERE metric = 'x'",
      );
      const before = await world.rows();
      const live = await world.run('artifacts-cleanup');
      expect(live.record).toMatchObject({status: 'incomplete', tally: {deleted: 1, failed: 2}});
      expect((await world.ids()).length).toBe(before.length - 1);
      expect(await world.naming()).toMatchObject({1: 1, 2: 2, 4: 3, 5: 4, 6: 7});
    });
  });

  describe('a type that would be lost', () => {
    async function losing(options?: unknown) {
      const world = await ArtifactsWorld.make(hosted, {triggers: true, options});
      await world.insert(
        {id: 1, key: 'a', type: 'sec'},
        {id: 2, key: 'a', type: 'unknown'},
        {id: 3, key: 'b', type: 'hkex'},
        {id: 4, key: 'b', type: null, at: '2026-01-01'},
        {id: 5, key: 'b', type: 'sedar', at: '2025-06-01'},
        {id: 6, key: 'c', type: null},
        {id: 7, key: 'c', type: 'unknown'},
        {id: 8, key: 'd', type: 'sec'},
        {id: 9, key: 'd', type: 'hkex'},
      );
      await world.datapoints([1, 1, 'x'], [2, 6, 'x']);
      return world;
    }

    it('is a conflict that shows both rows; another known type is none', async () => {
      const world = await losing();
      const live = await world.run('artifacts-cleanup');
      expect(live.record).toMatchObject({status: 'incomplete', tally: {deleted: 2, skipped: 2}});
      expect(await world.ids()).toEqual([1, 2, 3, 4, 5, 7, 9]);
      const conflicts = await world.left(live.record);
      expect(conflicts['docs/a']).toMatch(/newest row 2 is of type unknown, and 1, which would go, of sec/);
      expect(conflicts['docs/b']).toMatch(/newest row 4 is of type NULL, and 5, which would go, of sedar/);
    });

    it('goes over to the winner by the rule take-known, from the newest that has one', async () => {
      const world = await losing({conflicts: {lostType: 'take-known'}});
      const before = await world.digest();
      const live = await world.run('artifacts-cleanup');
      expect(live.record).toMatchObject({status: 'completed', tally: {deleted: 4}});
      expect((await world.rows()).map(row => [row['artifact_id'], row['source_type']])).toEqual([
        [2, 'sec'],
        [4, 'sedar'],
        [7, 'unknown'],
        [9, 'hkex'],
      ]);
      expect(live.checks.find(({id}) => id === 'types-kept')).toMatchObject({count: 0});
      expect((await world.undo(live.record)).record.status).toBe('completed');
      expect(await world.digest()).toBe(before);
    });

    it('is decided group by group', async () => {
      const world = await losing({
        conflicts: {lostType: 'take-known', groups: {'docs/a': {lostType: 'leave'}}},
      });
      const live = await world.run('artifacts-cleanup');
      expect(Object.keys(await world.left(live.record))).toEqual(['docs/a']);
      expect(await world.ids()).toEqual([1, 2, 4, 7, 9]);
    });
  });

  it('a conflict is done by resuming once it is mended', async () => {
    const world = await ArtifactsWorld.make(hosted, {triggers: true});
    await world.insert(
      {id: 1, key: 'a'},
      {id: 2, key: 'a', type: null},
      {id: 3, key: 'b'},
      {id: 4, key: 'b'},
    );
    const live = await world.run('artifacts-cleanup');
    expect(live.record).toMatchObject({status: 'incomplete', tally: {deleted: 1, skipped: 1}});
    await world.sql("UPDATE artifacts SET source_type = 'sec' WHERE artifact_id = 2");
    const again = await world.resume(live.record);
    expect(again.record).toMatchObject({status: 'completed', tally: {deleted: 2, skipped: 0}});
    expect(await world.ids()).toEqual([2, 4]);
  });
});
