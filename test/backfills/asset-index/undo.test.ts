import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {awkwardText} from '../../support/awkward.ts';
import {targetHosts} from '../../support/target-host.ts';
import {changesOf, documentedSchema, hashOf, IndexUnderTest, layouts} from './index-under-test.ts';

const [a, b] = [hashOf('a'), hashOf('b')];

/** An index whose rows differ in everything that may differ, and what a run will find. */
async function lived(index: IndexUnderTest, nulls: boolean): Promise<IndexUnderTest> {
  await index.sql(
    `INSERT INTO files (key, size, content_type, content_hash, uploaded_at, created_at, uploader_id, finder_tag, metadata) VALUES
       ('same', 1, 'image/png', '${a}', 77, '2020', 'ada', 'red', 'm'),
       ('other hash', 1, 'image/png', '${b}', 77, '2020', 'ada', 'red', x'00ff'),
       ('no hash', 3, NULL, NULL, 78, NULL, 'bob', NULL, NULL),
       ('other size', 9, NULL, '${a}', 79, NULL, 'bob', NULL, '{}')
       ${nulls ? ", ('nulls', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)" : ''}`,
  );
  return index;
}

const seen = Object.fromEntries(
  ['same', 'other hash', 'no hash', 'other size', 'nulls', 'new', 'new 🚢'].map(key => [
    key,
    {hash: a, size: 1},
  ]),
);

