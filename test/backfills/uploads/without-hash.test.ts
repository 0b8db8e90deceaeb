import {describe, expect, it} from 'vitest';
import {objectName} from '../../../src/backfills/uploads/object-name.ts';
import {uploadScope} from '../../../src/backfills/uploads/scope.ts';
import {rowsWithoutHash} from '../../../src/backfills/uploads/without-hash.ts';
import type {Reader} from '../../../src/databases/database.ts';
import {pgliteHost, targetHosts} from '../../support/target-host.ts';
import {Assets, changeOf, documented} from './assets-under-test.ts';

describe.each([...targetHosts, pgliteHost])(
  'files that were uploaded without a hash, on $host',
  ({begin}) => {
    const host = begin();

    const files = ['a.mp4', 'b.mp4'].map(key => ({
      item: {key, size: 1, modifiedAt: 0, fingerprint: null, version: 'v', known: null},
      found: {sha256: 'hash', phash64: null, size: 1, version: 'v'},
      bytes: 1,
    }));
    const made = (user: string) =>
      changeOf('a', {
        user,
        sha256: null,
        object: objectName({user, sha256: null, key: 'a.mp4', version: 'v'}),
      });

    /** A run of user 7, and how many queries it made. */
    function runOn({database}: Assets) {
      const queries: string[] = [];
      const target: Reader = {
        dialect: database.dialect,
        query: (sql, params) => {
          queries.push(sql);
          return database.query(sql, params);
        },
        close: async () => undefined,
      };
      return {io: {target, scope: uploadScope.parse({user: '7', provider: 'pixverse'})}, queries};
    }

    const withoutIndex: typeof documented = dialect => documented(dialect).replace(/CREATE INDEX[^;]*;/, '');

    it.each([
      ['an index on objects', documented],
      ['none', withoutIndex],
    ] as const)('are known by their names, with %s', async (_, schema) => {
      const assets = await Assets.make(host, schema);
      await assets.commit(made('7'), made('8'));
      const {io} = runOn(assets);
      const rows = await rowsWithoutHash(files, io, assets.facts);
      expect([...rows]).toMatchObject([['a.mp4', {userId: '7', sha256: null}]]);
    });

    it('are asked for once in a run where the user has none, and there is no index', async () => {
      const assets = await Assets.make(host, withoutIndex);
      await assets.commit(made('8'), changeOf('b'));
      const {io, queries} = runOn(assets);
      for (let page = 0; page < 3; page++)
        expect(await rowsWithoutHash(files, io, assets.facts)).toEqual(new Map());
      expect(queries).toHaveLength(1);
      const next = runOn(assets);
      await assets.commit(made('7'));
      expect([...(await rowsWithoutHash(files, next.io, assets.facts)).keys()]).toEqual(['a.mp4']);
    });
  },
);
