import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {awkwardText} from '../../support/awkward.ts';
import {targetHosts} from '../../support/target-host.ts';
import {changesOf, documentedSchema, hashOf, IndexUnderTest, layouts, type Seen} from './index-under-test.ts';

const [a, b] = [hashOf('a'), hashOf('b')];

describe.each(targetHosts)('on $host', ({host, begin}) => {
  const hosted = begin();
  const make = (schema: string) => IndexUnderTest.make(schema, hosted);

  describe.each(layouts)('decide, on the $layout table', ({schema}) => {
    it('inserts what has no row, updates what differs, leaves the rest', async () => {
      const index = await make(schema);
      await index.sql(
        `INSERT INTO files (key, size, content_hash, uploaded_at, uploader_id) VALUES
         ('same', 1, '${a}', 5, 'u'), ('no hash', 1, NULL, 5, 'u'), ('other hash', 1, '${b}', 5, 'u'),
         ('other size', 2, '${a}', 5, 'u'), ('upper case', 1, '${a.toUpperCase()}', 5, 'u')`,
      );
      const keys = ['new', 'same', 'no hash', 'other hash', 'other size', 'upper case'];
      const decisions = await index.decide(Object.fromEntries(keys.map(key => [key, {hash: a, size: 1}])));
      expect(decisions.map(({action}) => action)).toEqual([
        'insert',
        'unchanged',
        'update',
        'update',
        'update',
        'update',
      ]);
    });

    it('reads, and writes nothing', async () => {
      const index = await make(schema);
      await index.decide({new: {hash: a, size: 1}});
      expect(await index.rows()).toEqual([]);
    });

    it('of nothing is nothing', async () => {
      expect(await (await make(schema)).decide({})).toEqual([]);
    });
  });

  describe.each(layouts)('commit, on the $layout table', ({layout, schema}) => {
    it('inserts a row that says who and when', async () => {
      const index = await make(schema);
      await index.index({new: {hash: a, size: 42}});
      expect(await index.row('new')).toMatchObject({
        key: 'new',
        size: 42,
        content_hash: a,
        content_type: 'application/octet-stream',
        uploaded_at: index.now,
        uploader_id: 'backfill',
        finder_tag: null,
        metadata: null,
      });
    });

    it('changes hash and size of a row, and nothing else', async () => {
      const index = await make(schema);
      await index.sql(
        `INSERT INTO files (key, size, content_type, content_hash, uploaded_at, created_at, uploader_id, finder_tag, metadata)
       VALUES ('k', 1, 'image/png', '${b}', 77, '2020-01-01', 'ada', 'red', x'00ff')`,
      );
      const before = await index.row('k');
      await index.index({k: {hash: a, size: 2}});
      expect(await index.row('k')).toEqual({...before, content_hash: a, size: 2});
    });

    it('says of every row whether it was inserted or updated', async () => {
      const index = await make(schema);
      await index.index({old: {hash: b, size: 1}, kept: {hash: a, size: 1}});
      const seen: Seen = {new: {hash: a, size: 1}, old: {hash: a, size: 1}, kept: {hash: a, size: 1}};
      const counted = await index.commit(changesOf(await index.decide(seen)));
      expect(counted).toEqual({inserted: ['new'], updated: ['old'], deleted: []});
    });

    it('leaves a row alone that somebody changed since it was decided, and does not count it', async () => {
      const index = await make(schema);
      const keys = ['hash', 'size', 'time', 'gone', 'kept'];
      await index.index(Object.fromEntries(keys.map(key => [key, {hash: b, size: 1}])));
      const seen = Object.fromEntries([...keys, 'appeared'].map(key => [key, {hash: a, size: 1}]));
      const changes = changesOf(await index.decide(seen));
      await index.sql(`
      UPDATE files SET content_hash = NULL WHERE key = 'hash';
      UPDATE files SET size = 9 WHERE key = 'size';
      UPDATE files SET uploaded_at = 9 WHERE key = 'time';
      DELETE FROM files WHERE key = 'gone';
      INSERT INTO files (key, size, uploaded_at, uploader_id) VALUES ('appeared', 9, 9, 'ada')`);
      const before = await index.rows();
      expect(await index.commit(changes)).toEqual({inserted: [], updated: ['kept'], deleted: []});
      expect(await index.row('kept')).toMatchObject({content_hash: a});
      expect(await index.rows()).toHaveLength(before.length);
      for (const key of ['hash', 'size', 'time', 'appeared'])
        expect(before).toContainEqual(await index.row(key));
    });

    it('takes any key as it is', {timeout: 120_000}, async () => {
      const index = await make(schema);
      const key = awkwardText().filter(text => !text.includes('\0'));
      const size = fc.oneof(fc.nat(), fc.constant(2 ** 53 - 1));
      await fc.assert(
        fc.asyncProperty(fc.dictionary(key, size, {maxKeys: 20, noNullPrototype: true}), async sizes => {
          await index.sql('DELETE FROM files');
          const seen = Object.fromEntries(
            Object.entries(sizes).map(([name, bytes]) => [name, {hash: a, size: bytes}]),
          );
          await index.index(seen);
          const stored = await index.sql('SELECT key, size FROM files');
          expect(Object.fromEntries(stored.map(row => [row['key'], row['size']]))).toEqual(sizes);
          expect((await index.decide(seen)).every(({action}) => action === 'unchanged')).toBe(true);
        }),
        {numRuns: host === 'D1' ? 4 : 100},
      );
    });

    it('twice changes nothing more', async () => {
      const index = await make(schema);
      const changes = await index.index({new: {hash: a, size: 1}});
      const before = await index.rows();
      expect(await index.commit(changes)).toEqual({inserted: [], updated: [], deleted: []});
      expect(await index.rows()).toEqual(before);
    });

    if (layout === 'production') {
      it('raises the revision by one for a page, and dates it', async () => {
        const index = await make(schema);
        await index.index({new: {hash: a, size: 1}, other: {hash: a, size: 1}});
        expect(await index.revision()).toBe(8);
        const [meta] = await index.sql('SELECT updated_at FROM asset_index_meta');
        expect(Math.abs(Number(meta?.['updated_at']) - Date.now())).toBeLessThan(60_000);
      });

      it('fills a missing time, which would hide the row, and keeps one that is there', async () => {
        const index = await make(schema);
        await index.sql(
          `INSERT INTO files (key, size, content_hash, uploaded_at) VALUES ('no time', 1, '${a}', NULL), ('time 0', 1, NULL, 0)`,
        );
        const decisions = await index.decide({'no time': {hash: a, size: 1}, 'time 0': {hash: a, size: 1}});
        expect(decisions.map(({action}) => action)).toEqual(['update', 'update']);
        await index.commit(changesOf(decisions));
        expect(await index.row('no time')).toMatchObject({uploaded_at: index.now, uploader_id: null});
        expect(await index.row('time 0')).toMatchObject({uploaded_at: 0, content_hash: a});
      });

      it('fills a row of which only the key is known', async () => {
        const index = await make(schema);
        await index.sql("INSERT INTO files (key) VALUES ('bare')");
        const [decision] = await index.decide({bare: {hash: a, size: 1}});
        expect(decision?.action).toBe('update');
        await index.index({bare: {hash: a, size: 1}});
        expect(await index.row('bare')).toMatchObject({content_hash: a, size: 1, uploaded_at: index.now});
      });

      it('of a row with an integer beyond 2^53 does not round it, and undo puts it back', async () => {
        const index = await make(schema);
        await index.sql(
          `INSERT INTO files (key, size, content_hash, uploaded_at, uploader_id) VALUES ('nano', 1, '${b}', 1700000000123456789, 'u')`,
        );
        const exactly = "SELECT CAST(uploaded_at AS TEXT) AS at, content_hash FROM files WHERE key = 'nano'";
        const changes = await index.index({nano: {hash: a, size: 1}});
        const [changed] = await index.sql(exactly);
        expect(changed?.['at']).toBe('1700000000123456789');
        await index.undo(changes);
        expect(await index.sql(exactly)).toMatchObject([{at: '1700000000123456789', content_hash: b}]);
      });

      it('of a row that holds words where numbers belong is decided, and does not end the run', async () => {
        const index = await make(schema);
        await index.sql(
          `INSERT INTO files (key, size, content_hash, uploaded_at) VALUES ('words', '1', '${b}', '2020-01-01T00:00:00Z')`,
        );
        const [decision] = await index.decide({words: {hash: a, size: 1}});
        expect(['update', 'conflict', 'skip']).toContain(decision?.action);
      });
    }
  });

  it.each(['CURRENT_TIMESTAMP', '(unixepoch())', "(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))", '0'])(
    'a date of a row whose default is %s has the form that the owner gives it',
    async byDefault => {
      const index = await make(
        documentedSchema.replace(
          'created_at TEXT DEFAULT CURRENT_TIMESTAMP',
          `created_at DEFAULT ${byDefault}`,
        ),
      );
      await index.sql("INSERT INTO files (key, size, uploaded_at, uploader_id) VALUES ('own', 1, 1, 'ada')");
      await index.index({new: {hash: a, size: 1}});
      const own = (await index.row('own'))?.['created_at'];
      const made = (await index.row('new'))?.['created_at'];
      const form = (date: unknown) => String(date).replaceAll(/\d+/g, digits => `${digits.length}`);
      expect(form(made)).toBe(form(own));
      expect(typeof made).toBe(typeof own);
    },
  );

  it('a date of the revision that is a text stays a text', async () => {
    const index = await make(
      `${documentedSchema}; CREATE TABLE asset_index_meta (id INTEGER PRIMARY KEY, revision INTEGER, updated_at TEXT);
     INSERT INTO asset_index_meta VALUES (1, 1, '2020-01-01 00:00:00')`,
    );
    await index.index({new: {hash: a, size: 1}});
    const [meta] = await index.sql('SELECT revision, updated_at FROM asset_index_meta');
    expect(meta?.['revision']).toBe(2);
    expect(meta?.['updated_at']).toMatch(/^20\d\d-\d\d-\d\d \d\d:\d\d:\d\d$/);
  });

  it('a revision table without its row is named by the probe, or gets its row', async () => {
    const index = await make(
      `${documentedSchema}; CREATE TABLE asset_index_meta (id INTEGER PRIMARY KEY, revision INTEGER, updated_at INTEGER)`,
    );
    const {findings} = await index.probe();
    await index.index({new: {hash: a, size: 1}});
    const isNamed = findings.some(
      ({level, message}) => level !== 'ok' && message.includes('asset_index_meta'),
    );
    expect(isNamed || (await index.revision()) !== undefined).toBe(true);
  });
});