describe.each(targetHosts)('on $host', ({host, begin}) => {
  const hosted = begin();
  const make = (schema: string) => IndexUnderTest.make(schema, hosted);

  describe.each(layouts)('undo, on the $layout table', ({layout, schema}) => {
    const nulls = layout === 'production';

    it('restores the table, every column of every row', async () => {
      const index = await lived(await make(schema), nulls);
      const before = await index.rows();
      const changes = await index.index(seen);
      expect(await index.rows()).not.toEqual(before);
      const decisions = await index.decideUndo(changes);
      expect(decisions.map(({action}) => action).sort()).toEqual(
        nulls
          ? ['delete', 'delete', 'update', 'update', 'update', 'update']
          : ['delete', 'delete', 'delete', 'update', 'update', 'update'],
      );
      const counted = await index.undo(changesOf(decisions));
      expect(counted.deleted.length + counted.updated.length).toBe(6);
      expect(counted.inserted).toEqual([]);
      expect(await index.rows()).toEqual(before);
    });

    it('restores rows with any key', {timeout: 120_000}, async () => {
      const index = await make(schema);
      const keys = fc.uniqueArray(
        awkwardText().filter(text => !text.includes('\0')),
        {maxLength: 12},
      );
      await fc.assert(
        fc.asyncProperty(keys, async all => {
          await index.sql('DELETE FROM files');
          const half = all.slice(0, all.length / 2);
          await index.index(Object.fromEntries(half.map(key => [key, {hash: b, size: 2}])));
          const before = await index.rows();
          const changes = await index.index(Object.fromEntries(all.map(key => [key, {hash: a, size: 1}])));
          await index.undo(changesOf(await index.decideUndo(changes)));
          expect(await index.rows()).toEqual(before);
        }),
        {numRuns: host === 'D1' ? 3 : 50},
      );
    });

    it('decides on more rows than one parameter can name', async () => {
      const index = await make(schema);
      const all = Object.fromEntries(
        Array.from({length: 1_500}, (_, number) => [`${number} ${'x'.repeat(1_000)}`, {hash: a, size: 1}]),
      );
      expect((await index.decide(all)).every(({action}) => action === 'insert')).toBe(true);
      const some = Object.fromEntries(Object.entries(all).slice(0, 300));
      const changes = await index.index(some);
      const many = Array.from({length: 5}, () => changes).flat();
      expect((await index.decideUndo(many)).map(({action}) => action)).toEqual(Array(1_500).fill('delete'));
    });

    it('twice finds nothing to do', async () => {
      const index = await lived(await make(schema), nulls);
      const changes = await index.index(seen);
      await index.undo(changesOf(await index.decideUndo(changes)));
      const after = await index.rows();
      expect((await index.decideUndo(changes)).every(({action}) => action === 'unchanged')).toBe(true);
      expect(await index.undo(changes)).toEqual({inserted: [], updated: [], deleted: []});
      expect(await index.rows()).toEqual(after);
    });

    it.each([
      ['its hash', `content_hash = '${b}'`],
      ['its hash, away', 'content_hash = NULL'],
      ['its size', 'size = 1000'],
      ['its time', 'uploaded_at = 1000'],
      ['who put it there', "uploader_id = 'ada'"],
      ['its tag', "finder_tag = 'red'"],
      ['its metadata', "metadata = '{}'"],
      ['its type', "content_type = 'image/png'"],
      ['its date', "created_at = '1999-01-01'"],
    ])('does not take away an inserted row of which somebody changed %s', async (_, change) => {
      const index = await make(schema);
      const changes = await index.index({new: {hash: a, size: 1}});
      await index.sql(`UPDATE files SET ${change}`);
      const before = await index.rows();
      expect(await index.decideUndo(changes)).toEqual([
        {action: 'conflict', reason: expect.stringMatching(/after the run/)},
      ]);
      await index.undo(changes);
      expect(await index.rows()).toEqual(before);
    });

    it.each([
      ['its hash', `content_hash = '${hashOf('c')}'`],
      ['its size', 'size = 1000'],
      ['its time', 'uploaded_at = 1000'],
    ])('does not put back an updated row of which somebody changed %s', async (_, change) => {
      const index = await lived(await make(schema), nulls);
      const changes = await index.index({'other hash': {hash: a, size: 1}});
      await index.sql(`UPDATE files SET ${change} WHERE key = 'other hash'`);
      const before = await index.rows();
      expect(await index.decideUndo(changes)).toEqual([
        {action: 'conflict', reason: expect.stringMatching(/after the run/)},
      ]);
      expect(await index.undo(changes)).toEqual({inserted: [], updated: [], deleted: []});
      expect(await index.rows()).toEqual(before);
    });

    it('puts hash and size back, and keeps what somebody else wrote into other columns', async () => {
      const index = await lived(await make(schema), nulls);
      const changes = await index.index({'other hash': {hash: a, size: 5}});
      await index.sql("UPDATE files SET finder_tag = 'blue' WHERE key = 'other hash'");
      await index.undo(changesOf(await index.decideUndo(changes)));
      expect(await index.row('other hash')).toMatchObject({content_hash: b, size: 1, finder_tag: 'blue'});
    });

    it('of a row that somebody deleted: nothing to do where it was inserted, a conflict where it was not', async () => {
      const index = await lived(await make(schema), nulls);
      const changes = await index.index({new: {hash: a, size: 1}, 'other hash': {hash: a, size: 1}});
      await index.sql("DELETE FROM files WHERE key IN ('new', 'other hash')");
      expect((await index.decideUndo(changes)).map(({action}) => action)).toEqual(['unchanged', 'conflict']);
      await index.undo(changes);
      expect(await index.row('other hash')).toBeUndefined();
    });

    it.each([
      ['nothing', 'note TEXT'],
      ['a text', "note TEXT NOT NULL DEFAULT 'it''s'"],
      ['a number', 'note INTEGER DEFAULT -1'],
      ['a value that is computed', 'note TEXT DEFAULT (lower(hex(7)))'],
    ])(
      'takes away an inserted row whose undocumented column still holds its default: %s',
      async (_, column) => {
        const index = await make(schema);
        await index.sql(`ALTER TABLE files ADD COLUMN ${column}`);
        const changes = await index.index({new: {hash: a, size: 1}});
        await index.undo(changesOf(await index.decideUndo(changes)));
        expect(await index.rows()).toEqual([]);
      },
    );

    it('does not take away an inserted row whose undocumented column somebody filled', async () => {
      const index = await make(schema);
      await index.sql('ALTER TABLE files ADD COLUMN note TEXT');
      const changes = await index.index({new: {hash: a, size: 1}});
      await index.sql("UPDATE files SET note = 'mine'");
      const undone = await index.decideUndo(changes);
      await index.undo(changesOf(undone));
      expect(await index.row('new')).toMatchObject({note: 'mine'});
    });
  });

  describe('the revision', () => {
    it('rises by an undo too, and never turns back', async () => {
      const meta = `CREATE TABLE asset_index_meta (id INTEGER PRIMARY KEY, revision INTEGER, updated_at INTEGER);
      INSERT INTO asset_index_meta VALUES (1, 7, 0)`;
      const index = await lived(await make(`${documentedSchema}; ${meta}`), false);
      const changes = await index.index(seen);
      expect(await index.revision()).toBe(8);
      await index.undo(changesOf(await index.decideUndo(changes)));
      expect(await index.revision()).toBe(9);
    });
  });
});
