import {describe, expect, it} from 'vitest';
import {toPostgres} from '../../src/ledger/postgres-sql.ts';

describe('a parameter of the ledger’s statements, for Postgres', () => {
  it.each([
    ['in the order in which it stands', 'WHERE a = ? AND b = ?', 'WHERE a = $1 AND b = $2'],
    ['by its number', 'WHERE a = ?2 OR b = ?1 OR c = ?2', 'WHERE a = $2 OR b = $1 OR c = $2'],
    ['of two digits', 'VALUES (?12, ?)', 'VALUES ($12, $13)'],
    [
      'behind one with a number',
      'SET a = ?, b = ?2, c = ? WHERE d = ?1',
      'SET a = $1, b = $2, c = $3 WHERE d = $1',
    ],
    ['in front of one with a lower number', 'SET a = ?3, b = ?1, c = ?', 'SET a = $3, b = $1, c = $4'],
    ['without anything around it', '?', '$1'],
  ])('is taken %s', (_, sql, translated) => {
    expect(toPostgres(sql)).toBe(translated);
  });

  it.each([
    ['a text', "SELECT 'what?' || ?", "SELECT 'what?' || $1"],
    ['a text with a quote in it', "SELECT 'it''s ?1' || ?", "SELECT 'it''s ?1' || $1"],
    ['a text that ends in a backslash', "LIKE ? ESCAPE '\\' OR a = ?", "LIKE $1 ESCAPE '\\' OR a = $2"],
    ['an empty text', "SELECT '' || ? || '?'", "SELECT '' || $1 || '?'"],
    ['a quoted name', 'SELECT "a?" FROM "b""?" WHERE c = ?', 'SELECT "a?" FROM "b""?" WHERE c = $1'],
    ['a comment to the end of its line', "SELECT ? -- is it? it's\n, ?", "SELECT $1 -- is it? it's\n, $2"],
    ['a comment', "SELECT ? /* why? 'tis\n?2 */ , ?", "SELECT $1 /* why? 'tis\n?2 */ , $2"],
  ])('is none in %s', (_, sql, translated) => {
    expect(toPostgres(sql)).toBe(translated);
  });

  it('is all that is changed', () => {
    const sql = "SELECT value->>'key', value->>0 FROM json_each('[]') AS \"it's\" WHERE a <> b";
    expect(toPostgres(sql)).toBe(sql);
  });
});
