import {describe, expect, it} from 'vitest';
import {targetHosts} from '../../support/target-host.ts';
import {documentedSchema, hashOf, IndexUnderTest, layouts} from './index-under-test.ts';

/** The documented table with one thing that is different. */
function but(from: string | RegExp, to: string): string {
  const changed = documentedSchema.replace(from, to);
  if (changed === documentedSchema) throw new Error(`${from} is not in the schema`);
  return changed;
}

interface Difference {
  readonly what: string;
  readonly schema: string;
  readonly level: 'error' | 'warning';
  readonly says: RegExp;
}

const differences: readonly Difference[] = [
  {what: 'no table', schema: 'CREATE TABLE other (id)', level: 'error', says: /there is no table files/},
  {
    what: 'a view',
    schema: 'CREATE TABLE other (key); CREATE VIEW files AS SELECT * FROM other',
    level: 'error',
    says: /there is no table files/,
  },
  ...['size', 'content_hash', 'uploaded_at', 'finder_tag', 'metadata', 'content_type', 'created_at'].map(
    (column): Difference => ({
      what: `no column ${column}`,
      schema: `CREATE TABLE files (key TEXT PRIMARY KEY, ${[
        'size',
        'content_hash',
        'uploaded_at',
        'finder_tag',
        'metadata',
        'content_type',
        'created_at',
        'uploader_id',
      ]
        .filter(name => name !== column)
        .join(', ')})`,
      level: 'error',
      says: new RegExp(`no column ${column}$`),
    }),
  ),
  {
    what: 'another column that has to be filled',
    schema: but('metadata TEXT', 'metadata TEXT, owner TEXT NOT NULL'),
    level: 'error',
    says: /column owner that must be filled/,
  },
  {
    what: 'another column',
    schema: but('metadata TEXT', "metadata TEXT, note TEXT NOT NULL DEFAULT ''"),
    level: 'warning',
    says: /column note that is not documented/,
  },
  {
    what: 'a known column that has to be filled',
    schema: but('metadata TEXT', 'metadata TEXT NOT NULL'),
    level: 'error',
    says: /files\.metadata is NOT NULL without a default/,
  },
  {
    what: 'a key that is not unique',
    schema: but('TEXT NOT NULL UNIQUE', 'TEXT NOT NULL'),
    level: 'error',
    says: /files\.key is not unique/,
  },
  {
    what: 'a key that is unique only with another column',
    schema: but(
      /key TEXT NOT NULL UNIQUE([\s\S]*)metadata TEXT/,
      'key TEXT NOT NULL$1metadata TEXT, UNIQUE (key, uploader_id)',
    ),
    level: 'error',
    says: /files\.key is not unique/,
  },
  {
    what: 'a key that is unique only in part',
    schema: `${but('TEXT NOT NULL UNIQUE', 'TEXT NOT NULL')}; CREATE UNIQUE INDEX part ON files (key) WHERE size > 0`,
    level: 'error',
    says: /files\.key is not unique/,
  },
  {
    what: 'a key that ignores case',
    schema: but('key TEXT NOT NULL', 'key TEXT COLLATE NOCASE NOT NULL'),
    level: 'error',
    says: /does not compare by bytes/,
  },
  {
    what: 'a key that is unique only by an index that ignores case',
    schema: `${but('TEXT NOT NULL UNIQUE', 'TEXT NOT NULL')}; CREATE UNIQUE INDEX nocase ON files (key COLLATE NOCASE)`,
    level: 'error',
    says: /files\.key/,
  },
  {
    what: 'a trigger',
    schema: `${documentedSchema}; CREATE TRIGGER watch AFTER UPDATE ON files BEGIN SELECT 1; END`,
    level: 'warning',
    says: /trigger watch/,
  },
  {
    what: 'a table that refers to it',
    schema: `${documentedSchema}; CREATE TABLE tags (file TEXT REFERENCES files (key))`,
    level: 'warning',
    says: /table tags refers to files/,
  },
  ...['id', 'revision', 'updated_at'].map(
    (column): Difference => ({
      what: `a revision without ${column}`,
      schema: `${documentedSchema}; CREATE TABLE asset_index_meta (${['id', 'revision', 'updated_at'].filter(name => name !== column).join(', ')})`,
      level: 'error',
      says: new RegExp(`asset_index_meta has no column ${column}`),
    }),
  ),
];

