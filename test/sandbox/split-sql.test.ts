import {expect, it} from 'vitest';
import {splitSql} from '../../src/sandbox/split-sql.ts';

it.each<[string, string, readonly string[]]>([
  ['nothing', '', []],
  ['what is only white space and comments', ' \n-- a; b\n/* c; */ ;', []],
  ['one', 'SELECT 1', ['SELECT 1']],
  ['one that is ended', ' SELECT 1 ; ', ['SELECT 1']],
  ['one that is ended, and a comment', 'SELECT 1; -- done', ['SELECT 1']],
  ['two', 'SELECT 1; SELECT 2', ['SELECT 1', 'SELECT 2']],
  ['a semicolon in a string', "SELECT ';', 'it''s;'; SELECT 2", ["SELECT ';', 'it''s;'", 'SELECT 2']],
  ['a semicolon in a name', 'SELECT ";", `;`, [;]; SELECT 2', ['SELECT ";", `;`, [;]', 'SELECT 2']],
  [
    'a semicolon in comments',
    'SELECT 1 -- ;\n+ 1 /* ; */; SELECT 2',
    ['SELECT 1 -- ;\n+ 1 /* ; */', 'SELECT 2'],
  ],
  ['a comment that is not ended', 'SELECT 1 /* ; SELECT 2', ['SELECT 1 /* ; SELECT 2']],
  [
    'a trigger',
    "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET b = CASE WHEN 1 THEN 'x;' END; SELECT 1; END; SELECT 2",
    [
      "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET b = CASE WHEN 1 THEN 'x;' END; SELECT 1; END",
      'SELECT 2',
    ],
  ],
  [
    'a temporary trigger',
    'create temp trigger t after insert on a begin select 1; end; SELECT 2',
    ['create temp trigger t after insert on a begin select 1; end', 'SELECT 2'],
  ],
  [
    'CASE where it is no trigger',
    'SELECT CASE WHEN 1 THEN 2 END; SELECT 2',
    ['SELECT CASE WHEN 1 THEN 2 END', 'SELECT 2'],
  ],
  ['BEGIN, which the database refuses', 'BEGIN; SELECT 1; COMMIT', ['BEGIN', 'SELECT 1', 'COMMIT']],
])('finds %s', (_, text, statements) => {
  expect(splitSql(text)).toEqual(statements);
});
