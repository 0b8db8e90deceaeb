import {describe, expect, it} from 'vitest';
import {ArtifactsWorld, type WorldOptions} from '../../support/artifacts.ts';
import {targetHosts} from '../../support/target-host.ts';

const name = 'idx_artifacts_r2_bucket_r2_key';
const ours = `CREATE UNIQUE INDEX "${name}" ON artifacts ("r2_bucket", "r2_key")`;

describe.each(targetHosts)('on $host', ({host, begin}) => {
  const hosted = begin();
  const make = (options: WorldOptions = {}) => ArtifactsWorld.make(hosted, {triggers: true, ...options});

  const indexes = async (world: ArtifactsWorld) => {
    const rows = await world.sql(
      "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'artifacts' ORDER BY name",
    );
    return Object.fromEntries(rows.map(row => [String(row['name']), row['sql']]));
  };

  it('is made on a table without doubles, keeps them out, and goes with an undo', async () => {
    const world = await make();
    await world.insert({id: 1, key: 'a'}, {id: 2, key: 'b'}, {id: 3, key: null}, {id: 4, key: null});
    const before = await world.digest();
    const plan = await world.rehearse('artifacts-index');
    expect(plan.record).toMatchObject({status: 'completed', tally: {inserted: 1, skipped: 0}});
    expect(await indexes(world)).toEqual({});
    const live = await world.live(plan.record);
    expect(live.record).toMatchObject({status: 'completed', tally: {inserted: 1, rows: 1}});
    expect(live.checks.find(({id}) => id === 'unique-index')).toMatchObject({count: 0});
    expect(await indexes(world)).toEqual({[name]: ours});
    await expect(world.insert({id: 5, key: 'a'})).rejects.toThrow(/UNIQUE/);
    expect((await world.undo(live.record)).record).toMatchObject({status: 'completed', tally: {deleted: 1}});
    expect(await indexes(world)).toEqual({});
    expect(await world.digest()).toBe(before);
  });

  it('is made on an empty table', async () => {
    const world = await make();
    expect((await world.run('artifacts-index')).record).toMatchObject({
      status: 'completed',
      tally: {inserted: 1},
    });
  });

  it('is refused while objects have several rows, with all of them and their rows', async () => {
    const world = await make();
    await world.insert(
      {id: 1, key: 'a'},
      {id: 2, key: 'a'},
      {id: 3, key: 'z z', bucket: 'a/b'},
      {id: 4, key: 'z z', bucket: 'a/b'},
      {id: 5, key: 'z z', bucket: 'a/b', at: '2020'},
      {id: 6, key: 'single'},
    );
    const before = await world.digest();
    const plan = await world.rehearse('artifacts-index');
    expect(plan.record).toMatchObject({status: 'incomplete', tally: {inserted: 0, skipped: 3}});
    expect(await world.left(plan.record)).toEqual({
      'a%2Fb/z z': 'it has 3 rows (4, 3, 5): artifacts-cleanup leaves one',
      'docs/a': 'it has 2 rows (2, 1): artifacts-cleanup leaves one',
      [name]: '2 objects have several rows, which the index would forbid: run artifacts-cleanup first',
    });
    await world.live(plan.record);
    expect(await world.digest()).toBe(before);
    const again = await world.run('artifacts-cleanup');
    expect(again.record.status).toBe('completed');
    expect((await world.run('artifacts-index')).record).toMatchObject({
      status: 'completed',
      tally: {inserted: 1},
    });
  });

  it('is refused by the database where doubles came after the decision, and made by resuming', async () => {
    const world = await make();
    await world.insert({id: 1, key: 'a'});
    const plan = await world.rehearse('artifacts-index');
    world.meanwhile = async () => {
      world.meanwhile = null;
      await world.insert({id: 2, key: 'a'});
    };
    const live = await world.live(plan.record);
    expect(live.record).toMatchObject({status: 'incomplete', tally: {failed: 1, inserted: 0}});
    expect(await indexes(world)).toEqual({});
    await world.sql('DELETE FROM artifacts WHERE artifact_id = 2');
    expect((await world.resume(live.record)).record).toMatchObject({
      status: 'completed',
      tally: {inserted: 1},
    });
    expect(await indexes(world)).toEqual({[name]: ours});
  });

  it.each([
    ['an index of any name', 'CREATE UNIQUE INDEX "by object" ON artifacts (r2_bucket, r2_key)'],
    ['an index of the other order', 'CREATE UNIQUE INDEX other ON artifacts (r2_key, r2_bucket)'],
  ])('%s is as good, and nothing is done', async (_, sql) => {
    const world = await make();
    await world.sql(sql);
    const before = await world.digest();
    const plan = await world.rehearse('artifacts-index');
    expect(plan.record).toMatchObject({status: 'completed', tally: {unchanged: 1, inserted: 0}});
    const live = await world.live(plan.record);
    expect(live.record.status).toBe('completed');
    expect(await world.digest()).toBe(before);
  });

  it('a constraint of the table is as good', async () => {
    const world = await make({
      schema: `CREATE TABLE artifacts (id INTEGER PRIMARY KEY, source_type, fetched_at, r2_bucket TEXT, r2_key TEXT,
        UNIQUE (r2_bucket, r2_key))`,
      guards: [],
      tables: ['artifacts'],
    });
    const plan = await world.rehearse('artifacts-index');
    expect(plan.record).toMatchObject({status: 'completed', tally: {unchanged: 1}});
  });

  it.skipIf(host === 'D1').each([
    ['not unique', `CREATE INDEX ${name} ON artifacts (r2_bucket, r2_key)`],
    [
      'of a part of the rows',
      `CREATE UNIQUE INDEX ${name} ON artifacts (r2_bucket, r2_key) WHERE note IS NULL`,
    ],
    ['of one column', `CREATE UNIQUE INDEX ${name} ON artifacts (r2_key)`],
    ['blind to case', `CREATE UNIQUE INDEX ${name} ON artifacts (r2_bucket, r2_key COLLATE NOCASE)`],
    ['of an expression', `CREATE UNIQUE INDEX ${name} ON artifacts (r2_bucket, lower(r2_key))`],
    ['of more columns', `CREATE UNIQUE INDEX ${name} ON artifacts (r2_bucket, r2_key, note)`],
    ['another table’s', `CREATE INDEX ${name} ON datapoints (value)`],
  ])('an index of that name that is %s stays, and ours gets another', async (_, sql) => {
    const world = await make();
    await world.insert({id: 1, key: 'a'});
    await world.sql(sql);
    const before = await world.digest();
    const live = await world.run('artifacts-index');
    expect(live.record).toMatchObject({status: 'completed', tally: {inserted: 1}});
    expect(await indexes(world)).toMatchObject({[`${name}_2`]: ours.replace(name, `${name}_2`)});
    await world.undo(live.record);
    expect(await world.digest()).toBe(before);
  });

  it('an undo leaves an index that somebody has put in its place', async () => {
    const world = await make();
    const live = await world.run('artifacts-index');
    await world.sql(`DROP INDEX ${name}; CREATE INDEX ${name} ON artifacts (note)`);
    const before = await world.digest();
    const undone = await world.rehearseUndo(live.record);
    expect(undone.record).toMatchObject({status: 'incomplete', tally: {deleted: 0, skipped: 1}});
    expect(Object.values(await world.left(undone.record))).toEqual([
      'the index of that name is another one than the run made',
    ]);
    expect(await world.digest()).toBe(before);
  });

  it('an undo of an index that is gone has nothing to do', async () => {
    const world = await make();
    const live = await world.run('artifacts-index');
    await world.sql(`DROP INDEX ${name}`);
    expect((await world.rehearseUndo(live.record)).record).toMatchObject({
      status: 'completed',
      tally: {unchanged: 1},
    });
  });

  describe('an undo of a clean-up', () => {
    async function cleaned() {
      const world = await make();
      await world.insert({id: 1, key: 'a'}, {id: 2, key: 'a'});
      await world.datapoints([1, 1, 'x']);
      const before = await world.digest();
      return {world, before, cleanup: (await world.run('artifacts-cleanup')).record};
    }

    it('is refused while the index is there that a run made, names that run, and works after it', async () => {
      const {world, before, cleanup} = await cleaned();
      const index = (await world.run('artifacts-index')).record;
      await expect(world.rehearseUndo(cleanup)).rejects.toMatchObject({
        code: 'gate',
        message: expect.stringContaining(`run ${index.id} made it`),
        hint: expect.stringContaining(`headgate undo ${index.id} --confirm`),
      });
      await world.undo(index);
      expect((await world.undo(cleanup)).record.status).toBe('completed');
      expect(await world.digest()).toBe(before);
    });

    it('is refused while somebody’s own index is there, with what to do about that', async () => {
      const {world, before, cleanup} = await cleaned();
      await world.sql('CREATE UNIQUE INDEX theirs ON artifacts (r2_key, r2_bucket)');
      await expect(world.rehearseUndo(cleanup)).rejects.toMatchObject({
        code: 'gate',
        message: expect.stringContaining('no run of this ledger made it'),
        hint: expect.stringContaining('DROP INDEX "theirs"'),
      });
      await world.sql('DROP INDEX theirs');
      expect((await world.undo(cleanup)).record.status).toBe('completed');
      expect(await world.digest()).toBe(before);
    });

    it('is refused where another index stands under the name of the one that a run made', async () => {
      const {world, cleanup} = await cleaned();
      const index = (await world.run('artifacts-index')).record;
      await world.undo(index);
      // A connection of SQLite's learns of what another one dropped when it reads.
      expect(await indexes(world)).toEqual({});
      await world.sql(`CREATE UNIQUE INDEX ${name} ON artifacts (r2_bucket, r2_key)`);
      await expect(world.rehearseUndo(cleanup)).rejects.toMatchObject({
        message: expect.stringContaining('no run of this ledger made it'),
      });
    });
  });
});
