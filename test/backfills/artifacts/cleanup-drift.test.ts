import {describe, expect, it} from 'vitest';
import {ArtifactsWorld, type WorldOptions} from '../../support/artifacts.ts';
import {targetHosts} from '../../support/target-host.ts';

/** What somebody else may do to group `a`: rows 1 and 2 lose, 3 wins; datapoints 1 and 2 and a citation name losers. */
const meddlings = [
  [
    'a new row of the object',
    "INSERT INTO artifacts (artifact_id, source_type, fetched_at, r2_bucket, r2_key) VALUES (20, 'sec', '2020', 'docs', 'a')",
  ],
  [
    'a newer row of the object',
    "INSERT INTO artifacts (artifact_id, source_type, fetched_at, r2_bucket, r2_key) VALUES (20, 'sec', '2030', 'docs', 'a')",
  ],
  [
    'a loser that was changed in a column that nobody documented',
    "UPDATE artifacts SET note = 'mine' WHERE artifact_id = 1",
  ],
  ['a loser of another date', "UPDATE artifacts SET fetched_at = '2024-06-01' WHERE artifact_id = 1"],
  ['a loser that is the newest now', "UPDATE artifacts SET fetched_at = '2031' WHERE artifact_id = 1"],
  ['a loser of another object', "UPDATE artifacts SET r2_key = 'elsewhere' WHERE artifact_id = 2"],
  ['a loser of another type', "UPDATE artifacts SET source_type = 'unknown' WHERE artifact_id = 2"],
  ['a winner whose type is gone', 'UPDATE artifacts SET source_type = NULL WHERE artifact_id = 3'],
  ['a winner of another object', "UPDATE artifacts SET r2_bucket = 'other' WHERE artifact_id = 3"],
  [
    'a winner that is gone',
    'DELETE FROM datapoints WHERE artifact_id = 3; DELETE FROM artifacts WHERE artifact_id = 3',
  ],
  [
    'a loser that is gone, with its citation',
    'DELETE FROM citations WHERE artifact_id = 2; DELETE FROM artifacts WHERE artifact_id = 2',
  ],
  ['a datapoint more', "INSERT INTO datapoints VALUES (50, 1, 'new', 1)"],
  ['a datapoint more of a loser that had none', "INSERT INTO datapoints VALUES (50, 2, 'new', 1)"],
  ['a datapoint less', 'DELETE FROM datapoints WHERE datapoint_id = 1'],
  [
    'a datapoint that names another artifact now',
    'UPDATE datapoints SET artifact_id = 7 WHERE datapoint_id = 1',
  ],
  [
    'a datapoint that names another loser now',
    'UPDATE datapoints SET artifact_id = 2 WHERE datapoint_id = 1',
  ],
  ['a citation more', "INSERT INTO citations VALUES ('new', 1, 1)"],
  ['the only citation less', 'DELETE FROM citations'],
] as const;

const cleaned = `UPDATE datapoints SET artifact_id = 3 WHERE artifact_id IN (1, 2); UPDATE citations SET artifact_id = 3;
  DELETE FROM artifacts WHERE artifact_id IN (1, 2)`;

/** The triggers that guard live runs would refuse it to its owner, too. */
const isGuarded = (sql: string) => /SET source_type|DELETE FROM artifacts/.test(sql);

