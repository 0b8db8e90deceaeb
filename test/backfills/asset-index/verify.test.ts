import {rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {AssetIndex} from '../../../src/backfills/asset-index/asset-index.ts';
import {coverage} from '../../../src/backfills/asset-index/coverage.ts';
import {invariants} from '../../../src/backfills/asset-index/invariants.ts';
import {pairs} from '../../../src/backfills/asset-index/pairs.ts';
import type {CheckIo} from '../../../src/backfills/invariant.ts';
import {inRange} from '../../../src/core/keys.ts';
import {sha256, writeAsset} from '../../support/assets.ts';
import {awkwardText, fileKeys} from '../../support/awkward.ts';
import {inByteOrder} from '../../support/ranges.ts';
import {literal, targetHosts} from '../../support/target-host.ts';
import {documentedSchema, hashOf, IndexUnderTest} from './index-under-test.ts';

const withoutRules =
  'CREATE TABLE files (key TEXT, size, uploaded_at, content_type, uploader_id, metadata BLOB, finder_tag, content_hash, created_at)';

function checkIo(index: IndexUnderTest, changes: Partial<CheckIo<AssetIndex>> = {}): CheckIo<AssetIndex> {
  return {
    ...index.io,
    range: {lo: '', hi: null},
    sample: 100,
    random: () => 0,
    limited: (_, request) => request(),
    causes: async () => new Map(),
    remembered: async () => null,
    reached: async () => null,
    written: async function* () {},
    ...changes,
  };
}

async function measured(id: string, io: CheckIo<AssetIndex>) {
  const invariant = invariants().find(one => one.id === id);
  if (invariant === undefined) throw new Error(`there is no invariant ${id}`);
  return invariant.measure(io);
}

async function covered(io: CheckIo<AssetIndex>) {
  const groups = await Array.fromAsync(coverage(io));
  return new Map(groups.map(group => [group.group, group]));
}

function insertRows(index: IndexUnderTest, rows: readonly (readonly [string | Buffer | null, unknown])[]) {
  const values = rows.map(([key, hash]) => `(${literal(key)}, 1, ${literal(hash)}, 1, 'u')`);
  if (values.length === 0) return Promise.resolve([]);
  return index.sql(
    `INSERT INTO files (key, size, content_hash, uploaded_at, uploader_id) VALUES ${values.join(', ')}`,
  );
}

/** Five objects: two as they should be, one without hash, one without row, one with a wrong hash; and a row too many. */
async function lived(index: IndexUnderTest): Promise<IndexUnderTest> {
  for (const key of ['a/1', 'a/2', 'b/1', 'b/2', 'root']) writeAsset(index.folder, key, key);
  await insertRows(index, [
    ['a/1', sha256('a/1')],
    ['a/2', null],
    ['b/1', sha256('b/1')],
    ['root', hashOf('0')],
    ['b/gone', sha256('b/gone')],
  ]);
  return index;
}

describe.each(targetHosts)('on $host', ({host, begin}) => {
  const hosted = begin();
  const make = (schema: string) => IndexUnderTest.make(schema, hosted);

  describe('objects and rows side by side', () => {
    it('are every key of either once, in byte order', async () => {
      await fc.assert(
        fc.asyncProperty(
          fileKeys(10),
          fc.uniqueArray(awkwardText(), {maxLength: 10}),
          fc.nat(20),
          async (files, texts, both) => {
            const index = await make(documentedSchema);
            for (const key of files) writeAsset(index.folder, key, '');
            const rows = [
              ...new Set([...texts.filter(text => !text.includes('\0')), ...files.slice(0, both)]),
            ];
            await insertRows(
              index,
              rows.map(key => [key, null]),
            );
            const all = inByteOrder([...new Set([...files, ...rows])]);
            const ends = [{prefix: ''}, {prefix: files[0]?.slice(0, 1) ?? 'a'}, {prefix: rows[0] ?? ''}];
            const parts = [{lo: all[2] ?? 'a'}, {hi: all[5] ?? 'b'}, {lo: all[1] ?? 'a', hi: all[6] ?? 'c'}];
            for (const narrowed of [...ends, ...parts]) {
              const {prefix, lo, hi} = {prefix: '', lo: '', hi: null, ...narrowed};
              const scope = {...index.io.scope, prefix};
              const found = await Array.fromAsync(pairs(checkIo(index, {scope, range: {lo, hi}})));
              const isInside = (key: string) => (key === '' && lo === '') || inRange(key, {lo, hi});
              const expected = all.filter(key => key.startsWith(prefix) && isInside(key));
              expect(found.map(({key}) => key)).toEqual(expected);
              expect(found.filter(({object}) => object !== null).map(({key}) => key)).toEqual(
                expected.filter(key => files.includes(key)),
              );
              expect(found.filter(({row}) => row !== null).map(({key}) => key)).toEqual(
                expected.filter(key => rows.includes(key)),
              );
            }
          },
        ),
        {numRuns: host === 'D1' ? 5 : 25},
      );
    });

    it('are complete where the table is longer than one read of it', async () => {
      const index = await make(documentedSchema);
      await index.sql(`
      INSERT INTO files (key, size, uploaded_at, uploader_id)
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12001)
      SELECT printf('%06d', i), 1, 1, 'u' FROM n`);
      const found = await Array.fromAsync(pairs(checkIo(index, {source: null})));
      expect(found).toHaveLength(12_001);
      expect(new Set(found.map(({key}) => key)).size).toBe(12_001);
    });
  });

  describe('coverage', () => {
    it('says of all and of each group what is there, of objects and of rows, and why something is missing', async () => {
      const index = await lived(await make(documentedSchema));
      const causes = async (keys: readonly string[]) =>
        new Map(keys.filter(key => key === 'b/2').map(key => [key, 'failed']));
      const groups = await covered(checkIo(index, {causes}));
      const at = index.now;
      expect(Object.fromEntries(groups)).toEqual({
        '*': {
          group: '*',
          done: 3,
          total: 5,
          at,
          rows: 5,
          rowsDone: 4,
          objects: 5,
          missing: {'never listed': 1, failed: 1},
        },
        'a/': {
          group: 'a/',
          done: 1,
          total: 2,
          at,
          rows: 2,
          rowsDone: 1,
          objects: 2,
          missing: {'never listed': 1},
        },
        'b/': {group: 'b/', done: 1, total: 2, at, rows: 2, rowsDone: 2, objects: 2, missing: {failed: 1}},
        '(root)': {group: '(root)', done: 1, total: 1, at, rows: 1, rowsDone: 1, objects: 1, missing: {}},
      });
    });

    it('without a source is that of the rows', async () => {
      const groups = await covered(checkIo(await lived(await make(documentedSchema)), {source: null}));
      expect(groups.get('*')).toMatchObject({done: 4, total: 5, rows: 5, rowsDone: 4});
      expect(groups.get('*')).not.toHaveProperty('objects');
    });

    it('of a prefix is of that alone', async () => {
      const index = await lived(await make(documentedSchema));
      const groups = await covered(checkIo(index, {scope: {...index.io.scope, prefix: 'b/'}}));
      expect([...groups.keys()]).toEqual(['*', 'b/']);
      expect(groups.get('*')).toMatchObject({done: 1, total: 2, rows: 2, rowsDone: 2});
    });

    it('does not miss what is skipped, but what failed', async () => {
      const index = await make(documentedSchema);
      symlinkSync('nowhere', join(index.folder, 'link'));
      expect((await covered(checkIo(index))).get('*')).toMatchObject({done: 0, total: 0, missing: {}});
    });
  });

  describe('invariants', () => {
    it('of a good index hold', async () => {
      const index = await make(documentedSchema);
      for (const key of ['a', 'b 🚢']) {
        writeAsset(index.folder, key, key);
        await insertRows(index, [[key, sha256(key)]]);
      }
      for (const {id} of invariants())
        expect(await measured(id, checkIo(index)), id).toMatchObject({count: 0, sample: []});
    });

    it.each([
      ['upper case', hashOf('A')],
      ['too short', hashOf('a').slice(1)],
      ['too long', `${hashOf('a')}a`],
      ['not hex', hashOf('g')],
      ['empty', ''],
      ['bytes', Buffer.from(hashOf('a'))],
      ['a line', `${hashOf('a').slice(1)}\n`],
    ])('hash-format: a hash that is %s is shown with its row', async (_, hash) => {
      const index = await make(withoutRules);
      await insertRows(index, [
        ['bad', hash],
        ['good', hashOf('a')],
        ['none', null],
      ]);
      expect(await measured('hash-format', checkIo(index))).toMatchObject({
        count: 1,
        sample: [
          {
            key: 'bad',
            detail: typeof hash === 'string' ? hash : `bytes ${hash.toString('hex').toUpperCase()}`,
          },
        ],
      });
    });

    it('one-row-per-key: a key that is bytes is shown, and hinders nothing else', async () => {
      const index = await make(withoutRules);
      await insertRows(index, [
        [Buffer.from('raw'), hashOf('a')],
        ['good', hashOf('b')],
      ]);
      expect(await measured('one-row-per-key', checkIo(index))).toMatchObject({
        count: 1,
        sample: [{key: '(bytes) 726177', detail: '1 rows'}],
      });
      expect(await measured('hash-format', checkIo(index))).toMatchObject({count: 0});
      expect((await covered(checkIo(index))).get('*')).toMatchObject({rows: 1, rowsDone: 1});
    });

    it('one-row-per-key: doubles and rows without a key are shown', async () => {
      const index = await make(withoutRules);
      await insertRows(
        index,
        ['twice', 'twice', 'once', 'Once', null].map(key => [key, null]),
      );
      const {count, sample} = await measured('one-row-per-key', checkIo(index));
      expect(count).toBe(2);
      expect(sample).toEqual([
        {key: '(NULL)', detail: '1 rows'},
        {key: 'twice', detail: '2 rows'},
      ]);
    });

    it('objects-have-hash and rows-without-object: each shows the other side’s gap', async () => {
      const io = checkIo(await lived(await make(documentedSchema)));
      expect(await measured('objects-have-hash', io)).toEqual({
        count: 2,
        sample: [
          {key: 'a/2', detail: 'never listed'},
          {key: 'b/2', detail: 'never listed'},
        ],
      });
      expect(await measured('rows-without-object', io)).toMatchObject({count: 1, sample: [{key: 'b/gone'}]});
    });

    it.each([
      ['all', null],
      ['a sample', 100],
    ])('hash-matches-bytes: %s read again shows the wrong hash', async (_, sample) => {
      const result = await measured(
        'hash-matches-bytes',
        checkIo(await lived(await make(documentedSchema)), {sample}),
      );
      expect(result).toMatchObject({
        count: 1,
        sample: [{key: 'root', detail: `row ${hashOf('0')}, bytes ${sha256('root')}`}],
        note: expect.stringMatching(/3 read again/),
      });
      expect(result.note).not.toMatch(/confidence/);
    });

    it('hash-matches-bytes: a clean sample says how much it leaves possible', async () => {
      const index = await lived(await make(documentedSchema));
      writeFileSync(join(index.folder, 'root'), 'root');
      await index.sql(`UPDATE files SET content_hash = '${sha256('root')}' WHERE key = 'root'`);
      const {count, note} = await measured('hash-matches-bytes', checkIo(index, {sample: 2}));
      expect(count).toBe(0);
      expect(note).toBe('2 read again: fewer than 78 % are wrong, at 95 % confidence');
    });

    it('hash-matches-bytes: what could not be read again is said, and is not clean', async () => {
      const index = await lived(await make(documentedSchema));
      const limited: CheckIo<AssetIndex>['limited'] = (_, request) => {
        rmSync(join(index.folder, 'root'), {force: true});
        return request();
      };
      const {count, note} = await measured('hash-matches-bytes', checkIo(index, {sample: null, limited}));
      expect(count).toBe(0);
      expect(note).toMatch(/all 2 read again; 1 could not be read/);
    });
  });
});
