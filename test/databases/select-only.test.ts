import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {requireSelect} from '../../src/databases/select-only.ts';

describe('a reader takes', () => {
  it.each([
    'SELECT 1',
    '  select 1 ;  ',
    'SELECT 1; -- and nothing else',
    'VALUES (1), (2)',
    'WITH a AS (SELECT 1) SELECT * FROM a',
    'WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT * FROM n',
    '-- DELETE FROM files\nSELECT 1',
    '/* DROP TABLE files; */ SELECT 1 /* INSERT',
    "SELECT 'DELETE FROM files; --' AS text",
    "SELECT 'it''s; DROP TABLE files'",
    'SELECT "delete", `update`, [insert] FROM "drop"',
    'SELECT "a""; DROP TABLE files; ""b" FROM t',
    'SELECT updated_at, created_at, is_deleted, last_insert FROM t',
    "SELECT replace(name, 'a', 'b') FROM t",
    'SELECT name FROM pragma_table_info(?)',
    'SELECT coalesce(content_hash, 0) FROM files ORDER BY key LIMIT 1',
  ])('%s', sql => {
    expect(() => requireSelect(sql)).not.toThrow();
  });
});

describe('a reader refuses', () => {
  it.each([
    '',
    ';',
    '-- nothing',
    "INSERT INTO files (key) VALUES ('x') RETURNING id",
    'REPLACE INTO files (key) VALUES (1)',
    'UPDATE files SET size = 1 RETURNING key',
    'DELETE FROM files RETURNING key',
    'CREATE TABLE t (id)',
    'CREATE TABLE t AS SELECT 1',
    'DROP TABLE files',
    'ALTER TABLE files ADD COLUMN note',
    'PRAGMA user_version = 1',
    'PRAGMA table_info(files)',
    'VACUUM',
    'REINDEX',
    'ANALYZE',
    "ATTACH 'x' AS y",
    'BEGIN',
    'COMMIT',
    'EXPLAIN SELECT 1',
    'WITH a AS (SELECT 1) INSERT INTO files SELECT * FROM a',
    'WITH a AS (SELECT 1) UPDATE files SET size = 1',
    'WITH a AS (SELECT 1) DELETE FROM files',
    'WITH a AS (SELECT 1) REPLACE INTO files SELECT 1',
    'with a as (select 1) delete from files',
    'SELECT 1; DELETE FROM files',
    'SELECT 1; SELECT 2',
    'SELECT 1;\n/* */ DROP TABLE files',
    '/* SELECT */ DELETE FROM files',
    '-- SELECT\nDELETE FROM files',
    "SELECT '\\'; DELETE FROM files; --'",
    "SELECT ''; DELETE FROM files; --'",
    'SELECT "a"; DELETE FROM files',
    'SELECT [a]]; DELETE FROM files',
    'SELECTED',
  ])('%s', sql => {
    expect(() => requireSelect(sql)).toThrow(expect.objectContaining({kind: 'denied'}));
  });
});

describe('a reader of Postgres takes', () => {
  it.each([
    'SELECT 1;',
    'VALUES (1), (2)',
    'WITH a AS (SELECT 1) SELECT * FROM a',
    "SELECT $1::jsonb ->> 'DELETE FROM files; --'",
    "SELECT E'it\\'s; DELETE FROM files'",
    'SELECT $$; DELETE FROM files$$, $a$; $b$ DROP $a$',
    'SELECT tags[1], ARRAY[1, 2], "update", "into" FROM t',
    'SELECT updated_at, is_deleted, offset_config FROM t /* DELETE */ -- INSERT',
  ])('%s', sql => {
    expect(() => requireSelect(sql, 'postgres')).not.toThrow();
  });
});

describe('a reader of Postgres refuses', () => {
  it.each([
    '',
    'TABLE files',
    'EXPLAIN ANALYZE DELETE FROM files',
    'SELECT * INTO copied FROM files',
    'MERGE INTO files USING t ON true WHEN MATCHED THEN DELETE',
    'WITH gone AS (DELETE FROM files RETURNING key) SELECT * FROM gone',
    'SELECT ARRAY[(WITH gone AS (DELETE FROM files RETURNING 1) SELECT * FROM gone)]',
    'SELECT key FROM files FOR NO KEY UPDATE',
    'SELECT 1; DELETE FROM files',
    "SELECT '\\'; DELETE FROM files; --'",
    "SELECT E'\\\\'; DELETE FROM files; --'",
    'SELECT $$a$$; DELETE FROM files; --$$',
    'SELECT `a`; DELETE FROM files',
    'SELECT /* /* */ 1 */ 1',
    "SELECT set_config('default_transaction_read_only', 'off', false)",
    "SELECT pg_catalog.\"set_config\"('a', 'b', false)",
    "SELECT U&\"s\\0065t_config\"('a', 'b', false)",
    "COPY files TO PROGRAM 'sh'",
    'BEGIN READ WRITE',
    "SET default_transaction_read_only = 'off'",
  ])('%s', sql => {
    expect(() => requireSelect(sql, 'postgres')).toThrow(expect.objectContaining({kind: 'denied'}));
  });
});

/** Templates and strings of the program that begin as a query does, each with a name in the place of what is filled in. */
function queriesIn(code: string): readonly string[] {
  const texts =
    /`(?:[^`\\$]|\\[\s\S]|\$(?!\{)|\$\{(?:[^{}`]|`[^`]*`|\{[^{}]*\})*\})*`|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g;
  return (
    (code.match(texts) ?? [])
      .map(text => text.slice(1, -1).replace(/\$\{(?:[^{}`]|`[^`]*`|\{[^{}]*\})*\}/g, 'x'))
      .filter(text => /^\s*(?:SELECT|WITH)\s/.test(text))
      // A transaction's statements may begin with the tables that they write from.
      .filter(text => !/^\s*WITH\s[\s\S]*^\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s/m.test(text))
  );
}

it('every query that the program asks of a target is taken', () => {
  const root = new URL('../../src/', import.meta.url).pathname;
  const files = ['backfills', 'engine', 'databases', 'commands', 'sandbox'].flatMap(folder =>
    readdirSync(join(root, folder), {recursive: true, encoding: 'utf8'}).map(file =>
      join(root, folder, file),
    ),
  );
  const queries = files
    .filter(file => file.endsWith('.ts'))
    .flatMap(file => queriesIn(readFileSync(file, 'utf8')));
  expect(queries.length).toBeGreaterThan(15);
  for (const sql of queries) expect(() => requireSelect(sql), sql).not.toThrow();
});
