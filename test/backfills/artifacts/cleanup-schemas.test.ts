import {describe, expect, it} from 'vitest';
import {ArtifactsWorld, type WorldOptions} from '../../support/artifacts.ts';
import {sqliteHosted, targetHosts} from '../../support/target-host.ts';

/** Tables as somebody else has made them: what names an artifact in more ways than one, or could be taken for another. */

const plain = `CREATE TABLE artifacts (artifact_id INTEGER PRIMARY KEY, source_type TEXT, fetched_at TEXT,
  r2_bucket TEXT, r2_key TEXT, note)`;

const datapoints = 'CREATE TABLE datapoints (datapoint_id INTEGER PRIMARY KEY, artifact_id INTEGER)';

/** 3 is the newest of a, 12 of b. */
async function doubled(world: ArtifactsWorld): Promise<ArtifactsWorld> {
  await world.insert(
    {id: 1, key: 'a', at: '2024-01-01'},
    {id: 2, key: 'a', at: '2024-01-02'},
    {id: 3, key: 'a', at: '2024-01-03'},
    {id: 11, key: 'b', at: '2024-01-01'},
    {id: 12, key: 'b', at: '2024-01-02'},
  );
  return world;
}

describe.each(targetHosts)('on $host', ({begin}) => {
  const hosted = begin();
  const make = async (schema: string, tables: readonly string[], options: WorldOptions = {}) =>
    doubled(
      await ArtifactsWorld.make(hosted, {
        schema: `${plain}; ${schema}`,
        tables: ['artifacts', ...tables],
        ...options,
      }),
    );

  /** Cleans up a and b as a whole, and gives back the start. */
  async function isCleanedUp(world: ArtifactsWorld, after: () => Promise<unknown>): Promise<void> {
    const before = await world.digest();
    const live = await world.run('artifacts-cleanup');
    expect(live.record).toMatchObject({status: 'completed', tally: {deleted: 2}});
    expect(await world.ids()).toEqual([3, 12]);
    await after();
    const undone = await world.undo(live.record);
    expect(undone.record).toMatchObject({status: 'completed', tally: {inserted: 2}});
    expect(await world.digest()).toBe(before);
  }

  describe('two columns of a table name artifacts', () => {
    it.each([
      ['and are its key', 'PRIMARY KEY (from_id, to_id)'],
      ['and one is part of its key', 'PRIMARY KEY (label, to_id)'],
      ['and it has no key', 'CHECK (label <> 0)'],
    ])('%s', async (_, key) => {
      const world = await make(
        `CREATE TABLE related (from_id INTEGER REFERENCES artifacts, to_id INTEGER REFERENCES artifacts, label, ${key});
         CREATE INDEX related_to ON related (to_id)`,
        ['related'],
      );
      await world.sql("INSERT INTO related VALUES (1, 2, 'x'), (1, 11, 'y'), (12, 3, 'z')");
      await isCleanedUp(world, async () =>
        expect(await world.sql('SELECT from_id, to_id FROM related ORDER BY label')).toEqual([
          {from_id: 3, to_id: 3},
          {from_id: 3, to_id: 12},
          {from_id: 12, to_id: 3},
        ]),
      );
    });

    it('what collides only once both are re-pointed is a failure of its object alone', async () => {
      const world = await make(
        `CREATE TABLE related (id INTEGER PRIMARY KEY, from_id INTEGER REFERENCES artifacts,
           to_id INTEGER REFERENCES artifacts, UNIQUE (from_id, to_id))`,
        ['related'],
      );
      await world.sql('INSERT INTO related VALUES (1, 1, 2), (2, 2, 1), (3, 11, 11)');
      const before = await world.sql('SELECT * FROM related WHERE id < 3');
      const live = await world.run('artifacts-cleanup');
      expect(live.record.tally).toMatchObject({deleted: 1, failed: 1});
      expect(Object.values(await world.left(live.record))).toEqual([
        expect.stringMatching(/UNIQUE constraint failed/),
      ]);
      expect(await world.ids()).toEqual([1, 2, 3, 12]);
      expect(await world.sql('SELECT * FROM related WHERE id < 3')).toEqual(before);
    });
  });

  it('a key that is NULL in several rows tells none of them apart', async () => {
    const world = await make(
      'CREATE TABLE cites (cite TEXT PRIMARY KEY, artifact_id INTEGER REFERENCES artifacts, v)',
      ['cites'],
    );
    await world.sql(
      "INSERT INTO cites VALUES (NULL, 3, 'of 3'), (NULL, 1, 'of 1'), (NULL, 2, 'of 2'), ('b', 11, '')",
    );
    await isCleanedUp(world, async () =>
      expect(await world.sql('SELECT DISTINCT artifact_id FROM cites ORDER BY 1')).toEqual([
        {artifact_id: 3},
        {artifact_id: 12},
      ]),
    );
  });

  it.each([
    [
      'a text column',
      'TEXT',
      "(1, '1.0', 'x'), (2, '2', 'y'), (3, '11', 'z'), (4, '3', 'w')",
      '1.0 \\(a text\\)',
    ],
    ['a column without a type', '', "(1, '1', 'x'), (2, 2, 'y'), (3, 11, 'z')", '1 \\(a text\\)'],
  ])('what the foreign key takes for an artifact in %s does not go along', async (_, type, rows, said) => {
    const world = await make(
      `CREATE TABLE cites (id INTEGER PRIMARY KEY, artifact_id ${type} REFERENCES artifacts ON DELETE CASCADE, v);
       CREATE INDEX cites_artifact ON cites (artifact_id)`,
      ['cites'],
    );
    await world.sql(`INSERT INTO cites VALUES ${rows}`);
    const before = await world.sql('SELECT * FROM cites WHERE id <> 3');
    const live = await world.run('artifacts-cleanup');
    expect(live.record.tally).toMatchObject({deleted: 1, skipped: 1});
    expect(Object.values(await world.left(live.record))).toEqual([
      expect.stringMatching(
        new RegExp(`cites\\.artifact_id names it as ${said}, and its id is 1 \\(an integer\\)`),
      ),
    ]);
    expect(await world.ids()).toEqual([1, 2, 3, 12]);
    expect(await world.sql('SELECT * FROM cites WHERE id <> 3')).toEqual(before);
  });

  it.each(['groups', 'losers', 'ids', 'named'])('a table may be called %s', async table => {
    const world = await make(
      `CREATE TABLE "${table}" (id INTEGER PRIMARY KEY, artifact_id INTEGER REFERENCES artifacts, at, key, v, UNIQUE (artifact_id, v))`,
      [`"${table}"`],
      {options: {conflicts: {collision: 'keep-winners'}}},
    );
    await world.sql(
      `INSERT INTO "${table}" VALUES (1, 1, 1, 'k', 'x'), (2, 3, 2, 'k', 'x'), (3, 2, 3, 'k', 'y')`,
    );
    await isCleanedUp(world, async () =>
      expect(await world.sql(`SELECT id, artifact_id FROM "${table}"`)).toEqual([
        {id: 2, artifact_id: 3},
        {id: 3, artifact_id: 3},
      ]),
    );
  });

  it('a table of sixty columns, named by four tables', async () => {
    const more = Array.from({length: 54}, (_, at) => `a_column_with_a_long_name_${at} TEXT`).join(', ');
    const tables = ['t0', 't1', 't2', 't3'];
    const world = await ArtifactsWorld.make(hosted, {
      schema: `CREATE TABLE artifacts (artifact_id INTEGER PRIMARY KEY, source_type TEXT, fetched_at, r2_bucket TEXT,
          r2_key TEXT, note, ${more});
        ${tables.map(name => `CREATE TABLE ${name} (id INTEGER PRIMARY KEY, artifact_id INTEGER REFERENCES artifacts);`).join('')}`,
      tables: ['artifacts', ...tables],
      options: {conflicts: {lostType: 'take-known'}},
    });
    await doubled(world);
    await world.sql('UPDATE artifacts SET source_type = NULL WHERE artifact_id = 3');
    for (const name of tables) await world.sql(`INSERT INTO ${name} VALUES (1, 1), (2, 11), (3, 3)`);
    await isCleanedUp(world, async () =>
      expect(await world.sql('SELECT artifact_id FROM t3')).toEqual([
        {artifact_id: 3},
        {artifact_id: 12},
        {artifact_id: 3},
      ]),
    );
  });

  it('rows that hold much go in more transactions, and what no transaction takes is left', async () => {
    const world = await ArtifactsWorld.make(hosted, {
      schema: `${plain}; ${datapoints}; CREATE INDEX by_key ON artifacts (r2_bucket, r2_key)`,
      tables: ['artifacts'],
    });
    const [groups, bytes] = [12, 120_000];
    for (let group = 0; group < groups; group++)
      await world.sql(
        `INSERT INTO artifacts SELECT ${group * 2} + value, 'sec', value, 'docs', 'k' || ${group}, zeroblob(${bytes})
         FROM json_each('[1, 2]')`,
      );
    const {record} = await world.rehearse('artifacts-cleanup');
    world.sent.length = 0;
    const live = await world.live(record);
    expect(live.record).toMatchObject({status: 'completed', tally: {deleted: groups}});
    const sent = world.sent.filter(sql => /DELETE FROM artifacts/.test(sql)).length;
    expect(sent).toBeGreaterThanOrEqual(Math.floor((groups * 2 * bytes) / 1024 / 1024));
    expect(sent).toBeLessThan(groups);
  });
});

it('an object whose rows hold more than a transaction takes is left, with what to do', async () => {
  const world = await ArtifactsWorld.make(sqliteHosted, {schema: `${plain}; ${datapoints}`, tables: []});
  await doubled(world);
  await world.sql('UPDATE artifacts SET note = zeroblob(17 * 1024 * 1024) WHERE artifact_id IN (1, 2)');
  const live = await world.run('artifacts-cleanup');
  expect(live.record.tally).toMatchObject({deleted: 1, skipped: 1});
  expect(Object.values(await world.left(live.record))).toEqual([
    expect.stringMatching(
      /^its rows hold 3\d(\.\d)? Mi?B, more than one transaction takes: delete some of them/,
    ),
  ]);
});
