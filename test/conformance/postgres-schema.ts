import {describe, expect, it, onTestFinished} from 'vitest';
import type {Database, Target} from '../../src/databases/database.ts';
import {describePostgresTable} from '../../src/databases/postgres-schema.ts';

/** How tables of Postgres are described, tried on a real one. */
export function postgresSchemaConformance(name: string, make: () => Promise<Target>): void {
  async function having(...statements: readonly string[]): Promise<Database> {
    const database = await (await make()).openDatabase();
    onTestFinished(() => database.close());
    await database.transaction(statements.map(sql => ({sql, params: []})));
    return database;
  }

  describe(`${name}: a table is described`, () => {
    it('with its columns, keys, indexes, triggers and constraints', async () => {
      const database = await having(
        `CREATE TABLE "Odd ""table" (
           id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
           gone text,
           name character varying(20) COLLATE "C" NOT NULL DEFAULT 'none',
           record jsonb,
           size integer CHECK (size >= 0),
           twice integer GENERATED ALWAYS AS (size * 2) STORED,
           seen_at timestamptz(3) DEFAULT now()
         )`,
        'ALTER TABLE "Odd ""table" DROP COLUMN gone',
        'CREATE UNIQUE INDEX by_name ON "Odd ""table" (name, size) INCLUDE (twice)',
        'CREATE UNIQUE INDEX partly ON "Odd ""table" (size) WHERE size > 5',
        'CREATE UNIQUE INDEX folded ON "Odd ""table" (lower(name))',
        'ALTER TABLE "Odd ""table" ADD CONSTRAINT later UNIQUE (twice) DEFERRABLE INITIALLY DEFERRED',
        'CREATE INDEX recently ON "Odd ""table" (seen_at DESC, lower(name))',
        'CREATE TABLE part (of bigint REFERENCES "Odd ""table" ON DELETE CASCADE)',
        "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        'CREATE TRIGGER watch AFTER UPDATE ON "Odd ""table" FOR EACH ROW EXECUTE FUNCTION nothing()',
      );
      const table = await describePostgresTable(database, 'Odd "table');
      expect(table).toMatchObject({
        name: 'Odd "table',
        schema: 'public',
        primaryKey: ['id'],
        uniques: expect.arrayContaining([['id'], ['name', 'size']]),
        triggers: [{name: 'watch', sql: expect.stringMatching(/^CREATE TRIGGER watch AFTER UPDATE/)}],
      });
      expect(table?.uniques).toHaveLength(2);
      expect(table?.columns).toEqual([
        {
          name: 'id',
          type: 'bigint',
          notNull: true,
          defaultSql: 'GENERATED ALWAYS AS IDENTITY',
          generated: 'identity',
          collation: null,
        },
        {
          name: 'name',
          type: 'character varying(20)',
          notNull: true,
          defaultSql: "'none'::character varying",
          generated: null,
          collation: 'C',
        },
        {name: 'record', type: 'jsonb', notNull: false, defaultSql: null, generated: null, collation: null},
        {name: 'size', type: 'integer', notNull: false, defaultSql: null, generated: null, collation: null},
        {
          name: 'twice',
          type: 'integer',
          notNull: false,
          defaultSql: '(size * 2)',
          generated: 'stored',
          collation: null,
        },
        {
          name: 'seen_at',
          type: 'timestamp(3) with time zone',
          notNull: false,
          defaultSql: 'now()',
          generated: null,
          collation: null,
        },
      ]);
      const unique = table?.uniqueIndexes.map(index => [
        index.name,
        index.columns,
        index.isPartial,
        index.isPlain,
      ]);
      expect(unique).toEqual(
        expect.arrayContaining([
          ['by_name', ['name', 'size'], false, true],
          ['partly', ['size'], true, true],
          ['folded', [null], false, true],
          ['later', ['twice'], false, false],
        ]),
      );
      expect(table?.otherIndexes.map(index => [index.name, index.columns])).toEqual([
        ['recently', ['seen_at', null]],
      ]);
      const constraints = table?.constraints.map(({table: of, sql}) => `${of} ${sql}`).join('\n');
      expect(constraints).toMatch(/CHECK \(\(size >= 0\)\)/);
      expect(constraints).toMatch(/part FOREIGN KEY \(of\) REFERENCES "Odd ""table"\(id\) ON DELETE CASCADE/);
    });

    it('by the same text as long as nothing changes, and by another once something does', async () => {
      const database = await having('CREATE TABLE items (id integer PRIMARY KEY, name text)');
      const text = async () => (await describePostgresTable(database, 'items'))?.sql;
      let before = await text();
      expect(await text()).toBe(before);
      for (const sql of [
        'ALTER TABLE items ALTER COLUMN name SET NOT NULL',
        "ALTER TABLE items ALTER COLUMN name SET DEFAULT 'x'",
        'ALTER TABLE items ALTER COLUMN name TYPE varchar(9)',
        'ALTER TABLE items ADD CHECK (id > 0)',
        'CREATE INDEX by_name ON items (name)',
        'ALTER TABLE items RENAME COLUMN name TO title',
      ]) {
        await database.transaction([{sql, params: []}]);
        const now = await text();
        expect(now, sql).not.toBe(before);
        before = now;
      }
    });

    it('as null where there is none, and where it is a view', async () => {
      const database = await having(
        'CREATE TABLE items (id integer)',
        'CREATE VIEW seen AS SELECT id FROM items',
      );
      for (const missing of ['missing', 'seen', 'ITEMS', 'public.items', ''])
        expect(await describePostgresTable(database, missing)).toBeNull();
      expect(await describePostgresTable(database, 'items')).toMatchObject({primaryKey: [], uniques: []});
    });
  });
}