describe.each(targetHosts)('on $host', ({begin}) => {
  const hosted = begin();

  async function made(options: WorldOptions = {}): Promise<ArtifactsWorld> {
    const world = await ArtifactsWorld.make(hosted, {triggers: true, ...options});
    await world.insert(
      {id: 1, key: 'a', at: '2024-01-01'},
      {id: 2, key: 'a', at: '2024-02-01'},
      {id: 3, key: 'a', at: '2024-03-01'},
      {id: 4, key: 'b'},
      {id: 5, key: 'b'},
      {id: 6, key: 'z'},
      {id: 7, key: 'z'},
    );
    await world.datapoints([1, 1, 'u'], [2, 1, 'v'], [3, 4, 'x'], [4, 6, 'y'], [5, 3, 'z']);
    await world.citations(['c', 2]);
    return world;
  }

  /** Group `a` alone. */
  async function ofA(world: ArtifactsWorld): Promise<unknown> {
    const rows = await world.sql(
      'SELECT * FROM artifacts WHERE artifact_id NOT IN (4, 5, 6, 7) ORDER BY artifact_id',
    );
    const named = await world.sql(
      'SELECT datapoint_id, artifact_id FROM datapoints WHERE datapoint_id NOT IN (3, 4) ORDER BY datapoint_id',
    );
    return [rows, named, await world.sql('SELECT * FROM citations ORDER BY citation_id')];
  }
  const othersAreDone = async (world: ArtifactsWorld) => {
    expect((await world.ids()).filter(id => [4, 5, 6, 7].includes(Number(id)))).toEqual([5, 7]);
    expect(await world.naming()).toMatchObject({3: 5, 4: 7});
  };

  describe('between dry run and live,', () => {
    it.each(meddlings)('%s leaves the group as it is, and everything else is done', async (_, sql) => {
      const world = await made({triggers: !isGuarded(sql)});
      const plan = await world.rehearse('artifacts-cleanup');
      await world.sql(sql);
      const before = await ofA(world);
      const live = await world.live(plan.record);
      expect(live.record).toMatchObject({
        status: 'incomplete',
        tally: {deleted: 2, skipped: 1},
        drift: {changed: 1},
      });
      expect(await ofA(world)).toEqual(before);
      await othersAreDone(world);
      expect(await world.left(live.record)).toEqual({
        'docs/a': expect.stringMatching(/changed since the dry run|type would be lost/),
      });
    });

    it('a group that somebody else cleaned up is gone, and the run complete', async () => {
      const world = await made();
      const plan = await world.rehearse('artifacts-cleanup');
      await world.sql(cleaned);
      const before = await ofA(world);
      const live = await world.live(plan.record);
      expect(live.record).toMatchObject({
        status: 'completed',
        tally: {deleted: 2, skipped: 1},
        drift: {gone: 1},
      });
      expect(await ofA(world)).toEqual(before);
    });

    it('new groups wait until they are accepted', async () => {
      const world = await made();
      const plan = await world.rehearse('artifacts-cleanup');
      await world.insert({id: 30, key: 'm'}, {id: 31, key: 'm'});
      await world.sql(cleaned);
      const live = await world.live(plan.record);
      expect(live.record).toMatchObject({status: 'incomplete', tally: {deleted: 2, pending: 1, skipped: 1}});
      expect((await world.ids()).slice(-2)).toEqual([30, 31]);
      expect(Object.keys(await world.left(live.record))).toEqual(['docs/m']);
    });
  });

  describe('between decision and write,', () => {
    it.each([...meddlings, ['a group that somebody else cleans up', cleaned] as const])(
      '%s leaves the group as it is, and everything else is done',
      async (_, sql) => {
        const world = await made({triggers: !isGuarded(sql)});
        const plan = await world.rehearse('artifacts-cleanup');
        let before: unknown;
        world.meanwhile = async () => {
          world.meanwhile = null;
          await world.sql(sql);
          before = await ofA(world);
        };
        const live = await world.live(plan.record);
        expect(live.record).toMatchObject({status: 'incomplete', tally: {deleted: 2, skipped: 1}});
        expect(await ofA(world)).toEqual(before);
        await othersAreDone(world);
        expect(await world.left(live.record)).toEqual({
          'docs/a': expect.stringContaining('changed by somebody else'),
        });
      },
    );

    it('what a datapoint less left is done by resuming, and an undo puts back what the run found', async () => {
      const world = await made();
      const plan = await world.rehearse('artifacts-cleanup');
      world.meanwhile = async () => {
        world.meanwhile = null;
        await world.sql('DELETE FROM datapoints WHERE datapoint_id = 1');
      };
      const live = await world.live(plan.record);
      const again = await world.resume(live.record);
      expect(again.record).toMatchObject({status: 'completed', tally: {deleted: 3, skipped: 0}});
      expect(await world.ids()).toEqual([3, 5, 7]);
      expect((await world.undo(again.record)).record.status).toBe('completed');
      expect(await world.ids()).toEqual([1, 2, 3, 4, 5, 6, 7]);
      expect(await world.naming()).toEqual({2: 1, 3: 4, 4: 6, 5: 3});
    });

    it('a type that would be taken over is not, where the losers are gone already', async () => {
      const world = await made({triggers: false, options: {conflicts: {lostType: 'take-known'}}});
      await world.sql("UPDATE artifacts SET source_type = 'unknown' WHERE artifact_id = 3");
      const plan = await world.rehearse('artifacts-cleanup');
      world.meanwhile = async () => {
        world.meanwhile = null;
        await world.sql(cleaned);
      };
      const live = await world.live(plan.record);
      expect(live.record).toMatchObject({status: 'incomplete', tally: {deleted: 2, skipped: 1}});
      expect((await world.rows())[0]).toMatchObject({artifact_id: 3, source_type: 'unknown'});
      const undone = await world.undo(live.record);
      expect(undone.record.status).toBe('completed');
      expect(await world.ids()).toEqual([3, 4, 5, 6, 7]);
    });

    it('what changes at every attempt is left at every attempt', async () => {
      const world = await made();
      const plan = await world.rehearse('artifacts-cleanup');
      let times = 0;
      world.meanwhile = () => world.sql(`UPDATE artifacts SET note = ${++times} WHERE artifact_id = 1`);
      const live = await world.live(plan.record);
      const again = await world.resume(live.record);
      expect(again.record).toMatchObject({status: 'incomplete', tally: {deleted: 2, skipped: 1}});
      world.meanwhile = null;
      expect((await world.resume(again.record)).record).toMatchObject({
        status: 'completed',
        tally: {deleted: 3},
      });
    });
  });

  describe('after the run,', () => {
    it.each([
      [
        'a datapoint that names something else',
        'UPDATE datapoints SET artifact_id = 7 WHERE datapoint_id = 1',
        /names something else since the run, or is gone/,
      ],
      [
        'a datapoint that is gone',
        'DELETE FROM datapoints WHERE datapoint_id = 1',
        /names something else since the run, or is gone/,
      ],
      [
        'another row under the id of a loser',
        "INSERT INTO artifacts (artifact_id, r2_key) VALUES (1, 'mine')",
        /is there again, and another/,
      ],
    ])('%s keeps its group from being undone, and no other', async (_, sql, reason) => {
      const world = await made({triggers: !isGuarded(sql)});
      const live = await world.run('artifacts-cleanup');
      await world.sql(sql);
      const before = await ofA(world);
      const undone = await world.undo(live.record);
      expect(undone.record).toMatchObject({status: 'incomplete', tally: {skipped: 1, inserted: 2}});
      expect(await world.left(undone.record)).toEqual({'docs/a': expect.stringMatching(reason)});
      expect(await ofA(world)).toEqual(before);
      expect((await world.ids()).filter(id => [4, 5, 6, 7].includes(Number(id)))).toEqual([4, 5, 6, 7]);
    });

    it.each([
      ['a new datapoint of the winner', "INSERT INTO datapoints VALUES (60, 3, 'later', 1)"],
      ['another note at the winner', "UPDATE artifacts SET note = 'later' WHERE artifact_id = 3"],
      ['another value in a datapoint', 'UPDATE datapoints SET value = 99 WHERE datapoint_id = 1'],
    ])('%s stays, and the group is undone all the same', async (_, sql) => {
      const world = await made();
      const live = await world.run('artifacts-cleanup');
      await world.sql(sql);
      expect((await world.undo(live.record)).record.status).toBe('completed');
      expect(await world.ids()).toEqual([1, 2, 3, 4, 5, 6, 7]);
      expect(await world.naming()).toMatchObject({1: 1, 2: 1, 3: 4, 4: 6, 5: 3});
      expect(
        await world.sql(
          "SELECT (SELECT count(*) FROM datapoints WHERE datapoint_id = 60 OR value = 99) + (SELECT count(*) FROM artifacts WHERE note = 'later') AS n",
        ),
      ).toEqual([{n: 1}]);
    });

    it('what changes between the decision of an undo and its write is left', async () => {
      const world = await made();
      const live = await world.run('artifacts-cleanup');
      let before: unknown;
      world.meanwhile = async () => {
        world.meanwhile = null;
        await world.sql('UPDATE datapoints SET artifact_id = 7 WHERE datapoint_id = 2');
        before = await ofA(world);
      };
      const undone = await world.undo(live.record);
      expect(undone.record).toMatchObject({status: 'incomplete', tally: {inserted: 2, skipped: 1}});
      expect(await ofA(world)).toEqual(before);
    });

    it('a winner that is gone keeps its group from being undone', async () => {
      const world = await made({triggers: false});
      const live = await world.run('artifacts-cleanup');
      await world.sql('DELETE FROM citations; DELETE FROM artifacts WHERE artifact_id = 3');
      const plan = await world.rehearseUndo(live.record);
      expect(plan.record).toMatchObject({status: 'incomplete', tally: {skipped: 1, inserted: 2}});
      expect(await world.left(plan.record)).toEqual({
        'docs/a': 'the row that stayed was deleted after the run',
      });
    });

    it('an undo twice finds nothing to do', async () => {
      const world = await made();
      const live = await world.run('artifacts-cleanup');
      await world.undo(live.record);
      const again = await world.rehearseUndo(live.record);
      expect(again.record).toMatchObject({status: 'completed', tally: {unchanged: 3, inserted: 0}});
    });
  });
});
