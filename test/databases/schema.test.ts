import {describe, expect, it, onTestFinished} from 'vitest';
import {describeTable} from '../../src/databases/schema.ts';
import {targetHosts} from '../support/target-host.ts';

describe.each(targetHosts)('on $host', ({begin}) => {
  const hosted = begin();

  async function described(sql: string, table = 'files') {
    const {target} = await hosted(sql);
    const reader = await target.openReader();
    onTestFinished(() => reader.close());
    return describeTable(reader, table);
  }

  describe('a table as found', () => {
    it('has its columns as they were declared', async () => {
      const table = await described(
        `CREATE TABLE files (id INTEGER PRIMARY KEY, key TEXT NOT NULL, size integer DEFAULT 0, loose)`,
      );
      expect(table?.columns).toEqual([
        {name: 'id', type: 'INTEGER', notNull: false, defaultSql: null, primaryKey: 1},
        {name: 'key', type: 'TEXT', notNull: true, defaultSql: null, primaryKey: 0},
        {name: 'size', type: 'INTEGER', notNull: false, defaultSql: '0', primaryKey: 0},
        {name: 'loose', type: '', notNull: false, defaultSql: null, primaryKey: 0},
      ]);
    });

    it.each<[string, string, readonly string[][]]>([
      ['a constraint', 'CREATE TABLE files (key TEXT UNIQUE)', [['key']]],
      ['an index', 'CREATE TABLE files (key TEXT); CREATE UNIQUE INDEX i ON files (key)', [['key']]],
      ['a primary key of two', 'CREATE TABLE files (a, b, PRIMARY KEY (b, a)) WITHOUT ROWID', [['a', 'b']]],
      ['no plain index', 'CREATE TABLE files (key TEXT); CREATE INDEX i ON files (key)', []],
      [
        'no index that ignores case',
        'CREATE TABLE files (key TEXT); CREATE UNIQUE INDEX i ON files (key COLLATE NOCASE)',
        [],
      ],
      ['the rowid', 'CREATE TABLE files (id INTEGER PRIMARY KEY, key TEXT)', [['id']]],
      [
        'no partial index',
        'CREATE TABLE files (key TEXT); CREATE UNIQUE INDEX i ON files (key) WHERE key > 1',
        [],
      ],
    ])('is unique by %s', async (_, sql, uniques) => {
      const found = (await described(sql))?.uniques ?? [];
      const sets = found.map(columns => [...columns].sort().join());
      expect([...new Set(sets)]).toEqual(uniques.map(columns => columns.join()));
    });

    it.each<[string, string, readonly (readonly (string | null)[])[]]>([
      [
        'plain, unique, partial and of an expression',
        `CREATE TABLE files (id INTEGER PRIMARY KEY, key TEXT UNIQUE, size);
       CREATE INDEX plain ON files (size, key);
       CREATE INDEX part ON files (size) WHERE size > 1;
       CREATE INDEX computed ON files (lower(key));`,
        [['key'], ['size', 'key'], ['size'], [null]],
      ],
      [
        'the primary key, where it is beside the rows',
        'CREATE TABLE files (key TEXT PRIMARY KEY)',
        [['key']],
      ],
      [
        'and not where the rows lie in it',
        `CREATE TABLE files (key TEXT PRIMARY KEY, size ANY) STRICT, WITHOUT ROWID; CREATE INDEX i ON files (size)`,
        [['size']],
      ],
    ])('has indexes: %s', async (_, sql, indexes) => {
      const found = (await described(sql))?.indexes ?? [];
      const inOrder = (sets: readonly unknown[]) => sets.map(set => JSON.stringify(set)).sort();
      expect(inOrder(found)).toEqual(inOrder(indexes));
    });

    it('names its triggers, and the tables that refer to it', async () => {
      const table = await described(`
      CREATE TABLE files (key TEXT PRIMARY KEY);
      CREATE TABLE tags (file TEXT REFERENCES files (key), other TEXT REFERENCES files (key));
      CREATE TABLE stars (file TEXT REFERENCES FILES);
      CREATE TABLE others (file TEXT REFERENCES tags);
      CREATE TRIGGER watch AFTER INSERT ON files BEGIN SELECT 1; END;
      CREATE TRIGGER elsewhere AFTER INSERT ON tags BEGIN SELECT 1; END;`);
      expect(table?.triggers.map(({name}) => name)).toEqual(['watch']);
      expect(table?.referredBy).toEqual(['stars', 'tags']);
    });

    it('names the tables that it refers to, and by which column', async () => {
      const table = await described(`
      CREATE TABLE users (id TEXT PRIMARY KEY);
      CREATE TABLE files (key TEXT PRIMARY KEY, uploader TEXT REFERENCES users (id));`);
      expect(table?.refersTo).toEqual([{table: 'users', column: 'uploader'}]);
      expect(table?.referredBy).toEqual([]);
    });

    it('is none where there is none, nor where it is a view', async () => {
      expect(await described('CREATE TABLE other (id)')).toBeNull();
      expect(await described('CREATE TABLE other (id); CREATE VIEW files AS SELECT * FROM other')).toBeNull();
    });
  });
});
