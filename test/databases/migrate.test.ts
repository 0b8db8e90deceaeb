import {DatabaseSync} from 'node:sqlite';
import {describe, expect, it} from 'vitest';
import {readMigrations, splitStatements} from '../../src/databases/migrate.ts';

describe('the migrations', () => {
  it.each(['asset-index', 'ledger'])(
    'of %s are numbered from 1 without a gap, and make what they say',
    async schema => {
      const migrations = await readMigrations(schema);
      expect(migrations.map(({number}) => number)).toEqual(migrations.map((_, index) => index + 1));
      const db = new DatabaseSync(':memory:');
      for (const {statements} of migrations) for (const {sql} of statements) db.prepare(sql).run();
      expect(
        db.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE type = 'table'").get()?.['n'],
      ).toBeGreaterThan(0);
      db.close();
    },
  );
});

describe('a migration file', () => {
  it('is parted at semicolons that end a line, without its comments', () => {
    const sql =
      "-- first; a comment\nCREATE TABLE a (\n  -- the key;\n  id\n);\n\nINSERT INTO a VALUES ('x;y');  \n";
    expect(splitStatements(sql).map(statement => statement.sql.replaceAll(/\s+/g, ' '))).toEqual([
      'CREATE TABLE a ( id )',
      "INSERT INTO a VALUES ('x;y')",
    ]);
  });
});
