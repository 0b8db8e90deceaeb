import {DatabaseSync} from 'node:sqlite';
import {describe, expect, it} from 'vitest';
import {withoutUnique} from '../../../src/backfills/uploads/schema/without-unique.ts';

describe('withoutUnique', () => {
  it.each([
    [
      'a column',
      'CREATE TABLE t (id INTEGER, sha256 TEXT UNIQUE, b)',
      'CREATE TABLE t (id INTEGER, sha256 TEXT , b)',
    ],
    [
      'the last column',
      'CREATE TABLE t (id INTEGER, sha256 TEXT UNIQUE)',
      'CREATE TABLE t (id INTEGER, sha256 TEXT )',
    ],
    [
      'what a column says besides',
      "CREATE TABLE t (sha256 VARCHAR(64) DEFAULT 'unique' CONSTRAINT one UNIQUE ON CONFLICT REPLACE CHECK (length(sha256) = 64))",
      "CREATE TABLE t (sha256 VARCHAR(64) DEFAULT 'unique'  CHECK (length(sha256) = 64))",
    ],
    ['a constraint', 'CREATE TABLE t (sha256, UNIQUE (sha256))', 'CREATE TABLE t (sha256)'],
    [
      'a named constraint among others',
      'CREATE TABLE t (sha256, b, CONSTRAINT "u" UNIQUE ("sha256" COLLATE BINARY ASC) ON CONFLICT IGNORE, UNIQUE (b))',
      'CREATE TABLE t (sha256, b, UNIQUE (b))',
    ],
    [
      'a constraint without a comma before it',
      'CREATE TABLE t (sha256, CHECK (sha256 <> 1) UNIQUE (sha256))',
      'CREATE TABLE t (sha256, CHECK (sha256 <> 1) )',
    ],
    ['both ways', 'CREATE TABLE t (sha256 UNIQUE, UNIQUE (sha256))', 'CREATE TABLE t (sha256 )'],
    [
      'any quotes, and comments with commas and parentheses',
      'CREATE TABLE t (\n  -- unique, (once)\n  [sha256] TEXT /* ), */ unique, -- the hash\n  b)',
      'CREATE TABLE t (\n  -- unique, (once)\n  [sha256] TEXT /* ), */ , -- the hash\n  b)',
    ],
  ])('takes it away from %s', (_, sql, expected) => {
    expect(withoutUnique(sql, 'sha256')).toBe(expected);
    const unique = uniques(sql);
    expect(unique).toContain('["sha256"]');
    expect(uniques(expected)).toEqual(unique.filter(columns => columns !== '["sha256"]'));
  });

  it.each([
    ['another column', 'CREATE TABLE t (sha256 TEXT, b UNIQUE)'],
    [
      'several columns together',
      'CREATE TABLE t (user_id, sha256, UNIQUE (user_id, sha256), UNIQUE (sha256, user_id))',
    ],
    ['a primary key', 'CREATE TABLE t (sha256 TEXT PRIMARY KEY)'],
    ['a word in a text', "CREATE TABLE t (sha256 TEXT DEFAULT 'UNIQUE' CHECK (sha256 <> 'UNIQUE'))"],
    ['a column of a similar name', 'CREATE TABLE t (sha256_old TEXT UNIQUE, sha256)'],
  ])('finds none in %s', (_, sql) => {
    expect(withoutUnique(sql, 'sha256')).toBeNull();
  });
});

function uniques(sql: string): readonly string[] {
  using database = new DatabaseSync(':memory:');
  database.exec(sql);
  return database
    .prepare(
      `SELECT (SELECT json_group_array(info.name) FROM pragma_index_info(list.name) AS info) AS columns
       FROM pragma_index_list('t') AS list WHERE list.origin = 'u' ORDER BY 1`,
    )
    .all()
    .map(({columns}) => String(columns));
}
