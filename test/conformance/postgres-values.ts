import {describe, expect, it, onTestFinished} from 'vitest';
import type {SqlValue} from '../../src/core/sql.ts';
import type {Database, Reader, Target} from '../../src/databases/database.ts';

const values: readonly (readonly [string, SqlValue])[] = [
  ['9007199254740991::int8', 9_007_199_254_740_991],
  ['9007199254740993::int8', 9_007_199_254_740_993n],
  ["'-9223372036854775808'::int8", -9_223_372_036_854_775_808n],
  ['123456789012345678901234567890::numeric', 123456789012345678901234567890n],
  ['7::numeric', 7],
  ['1.50::numeric(10, 2)', '1.50'],
  ["'NaN'::numeric", 'NaN'],
  ['sum(n) FROM generate_series(1, 4) AS n', 10],
  ['count(*) FROM generate_series(1, 4)', 4],
  ['0.1::float8', 0.1],
  ['1e300::float8', 1e300],
  ["'-Infinity'::float8", Number.NEGATIVE_INFINITY],
  ['true', 1],
  ['false', 0],
  ['NULL', null],
  ['\'{"n": 12345678901234567890.10}\'::jsonb', '{"n": 12345678901234567890.10}'],
  ['\'{"b":1,  "a":2}\'::json', '{"b":1,  "a":2}'],
  ["'2024-02-29 12:34:56.789012+02'::timestamptz", '2024-02-29T10:34:56.789012Z'],
  ["'2024-02-29 12:34:56+00'::timestamptz", '2024-02-29T12:34:56Z'],
  ["'infinity'::timestamptz", 'infinity'],
  ["'2024-02-29 12:34:56'::timestamp", '2024-02-29 12:34:56'],
  ["'2024-02-29'::date", '2024-02-29'],
  ["'6e0a1c3e-6f0b-4b1e-9d59-0c1d8d7f0a11'::uuid", '6e0a1c3e-6f0b-4b1e-9d59-0c1d8d7f0a11'],
  ['ARRAY[1, 2]', '{1,2}'],
  ["current_setting('TimeZone')", 'UTC'],
];

const forbidden = [
  "SELECT set_config('default_transaction_read_only', 'off', false)",
  "SELECT \"set_config\"('transaction_read_only', 'off', false)",
  "SELECT set_config('search_path', 'pg_catalog', false)",
  'WITH gone AS (DELETE FROM items RETURNING id) SELECT * FROM gone',
  'SELECT * INTO another FROM items',
  "SELECT nextval('items_id_seq')",
  "SELECT write_one('x')",
  'SELECT id FROM items FOR UPDATE',
  'SELECT 1; DELETE FROM items',
  'BEGIN READ WRITE',
];

