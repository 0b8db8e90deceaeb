import {describe, expect, it} from 'vitest';
import {ArtifactsWorld} from '../../support/artifacts.ts';
import {targetHosts} from '../../support/target-host.ts';

const artifacts = `CREATE TABLE artifacts (artifact_id INTEGER PRIMARY KEY, source_type TEXT, fetched_at TEXT,
  r2_bucket TEXT, r2_key TEXT)`;
const four = `INSERT INTO artifacts VALUES (1, 'sec', '1', 'd', 'a'), (2, 'sec', '2', 'd', 'a'), (3, 'sec', '3', 'd', 'a'),
  (4, 'sec', '1', 'd', 'b')`;

/** Tables that name artifacts, however a database may have made them; 1, 2 and 3 are of one object, and 3 wins. */
const layouts = [
  {
    layout: 'an integer key',
    schema: 'CREATE TABLE named (id INTEGER PRIMARY KEY, artifact_id REFERENCES artifacts)',
    rows: '(10, 1), (11, 2), (12, 2), (13, 3), (14, 4), (15, NULL)',
    after: [
      [10, 3],
      [11, 3],
      [12, 3],
      [13, 3],
      [14, 4],
      [15, null],
    ],
  },
  {
    layout: 'a text key that is no ASCII',
    schema:
      'CREATE TABLE named (id TEXT PRIMARY KEY, artifact_id INTEGER REFERENCES artifacts ON DELETE SET NULL)',
    rows: "('ü', 1), ('🚢', 2), ('a''b', 2), ('', 3)",
    after: [
      ['', 3],
      ["a'b", 3],
      ['ü', 3],
      ['🚢', 3],
    ],
  },
  {
    layout: 'a text key, without rowid',
    schema:
      'CREATE TABLE named (id TEXT PRIMARY KEY, artifact_id INTEGER NOT NULL REFERENCES artifacts ON DELETE CASCADE) WITHOUT ROWID',
    rows: "('x', 1), ('y', 2), ('z', 4)",
    after: [
      ['x', 3],
      ['y', 3],
      ['z', 4],
    ],
  },
  {
    layout: 'a key of two columns, of which the artifact is one',
    schema: 'CREATE TABLE named (artifact_id REFERENCES artifacts, id TEXT, PRIMARY KEY (artifact_id, id))',
    rows: "(1, 'x'), (2, 'y'), (4, 'x'), (4, 'y'), (3, 'z')",
    after: [
      ['x', 3],
      ['x', 4],
      ['y', 3],
      ['y', 4],
      ['z', 3],
    ],
  },
  {
    layout: 'a key of two columns, of which the artifact is one, without rowid',
    schema:
      'CREATE TABLE named (artifact_id INTEGER NOT NULL REFERENCES artifacts, id INTEGER, PRIMARY KEY (id, artifact_id)) WITHOUT ROWID',
    rows: '(1, 7), (2, 8), (4, 7), (4, 8)',
    after: [
      [7, 3],
      [7, 4],
      [8, 3],
      [8, 4],
    ],
  },
  {
    layout: 'a key of two other columns',
    schema: 'CREATE TABLE named (id, part, artifact_id REFERENCES artifacts, PRIMARY KEY (id, part))',
    rows: "('x', 1, 1), ('x', 2, 2), ('y', 1, 2), ('y', 2, 4)",
    columns: 'id, part, artifact_id',
    after: [
      ['x', 3],
      ['x', 3],
      ['y', 3],
      ['y', 4],
    ],
  },
  {
    layout: 'the artifact as its key: one row for each',
    schema: 'CREATE TABLE named (artifact_id INTEGER PRIMARY KEY REFERENCES artifacts, id)',
    rows: "(2, 'of two'), (4, 'of four')",
    after: [
      ['of four', 4],
      ['of two', 3],
    ],
  },
  {
    layout: 'no key at all',
    schema: 'CREATE TABLE named (id, artifact_id REFERENCES artifacts)',
    rows: "('same', 1), ('same', 1), ('same', 2), ('same', 4), (NULL, 2)",
    after: [
      [null, 3],
      ['same', 3],
      ['same', 3],
      ['same', 3],
      ['same', 4],
    ],
  },
  {
    layout: 'an artifact that is written as text',
    schema: 'CREATE TABLE named (id INTEGER PRIMARY KEY, artifact_id TEXT REFERENCES artifacts)',
    rows: "(1, '1'), (2, '2'), (3, '4')",
    after: [
      [1, '3'],
      [2, '3'],
      [3, '4'],
    ],
  },
  {
    layout: 'an index on the artifact',
    schema:
      'CREATE TABLE named (id INTEGER PRIMARY KEY, artifact_id REFERENCES artifacts); CREATE INDEX by_artifact ON named (artifact_id)',
    rows: '(10, 1), (11, 2)',
    after: [
      [10, 3],
      [11, 3],
    ],
  },
  {
    layout: 'odd names',
    schema:
      'CREATE TABLE "the ""named""" (id INTEGER PRIMARY KEY, "an artifact" INTEGER REFERENCES artifacts, "group" TEXT)',
    table: '"the ""named"""',
    column: '"an artifact"',
    rows: "(10, 1, 'x'), (11, 2, NULL)",
    after: [
      [10, 3],
      [11, 3],
    ],
  },
] as const;

