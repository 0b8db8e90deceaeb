import {describe, expect, it} from 'vitest';
import {ArtifactsWorld} from '../../support/artifacts.ts';
import {targetHosts} from '../../support/target-host.ts';

/** What somebody may have done to an object after its clean-up, which an undo would have to overwrite: rows n + 1 to n + 3. */
const meddlings: readonly (readonly [string, (n: number) => string, string])[] = [
  [
    'a datapoint that names something else',
    n => `UPDATE datapoints SET artifact_id = 7 WHERE datapoint_id = ${n + 1}`,
    'a row that was re-pointed names something else since the run, or is gone',
  ],
  [
    'a datapoint that is gone',
    n => `DELETE FROM datapoints WHERE datapoint_id = ${n + 1}`,
    'a row that was re-pointed names something else since the run, or is gone',
  ],
  [
    'another row under the id of a loser',
    n => `INSERT INTO artifacts (artifact_id, r2_key) VALUES (${n + 1}, 'mine')`,
    'a row that the run deleted is there again, and another',
  ],
  [
    'a type that is not the one taken over',
    n => `UPDATE artifacts SET source_type = 'mine' WHERE artifact_id = ${n + 3}`,
    'the type of the row that stayed was changed after the run',
  ],
];
/** And what it has nothing to do with. */
const harmless: readonly (readonly [string, (n: number) => string])[] = [
  ['a new datapoint of the winner', n => `INSERT INTO datapoints VALUES (${n + 60}, ${n + 3}, 'later', 1)`],
  ['another note at the winner', n => `UPDATE artifacts SET note = 'later' WHERE artifact_id = ${n + 3}`],
  ['another value in a datapoint', n => `UPDATE datapoints SET value = 99 WHERE datapoint_id = ${n + 1}`],
];

describe.each(targetHosts)('on $host', ({begin}) => {
  const hosted = begin();
  const at = (index: number) => 1_000 + 100 * index;

  /** Objects of three rows each, of which the newest says nothing of its type. */
  async function made(keys: readonly string[]): Promise<ArtifactsWorld> {
    const world = await ArtifactsWorld.make(hosted, {
      triggers: true,
      options: {conflicts: {lostType: 'take-known'}},
    });
    await world.insert({id: 7, key: 'alone'});
    for (const [index, key] of keys.entries()) {
      const n = at(index);
      await world.insert({id: n + 1, key}, {id: n + 2, key}, {id: n + 3, key, type: null});
      await world.datapoints([n + 1, n + 1, `u${n}`], [n + 2, n + 2, `v${n}`]);
    }
    return world;
  }

  it('an undo overwrites nothing that somebody changed since, and puts back everything else', async () => {
    const keys = [...meddlings, ...harmless].map(([name]) => name);
    const world = await made(keys);
    const live = await world.run('artifacts-cleanup');
    expect(live.record).toMatchObject({status: 'completed', tally: {deleted: keys.length}});
    await world.asOwner([...meddlings, ...harmless].map(([, sql], index) => sql(at(index))).join(';\n'));
    const undone = await world.undo(live.record);
    expect(undone.record).toMatchObject({
      status: 'incomplete',
      tally: {inserted: harmless.length, skipped: meddlings.length},
    });
    expect(await world.left(undone.record)).toEqual(
      Object.fromEntries(meddlings.map(([name, , reason]) => [`docs/${name}`, reason])),
    );
    const rows = await world.rows();
    const idsOf = (index: number) =>
      rows.map(row => Number(row['artifact_id']) - at(index)).filter(id => id > 0 && id < 100);
    for (const [index, [name]] of meddlings.entries())
      expect(idsOf(index)).toEqual(name.startsWith('another row') ? [1, 3] : [3]);
    for (const index of harmless.keys()) expect(idsOf(meddlings.length + index)).toEqual([1, 2, 3]);
    expect(
      await world.sql(
        "SELECT (SELECT count(*) FROM datapoints WHERE metric = 'later' OR value = 99) + (SELECT count(*) FROM artifacts WHERE note = 'later') AS kept",
      ),
    ).toEqual([{kept: 3}]);
  });

  it('what changes between the decision of an undo and its write is left', async () => {
    const world = await made(['a', 'b']);
    const live = await world.run('artifacts-cleanup');
    world.meanwhile = async () => {
      world.meanwhile = null;
      await world.sql(`UPDATE datapoints SET artifact_id = 7 WHERE datapoint_id = ${at(0) + 2}`);
    };
    const undone = await world.undo(live.record);
    expect(undone.record).toMatchObject({status: 'incomplete', tally: {inserted: 1, skipped: 1}});
    expect(await world.ids()).toEqual([7, at(0) + 3, at(1) + 1, at(1) + 2, at(1) + 3]);
    expect(await world.naming()).toMatchObject({
      [at(0) + 1]: at(0) + 3,
      [at(0) + 2]: 7,
      [at(1) + 1]: at(1) + 1,
    });
  });

  it('a winner that is gone keeps its group from being undone', async () => {
    const world = await made(['a', 'b']);
    const live = await world.run('artifacts-cleanup');
    await world.asOwner(`DELETE FROM artifacts WHERE artifact_id = ${at(0) + 3}`);
    const plan = await world.rehearseUndo(live.record);
    expect(plan.record).toMatchObject({status: 'incomplete', tally: {skipped: 1, inserted: 1}});
    expect(await world.left(plan.record)).toEqual({
      'docs/a': 'the row that stayed was deleted after the run',
    });
  });

  it('an undo twice finds nothing to do', async () => {
    const world = await made(['a', 'b']);
    const start = await world.digest();
    const live = await world.run('artifacts-cleanup');
    await world.undo(live.record);
    const again = await world.rehearseUndo(live.record);
    expect(again.record).toMatchObject({status: 'completed', tally: {unchanged: 2, inserted: 0}});
    expect(await world.digest()).toBe(start);
  });

  it('clean-ups are undone one after the other, though each puts back what breaks an invariant', async () => {
    const world = await ArtifactsWorld.make(hosted);
    await world.insert({id: 1, key: 'a/x'}, {id: 2, key: 'a/x'}, {id: 3, key: 'b/x'}, {id: 4, key: 'b/x'});
    const before = await world.digest();
    const first = await world.run('artifacts-cleanup', {prefix: 'docs/a/'});
    const second = await world.run('artifacts-cleanup', {prefix: 'docs/b/'});
    expect(await world.ids()).toEqual([2, 4]);
    for (const {record} of [first, second])
      expect((await world.undo(record)).record).toMatchObject({status: 'completed', tally: {inserted: 1}});
    expect(await world.digest()).toBe(before);
  });
});