/** What both targets of Postgres promise beyond the other dialects, tried on a real one. */
export function postgresConformance(name: string, make: () => Promise<Target>): void {
  async function reading(): Promise<Reader> {
    const reader = await (await make()).openReader();
    onTestFinished(() => reader.close());
    return reader;
  }

  async function writing(): Promise<{readonly target: Target; readonly database: Database}> {
    const target = await make();
    const database = await target.openDatabase();
    onTestFinished(() => database.close());
    await database.transaction([
      {
        sql: 'CREATE TABLE items (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name TEXT UNIQUE)',
        params: [],
      },
    ]);
    return {target, database};
  }

  describe(`${name}: values of Postgres`, () => {
    it('come as a type says, never rounded and never parsed', async () => {
      const reader = await reading();
      for (const [sql, value] of values) {
        const [row] = await reader.query(`SELECT value FROM (SELECT ${sql}) AS asked (value)`);
        expect(row, sql).toEqual({value});
      }
    });

    it('that are instants and JSON are taken back as they came', async () => {
      const reader = await reading();
      const [row] = await reader.query(
        "SELECT $1::timestamptz = '2024-02-29 10:34:56.789012+00' AS at, $2::jsonb ->> 'a' AS a",
        ['2024-02-29T10:34:56.789012Z', '{"a": 123456789012345678}'],
      );
      expect(row).toEqual({at: 1, a: '123456789012345678'});
    });

    it('that JSON can say and Postgres can not hold are refused, and nothing is written', async () => {
      const {database} = await writing();
      const sql = "INSERT INTO items (name) SELECT $1::jsonb ->> 'name'";
      for (const name of ['\\u0000', '\\ud800'])
        await expect(database.transaction([{sql, params: [`{"name": "${name}"}`]}])).rejects.toMatchObject({
          kind: 'refused',
          isUnsettled: false,
        });
      expect(await database.query('SELECT count(*) AS n FROM items')).toEqual([{n: 0}]);
    });

    it('of several megabytes in one parameter are written and read', async () => {
      const {database} = await writing();
      const rows = Array.from({length: 20_000}, (_, index) => ({name: `${index} é ${'x'.repeat(200)}`}));
      const [written] = await database.transaction([
        {
          sql: 'INSERT INTO items (name) SELECT r.name FROM jsonb_to_recordset($1::jsonb) AS r(name text) RETURNING name',
          params: [JSON.stringify(rows)],
        },
      ]);
      expect(written).toEqual(rows);
    });
  });

  describe(`${name}: a reader of Postgres`, () => {
    it('is denied what writes, or would let it write', async () => {
      const {target, database} = await writing();
      await database.transaction([
        {sql: "INSERT INTO items (name) VALUES ('a')", params: []},
        {
          sql: "CREATE FUNCTION write_one(text) RETURNS int LANGUAGE sql AS 'INSERT INTO items (name) VALUES ($1) RETURNING 1'",
          params: [],
        },
      ]);
      const reader = await target.openReader();
      onTestFinished(() => reader.close());
      for (const sql of forbidden) {
        await expect(reader.query(sql), sql).rejects.toMatchObject({kind: 'denied'});
        await expect(reader.query("SELECT write_one('y')"), sql).rejects.toMatchObject({kind: 'denied'});
        expect(await reader.query('SELECT id, name FROM items'), sql).toEqual([{id: 1, name: 'a'}]);
      }
    });
  });

  describe(`${name}: a transaction of Postgres`, () => {
    it('that a constraint refuses only at its end is refused, and settled', async () => {
      const {database} = await writing();
      await database.transaction([
        {sql: 'CREATE TABLE parts (item BIGINT REFERENCES items DEFERRABLE INITIALLY DEFERRED)', params: []},
      ]);
      await expect(
        database.transaction([{sql: 'INSERT INTO parts VALUES (99)', params: []}]),
      ).rejects.toMatchObject({
        kind: 'refused',
        isUnsettled: false,
        message: expect.stringMatching(/\(item\)=\(99\)/),
      });
      expect(await database.query('SELECT count(*) AS n FROM parts')).toEqual([{n: 0}]);
    });

    it('that one of its statements ends is no success', async () => {
      const {database} = await writing();
      const insert = {sql: "INSERT INTO items (name) VALUES ('a')", params: []};
      await expect(database.transaction([insert, {sql: 'ROLLBACK', params: []}])).rejects.toMatchObject({
        kind: 'invalid',
      });
      await database.transaction([{...insert, sql: insert.sql.replace("'a'", "'b'")}]);
      expect(await database.query('SELECT name FROM items')).toEqual([{name: 'b'}]);
    });

    it('takes one statement as one', async () => {
      const {database} = await writing();
      const two = {
        sql: "INSERT INTO items (name) VALUES ('a'); INSERT INTO items (name) VALUES ('b')",
        params: [],
      };
      await expect(database.transaction([two])).rejects.toMatchObject({kind: 'invalid'});
      expect(await database.query('SELECT count(*) AS n FROM items')).toEqual([{n: 0}]);
    });

    it('whose turn has not come is given up with the reason, and those behind it are made', async () => {
      const {database} = await writing();
      const insert = (name: string) => ({sql: 'INSERT INTO items (name) VALUES ($1)', params: [name]});
      const giveUp = new AbortController();
      const reason = new Error('paused');
      const [first, second, third] = [
        database.transaction([insert('a')], {signal: giveUp.signal}),
        database.transaction([insert('b')], {signal: giveUp.signal}),
        database.transaction([insert('c')]),
      ];
      const failed = expect(second).rejects.toBe(reason);
      giveUp.abort(reason);
      await failed;
      await Promise.allSettled([first]);
      await third;
      await expect(database.transaction([insert('d')], {signal: giveUp.signal})).rejects.toBe(reason);
      expect((await database.query('SELECT name FROM items ORDER BY id')).at(-1)).toEqual({name: 'c'});
    });
  });
}