describe.each(targetHosts)('on $host', ({begin}) => {
  const hosted = begin();

  describe('a table that names artifacts, with', () => {
    it.each(layouts)('$layout', async ({schema, rows, after, ...more}) => {
      const table = 'table' in more ? more.table : 'named';
      const column = 'column' in more ? more.column : 'artifact_id';
      const into = schema.includes('TABLE named (artifact_id') ? ' (artifact_id, id)' : '';
      const world = await ArtifactsWorld.make(hosted, {
        schema: `${artifacts}; ${schema}; ${four}; INSERT INTO ${table}${into} VALUES ${rows};`,
        guards: 'table' in more ? [] : ['named'],
        tables: ['artifacts', table],
      });
      const naming = async () =>
        (await world.sql(`SELECT id, ${column} AS artifact FROM ${table} ORDER BY id, artifact`)).map(row => [
          row['id'],
          row['artifact'],
        ]);
      const before = await world.digest();
      const live = await world.run('artifacts-cleanup');
      expect(live.record).toMatchObject({status: 'completed', tally: {deleted: 1}});
      expect(await naming()).toEqual(after);
      expect(await world.ids()).toEqual([3, 4]);
      expect((await world.undo(live.record)).record).toMatchObject({status: 'completed'});
      expect(await world.digest()).toBe(before);
    });
  });

  it.each([
    ['id instead of artifact_id', 'id INTEGER PRIMARY KEY', [1, 2], 'INTEGER'],
    ['texts', 'id TEXT PRIMARY KEY', ["'7f-ü'", "'🚢'"], 'TEXT'],
    ['texts that look like numbers', 'id TEXT PRIMARY KEY', ["'10'", "'9'"], 'TEXT'],
    ['bytes', 'id BLOB PRIMARY KEY', ["x'00ff'", "x'01'"], 'BLOB'],
    ['integers beyond 2^53', 'id INTEGER PRIMARY KEY', ['9007199254740993', '9007199254740994'], 'INTEGER'],
    [
      'unique integers beside another key',
      'key INTEGER PRIMARY KEY, id INTEGER UNIQUE NOT NULL',
      [1, 2],
      'INT',
    ],
  ])('artifacts told apart by %s', async (_, id, [loser, winner], type) => {
    const isBeside = id.startsWith('key');
    const world = await ArtifactsWorld.make(hosted, {
      schema: `CREATE TABLE artifacts (${id}, source_type TEXT, fetched_at TEXT, r2_bucket TEXT, r2_key TEXT) ;
        CREATE TABLE datapoints (id INTEGER PRIMARY KEY, artifact_id ${type});
        INSERT INTO artifacts (${isBeside ? 'key, ' : ''}id, source_type, fetched_at, r2_bucket, r2_key) VALUES
          (${isBeside ? '1, ' : ''}${loser}, 'sec', '1', 'd', 'a'), (${isBeside ? '2, ' : ''}${winner}, 'sec', '2', 'd', 'a');
        INSERT INTO datapoints VALUES (1, ${loser}), (2, ${winner});`,
      guards: [],
      tables: ['artifacts', 'datapoints'],
    });
    const before = await world.digest();
    const live = await world.run('artifacts-cleanup');
    expect(live.record).toMatchObject({status: 'completed', tally: {deleted: 1}});
    const left = await world.sql(
      `SELECT id = ${winner} AS is_winner, (SELECT count(*) FROM datapoints WHERE artifact_id = artifacts.id) AS named FROM artifacts`,
    );
    expect(left).toEqual([{is_winner: 1, named: 2}]);
    expect((await world.undo(live.record)).record.status).toBe('completed');
    expect(await world.digest()).toBe(before);
  });

  it('names in capitals are the same names', async () => {
    const world = await ArtifactsWorld.make(hosted, {
      schema: `CREATE TABLE artifacts (ARTIFACT_ID INTEGER PRIMARY KEY, Source_Type TEXT, FETCHED_AT TEXT, R2_Bucket TEXT, R2_KEY TEXT);
        CREATE TABLE datapoints (id INTEGER PRIMARY KEY, Artifact_Id INTEGER);
        INSERT INTO artifacts VALUES (1, 'sec', '1', 'd', 'a'), (2, NULL, '0', 'd', 'a');
        INSERT INTO datapoints VALUES (1, 2)`,
      guards: [],
      tables: ['artifacts', 'datapoints'],
    });
    const live = await world.run('artifacts-cleanup');
    expect(live.record).toMatchObject({status: 'completed', tally: {deleted: 1}});
    expect(await world.sql('SELECT artifact_id FROM datapoints')).toMatchObject([{Artifact_Id: 1}]);
  });

  it('an artifact that several tables name is cleaned up with all of them, or not at all', async () => {
    const tables = Array.from({length: 6}, (_, n) => `t${n}`);
    const world = await ArtifactsWorld.make(hosted, {
      schema: `${artifacts}; ${four};
        ${tables.map(name => `CREATE TABLE ${name} (id INTEGER PRIMARY KEY, artifact_id REFERENCES artifacts);`).join('\n')}
        ${tables.map((name, n) => `INSERT INTO ${name} VALUES (1, ${(n % 4) + 1}), (2, 1);`).join('\n')}`,
      guards: tables,
      tables: ['artifacts', ...tables],
    });
    const before = await world.digest();
    const live = await world.run('artifacts-cleanup');
    expect(live.record).toMatchObject({status: 'completed', tally: {deleted: 1}});
    expect(await world.ids()).toEqual([3, 4]);
    for (const name of tables)
      expect(await world.sql(`SELECT artifact_id FROM ${name} WHERE artifact_id NOT IN (3, 4)`)).toEqual([]);
    await world.undo(live.record);
    expect(await world.digest()).toBe(before);
  });
});