describe.each(targetHosts)('on $host', ({begin}) => {
  const hosted = begin();
  const make = (schema: string) => IndexUnderTest.make(schema, hosted);
  const probed = async (schema: string) => (await make(schema)).probe();

  describe('a table that is as it should be', () => {
    it.each(layouts)('is told apart: $layout', async ({layout, schema}) => {
      const {facts, findings} = await probed(
        `${schema}; INSERT INTO files (key, size, content_hash, uploaded_at, uploader_id) VALUES ('a', 1, 'x', 1, 'u'), ('b', 1, NULL, 1, 'u')`,
      );
      expect(facts).toMatchObject({layout, hasRevision: layout === 'production', rows: 2, withHash: 1});
      expect(findings).toEqual([{level: 'ok', subject: 'target', message: expect.stringContaining(layout)}]);
      expect(findings[0]?.message).toContain('2 rows, 1 with a hash');
    });

    it('of many rows is counted with separators', async () => {
      const {findings} = await probed(
        `${documentedSchema}; WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1359)
         INSERT INTO files (key, size, content_hash, uploaded_at, uploader_id)
         SELECT 'k' || i, 1, CASE WHEN i > 1100 THEN NULL ELSE 'x' END, 1, 'u' FROM n`,
      );
      expect(findings[0]?.message).toContain('1,359 rows, 1,100 with a hash');
    });

    it('may have a revision that is kept, in either layout', async () => {
      const {facts, findings} = await probed(
        `${documentedSchema}; CREATE TABLE asset_index_meta (id INTEGER PRIMARY KEY, revision INTEGER, updated_at INTEGER); INSERT INTO asset_index_meta VALUES (1, 1, 1)`,
      );
      expect(facts.hasRevision).toBe(true);
      expect(findings).toMatchObject([{level: 'ok', message: expect.stringContaining('asset_index_meta')}]);
    });
  });

  describe('a difference is named', () => {
    it.each(differences)('$what: $level, with a remedy, and nothing else', async ({schema, level, says}) => {
      const {findings} = await probed(schema);
      const found = findings.filter(finding => finding.level === level);
      expect(found).toEqual([
        expect.objectContaining({subject: 'target', message: expect.stringMatching(says)}),
      ]);
      if (level === 'error') expect(found[0]?.remedy).toMatch(/\S{3}/);
    });

    it('also where our own inserts would break a foreign key of the table', async () => {
      const index = await make(
        `CREATE TABLE users (id TEXT PRIMARY KEY); ${but('uploader_id TEXT NOT NULL', 'uploader_id TEXT NOT NULL REFERENCES users (id)')}`,
      );
      await expect(index.index({new: {hash: hashOf('a'), size: 1}})).rejects.toMatchObject({kind: 'refused'});
      const {findings} = await index.probe();
      expect(findings.filter(({level}) => level !== 'ok')).toEqual([
        expect.objectContaining({message: expect.stringMatching(/users|uploader_id/)}),
      ]);
    });

    it('together with all others', async () => {
      const {findings} = await probed('CREATE TABLE files (key TEXT, owner TEXT NOT NULL)');
      expect(findings.filter(({level}) => level === 'error')).toHaveLength(8 + 1 + 1);
    });
  });

  describe('the schema that a plan is bound to', () => {
    it.each([
      ['a column', 'ALTER TABLE files ADD COLUMN note TEXT'],
      ['a trigger', 'CREATE TRIGGER watch AFTER UPDATE ON files BEGIN SELECT 1; END'],
      ['a revision', 'CREATE TABLE asset_index_meta (id, revision, updated_at)'],
    ])('changes with %s', async (_, change) => {
      const index = await make(documentedSchema);
      const before = (await index.probe()).schema;
      expect((await index.probe()).schema).toBe(before);
      await index.sql(change);
      expect((await index.probe()).schema).not.toBe(before);
    });

    it('does not change with rows', async () => {
      const index = await make(documentedSchema);
      const before = (await index.probe()).schema;
      await index.sql("INSERT INTO files (key, size, uploaded_at, uploader_id) VALUES ('a', 1, 1, 'u')");
      expect((await index.probe()).schema).toBe(before);
    });
  });
});
