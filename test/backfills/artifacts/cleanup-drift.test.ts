import {describe, expect, it} from 'vitest';
import {ArtifactsWorld, type WorldOptions} from '../../support/artifacts.ts';
import {targetHosts} from '../../support/target-host.ts';
import {meddlings} from './meddlings.ts';

const cleaned = (
  n: number,
) => `UPDATE datapoints SET artifact_id = ${n + 3} WHERE artifact_id IN (${n + 1}, ${n + 2});
  UPDATE citations SET artifact_id = ${n + 3} WHERE artifact_id IN (${n + 1}, ${n + 2});
  DELETE FROM artifacts WHERE artifact_id IN (${n + 1}, ${n + 2})`;

describe.each(targetHosts)('on $host', ({begin}) => {
  const hosted = begin();

  /** Objects that somebody meddles with, by name, and between them objects b and z that nobody touches. */
  async function made(keys: readonly string[] = ['a'], options: WorldOptions = {}): Promise<ArtifactsWorld> {
    const settings = {drift: {share: 1, least: 1_000}};
    const world = await ArtifactsWorld.make(hosted, {triggers: true, settings, ...options});
    await world.insert({id: 4, key: 'b'}, {id: 5, key: 'b'}, {id: 6, key: 'z'}, {id: 7, key: 'z'});
    await world.datapoints([3, 4, 'x'], [4, 6, 'y']);
    for (const [index, key] of keys.entries()) {
      const n = at(index);
      await world.insert(
        {id: n + 1, key, at: '2024-01-01'},
        {id: n + 2, key, at: '2024-02-01'},
        {id: n + 3, key, at: '2024-03-01'},
      );
      await world.datapoints([n + 1, n + 1, `u${n}`], [n + 2, n + 1, `v${n}`], [n + 5, n + 3, `w${n}`]);
      await world.citations([`c${n}`, n + 2]);
    }
    return world;
  }
  const at = (index: number) => 1_000 + 100 * index;

  /** The rows that an object has or had, as text, and what names them. */
  async function states(world: ArtifactsWorld, keys: readonly string[]): Promise<readonly string[]> {
    const [artifacts, datapoints, citations] = await Promise.all([
      world.sql('SELECT * FROM artifacts ORDER BY artifact_id'),
      world.sql('SELECT * FROM datapoints ORDER BY datapoint_id'),
      world.sql('SELECT * FROM citations ORDER BY citation_id'),
    ]);
    const isOf = (index: number) => (row: Readonly<Record<string, unknown>>, column: string) =>
      Math.floor((Number(row[column]) - 1_000) / 100) === index;
    return keys.map((_, index) =>
      JSON.stringify([
        artifacts.filter(row => isOf(index)(row, 'artifact_id')),
        datapoints.filter(row => isOf(index)(row, 'datapoint_id')),
        citations.filter(row => isOf(index)(row, 'artifact_id')),
      ]),
    );
  }
  const othersAreDone = async (world: ArtifactsWorld) => {
    expect((await world.ids()).filter(id => [4, 5, 6, 7].includes(Number(id)))).toEqual([5, 7]);
    expect(await world.naming()).toMatchObject({3: 5, 4: 7});
  };

  it('whatever others write between dry run and live leaves that object as it is, and all else is done', async () => {
    const keys = meddlings.map(([name]) => name);
    const world = await made(keys);
    const plan = await world.rehearse('artifacts-cleanup');
    await world.asOwner(meddlings.map(([name, sql], index) => sql(at(index), name)).join(';\n'));
    const before = await states(world, keys);
    const live = await world.live(plan.record);
    expect(live.record).toMatchObject({
      status: 'incomplete',
      tally: {deleted: 2, skipped: keys.length},
      drift: {changed: keys.length},
    });
    expect(await states(world, keys)).toEqual(before);
    await othersAreDone(world);
    const left = await world.left(live.record);
    expect(Object.keys(left).toSorted()).toEqual(keys.map(key => `docs/${key}`).toSorted());
    for (const reason of Object.values(left))
      expect(reason).toMatch(/changed since the dry run|the type would be lost/);
  });

  it('whatever others write between decision and write leaves that object as it is, and all else is done', async () => {
    const all = [...meddlings, ['a clean-up', cleaned] as const];
    const keys = all.map(([name]) => name);
    const world = await made(keys);
    const plan = await world.rehearse('artifacts-cleanup');
    let before: readonly string[] = [];
    world.meanwhile = async () => {
      world.meanwhile = null;
      await world.asOwner(all.map(([name, sql], index) => sql(at(index), name)).join(';\n'));
      before = await states(world, keys);
    };
    const live = await world.live(plan.record);
    expect(live.record).toMatchObject({status: 'incomplete', tally: {deleted: 2, skipped: keys.length}});
    expect(await states(world, keys)).toEqual(before);
    await othersAreDone(world);
    const reasons = new Set(Object.values(await world.left(live.record)));
    expect([...reasons]).toEqual([expect.stringContaining('changed by somebody else')]);
    // What is still to be done is done by resuming; the type that would be lost is left.
    const again = await world.resume(live.record);
    expect(Object.keys(await world.left(again.record))).toEqual(['docs/a winner whose type is gone']);
    expect(again.record.tally).toMatchObject({deleted: 2 + keys.length - 2, skipped: 2});
  });

  it('an object that somebody else cleaned up is gone, and the run complete', async () => {
    const world = await made();
    const plan = await world.rehearse('artifacts-cleanup');
    await world.sql(cleaned(at(0)));
    const before = await states(world, ['a']);
    const live = await world.live(plan.record);
    expect(live.record).toMatchObject({
      status: 'completed',
      tally: {deleted: 2, skipped: 1},
      drift: {gone: 1},
    });
    expect(await states(world, ['a'])).toEqual(before);
  });

  it('new objects with several rows wait until they are accepted', async () => {
    const world = await made();
    const plan = await world.rehearse('artifacts-cleanup');
    await world.insert({id: 30, key: 'm'}, {id: 31, key: 'm'});
    await world.sql(cleaned(at(0)));
    const live = await world.live(plan.record);
    expect(live.record).toMatchObject({status: 'incomplete', tally: {deleted: 2, pending: 1, skipped: 1}});
    expect(await world.ids()).toContain(30);
    expect(Object.keys(await world.left(live.record))).toEqual(['docs/m']);
  });

  it.each([
    ['a datapoint', "INSERT INTO datapoints VALUES (90, 40, 'new', 1)"],
    ['a citation, which would go with it', "INSERT INTO citations VALUES ('new', 40, 1)"],
  ])('a loser that nothing named stays as soon as something does: %s', async (_, sql) => {
    const world = await made([]);
    await world.insert({id: 40, key: 'm'}, {id: 41, key: 'm'});
    const plan = await world.rehearse('artifacts-cleanup');
    world.meanwhile = async () => {
      world.meanwhile = null;
      await world.sql(sql);
    };
    const live = await world.live(plan.record);
    expect(live.record).toMatchObject({status: 'incomplete', tally: {deleted: 2, skipped: 1, failed: 0}});
    expect(await world.ids()).toEqual([5, 7, 40, 41]);
    const again = await world.resume(live.record);
    expect(again.record).toMatchObject({status: 'completed', tally: {deleted: 3, skipped: 0}});
    expect(await world.ids()).toEqual([5, 7, 41]);
  });

  it('an undo puts back what the run found, and not what was there before', async () => {
    const world = await made();
    const plan = await world.rehearse('artifacts-cleanup');
    world.meanwhile = async () => {
      world.meanwhile = null;
      await world.sql(`DELETE FROM datapoints WHERE datapoint_id = ${at(0) + 1}`);
    };
    const live = await world.live(plan.record);
    const found = await states(world, ['a']);
    const again = await world.resume(live.record);
    expect(again.record).toMatchObject({status: 'completed', tally: {deleted: 3, skipped: 0}});
    expect((await world.undo(again.record)).record.status).toBe('completed');
    expect(await states(world, ['a'])).toEqual(found);
  });

  it('a type that would be taken over is not, where the losers are gone already', async () => {
    const world = await made(['a'], {options: {conflicts: {lostType: 'take-known'}}});
    const winner = at(0) + 3;
    await world.asOwner(`UPDATE artifacts SET source_type = 'unknown' WHERE artifact_id = ${winner}`);
    const plan = await world.rehearse('artifacts-cleanup');
    world.meanwhile = async () => {
      world.meanwhile = null;
      await world.sql(cleaned(at(0)));
    };
    const live = await world.live(plan.record);
    expect(live.record).toMatchObject({status: 'incomplete', tally: {deleted: 2, skipped: 1}});
    const undone = await world.undo(live.record);
    expect(undone.record.status).toBe('completed');
    expect((await world.rows()).map(row => [row['artifact_id'], row['source_type']])).toEqual([
      [4, 'sec'],
      [5, 'sec'],
      [6, 'sec'],
      [7, 'sec'],
      [winner, 'unknown'],
    ]);
  });

  it('what changes at every attempt is left at every attempt', async () => {
    const world = await made();
    const plan = await world.rehearse('artifacts-cleanup');
    let times = 0;
    world.meanwhile = () =>
      world.sql(`UPDATE artifacts SET note = ${++times} WHERE artifact_id = ${at(0) + 1}`);
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
