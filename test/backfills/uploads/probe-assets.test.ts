import {describe, expect, it} from 'vitest';
import {probeAssets} from '../../../src/backfills/uploads/probe.ts';
import type {Dialect} from '../../../src/databases/database.ts';
import {allHosts, type HostedTarget, postgresHosts} from '../../support/target-host.ts';
import {Assets, changeOf, documented, hashOf, numberedUsers} from './assets-under-test.ts';

describe.each(allHosts)('probeAssets on $host', ({begin}) => {
  const host = begin();

  async function probed(schema: string | ((dialect: Dialect) => string), duplicatesAreLegal = false) {
    const hosted = await host();
    await hosted.sql(typeof schema === 'string' ? schema : schema(hosted.target.dialect));
    return probe(hosted, duplicatesAreLegal);
  }

  async function probe({target}: HostedTarget, duplicatesAreLegal = false) {
    const reader = await target.openReader();
    try {
      return await probeAssets(reader, {duplicatesAreLegal});
    } finally {
      await reader.close();
    }
  }

  async function errors(schema: (dialect: Dialect) => string) {
    const {findings} = await probed(schema);
    return findings
      .filter(({level}) => level === 'error')
      .map(({message, remedy}) => `${message}: ${remedy}`)
      .join('\n');
  }

  it('finds the documented table as it should be', async () => {
    const {findings, facts} = await probed(
      dialect =>
        `${documented(dialect)}; INSERT INTO assets (user_id, sha256) VALUES ('7', '${hashOf('a')}'), ('7', NULL)`,
    );
    expect(findings).toEqual([
      {
        level: 'ok',
        subject: 'target',
        message: 'assets: 2 rows, 1 with a hash; each hash once for each user',
      },
    ]);
    expect(facts).toMatchObject({users: 'text', newId: 'database', hasLooks: true, unique: 'user', rows: 2});
    expect(facts.indexes).toBeGreaterThanOrEqual(2);
  });

  it('says how a table is made that is missing', async () => {
    expect(await errors(() => 'CREATE TABLE other (a INTEGER)')).toBe(
      'there is no table assets: headgate migrate uploads --target TARGET makes it.',
    );
  });

  it('works with a table of the past', async () => {
    const {findings, facts} = await probed(numberedUsers);
    expect(findings).toEqual([
      expect.objectContaining({level: 'ok'}),
      {
        level: 'warning',
        subject: 'target',
        message:
          'assets has no index on provider_asset_id: for files without a hash all rows are read, once for each page',
        remedy: 'CREATE INDEX idx_asset_provider_asset_id ON assets (provider_asset_id, provider_id);',
      },
    ]);
    expect(facts).toMatchObject({users: 'integer', unique: 'user', fills: ['created_at']});
  });

  it.each([
    ['a constraint', (table: string) => table.replace('sha256 TEXT', 'sha256 TEXT UNIQUE'), 'anybody'],
    ['an index', (table: string) => `${table}; CREATE UNIQUE INDEX i ON assets (sha256)`, 'anybody'],
    [
      'a partial index',
      (table: string) => `${table}; CREATE UNIQUE INDEX i ON assets (sha256) WHERE size > 0`,
      'anybody',
    ],
    [
      'one of a user',
      (table: string) => `${table}; CREATE UNIQUE INDEX i ON assets (sha256, user_id)`,
      'user',
    ],
    [
      'one of a user over some rows',
      (table: string) => `${table}; CREATE UNIQUE INDEX i ON assets (user_id, sha256) WHERE size > 0`,
      'nothing',
    ],
    ['nothing', (table: string) => table, 'nothing'],
  ])('tells what is unique by %s', async (_, made, unique) => {
    const bare = (dialect: Dialect) => made(documented(dialect).replace(/CREATE UNIQUE INDEX[^;]*;/, ''));
    const {facts, findings} = await probed(bare);
    expect(facts.unique).toBe(unique);
    const wrong = findings.filter(({level}) => level === 'error').map(({remedy}) => remedy);
    if (unique === 'user') expect(wrong).toEqual([]);
    else expect(wrong).toEqual([expect.stringContaining('headgate migrate uploads --target TARGET')]);
  });

  it.each([
    ['(provider_asset_id)', ['provider_asset_id']],
    ['(user_id, provider_asset_id)', ['provider_asset_id']],
    ['(provider_asset_id) WHERE provider_asset_id IS NOT NULL', ['provider_asset_id']],
    ['(sha256, user_id)', ['sha256']],
    ['(user_id, sha256) WHERE "sha256" is not null', ['sha256']],
    ['(provider_asset_id) WHERE sha256 IS NULL', []],
    ['(user_id, provider_id, provider_asset_id)', []],
    ['(lower(provider_asset_id))', []],
    ['(user_id)', []],
  ])('knows what rows are found by, with an index on %s', async (index, lookups) => {
    const bare = (dialect: Dialect) => documented(dialect).replaceAll(/CREATE (?:UNIQUE )?INDEX[^;]*;/g, '');
    const {facts, findings} = await probed(
      dialect => `${bare(dialect)}; CREATE INDEX lookup ON assets ${index}`,
      true,
    );
    expect(facts.lookups).toEqual(lookups);
    const warnings = findings.filter(({message}) => /has no index on provider_asset_id/.test(message));
    expect(warnings).toHaveLength(lookups.includes('provider_asset_id') ? 0 : 1);
  });

  it('warns only where duplicates are legal, and makes rows there', async () => {
    const hosted = await host();
    await hosted.sql(documented(hosted.target.dialect).replace(/CREATE UNIQUE INDEX[^;]*;/, ''));
    const {findings} = await probe(hosted, true);
    expect(findings.map(({level}) => level)).toEqual(['ok', 'warning']);
    const assets = await Assets.on(hosted);
    expect(await assets.commit(changeOf('a'))).toEqual({'a.mp4': 'inserted'});
    expect(await assets.commit(changeOf('a'))).toEqual({});
  });

  it('names columns that are missing, of another type, or to be filled', async () => {
    expect(await errors(dialect => documented(dialect).replace(/ {2}provider_uploads[^,]*,/, ''))).toMatch(
      /assets has no column provider_uploads: ALTER TABLE assets ADD COLUMN provider_uploads/,
    );
    expect(
      await errors(dialect =>
        documented(dialect)
          .replace('sha256 TEXT', 'sha256 BLOB')
          .replace('BLOB', dialect === 'postgres' ? 'BYTEA' : 'BLOB'),
      ),
    ).toMatch(/assets\.sha256 is of type (blob|bytea)/);
    expect(
      await errors(dialect => documented(dialect).replace('size ', 'region TEXT NOT NULL, size ')),
    ).toMatch(/assets has a column region that must be filled/);
  });

  it('takes no text for a map where the database would have to guess', async () => {
    const found = await errors(dialect => documented(dialect).replace('JSONB', 'TEXT'));
    if (found === '') return;
    expect(found).toMatch(/provider_uploads is of type text.*TYPE JSONB/);
  });

  it('names triggers, and tables that refer to it', async () => {
    const {findings, facts} = await probed(
      dialect =>
        `${documented(dialect)}; CREATE TABLE covers (asset ${dialect === 'postgres' ? 'BIGINT' : 'INTEGER'} REFERENCES assets (id) ON DELETE CASCADE)`,
    );
    expect(findings).toContainEqual({
      level: 'warning',
      subject: 'target',
      message: 'table covers refers to assets: an undo leaves the rows of assets that it names',
    });
    expect(facts.references).toHaveLength(1);
  });

  it('sees in which form times are written', async () => {
    for (const [type, value, form] of [
      ['TEXT', "'2025-01-02 03:04:05'", 'sql'],
      ['TEXT', "'2025-01-02T03:04:05Z'", 'iso'],
      ['BIGINT', '1735786800', 'seconds'],
      ['BIGINT', '1735786800000', 'milliseconds'],
    ] as const) {
      const hosted = await host();
      await hosted.sql(
        `${documented(hosted.target.dialect).replace(/created_at .*,/, `created_at ${type},`)};
         INSERT INTO assets (user_id, created_at) VALUES ('7', ${value})`,
      );
      const assets = await Assets.on(hosted);
      expect(assets.facts.dates).toBe(form);
      await assets.commit(changeOf('a'));
      const expected = {
        sql: '2026-01-02 03:04:05',
        iso: '2026-01-02T03:04:05.678Z',
        seconds: 1_767_323_045,
        milliseconds: 1_767_323_045_678,
      };
      expect((await assets.rows('created_at'))[1]).toMatchObject({created_at: expected[form]});
      expect(await assets.undo(changeOf('a'))).toEqual({'a.mp4': 'deleted'});
    }
  });

  it('gives a row its id where the database does not', async () => {
    const assets = await Assets.make(host, dialect =>
      documented(dialect).replace(
        /id (INTEGER PRIMARY KEY AUTOINCREMENT|BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY)/,
        dialect === 'postgres' ? 'id UUID PRIMARY KEY' : 'id TEXT PRIMARY KEY NOT NULL',
      ),
    );
    expect(assets.facts.newId).toBe('uuid');
    const made = changeOf('a');
    await assets.commit(made, changeOf('b'));
    for (const {id} of await assets.rows('id'))
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const link = await assets.link('a', {provider: 'runway', object: 'r'});
    expect(await assets.commit(link)).toEqual({'a.mp4': 'updated'});
    expect(await assets.undo(link)).toEqual({'a.mp4': 'updated'});
    expect(await assets.undo(made)).toEqual({'a.mp4': 'deleted'});
  });
});

describe.each(postgresHosts)('types of $host', ({begin}) => {
  const host = begin();

  it('may be narrower than what is written, and is then as the row has it', async () => {
    const assets = await Assets.make(
      host,
      () => `
        CREATE TYPE media AS ENUM ('image', 'video', 'audio', 'other');
        CREATE TABLE assets (
          id UUID PRIMARY KEY DEFAULT gen_random_uuid(), user_id UUID NOT NULL, sha256 CHARACTER(64), phash64 BIGINT,
          provider_id VARCHAR(50), provider_asset_id VARCHAR(255), provider_uploads JSON, kind media NOT NULL,
          mime VARCHAR(100), size NUMERIC(20, 0), created_at TIMESTAMP(0) NOT NULL, last_accessed_at DATE NOT NULL,
          tags JSONB NOT NULL DEFAULT '{}', stars SMALLINT NOT NULL DEFAULT 0
        );
        CREATE UNIQUE INDEX once ON assets (user_id, sha256) WHERE (sha256 IS NOT NULL)`,
    );
    expect(assets.facts).toMatchObject({users: 'uuid', newId: 'database', dates: 'time', unique: 'user'});
    const user = '123e4567-e89b-12d3-a456-426614174000';
    const made = changeOf('a', {user, phash64: 'fedcba9876543210'});
    const other = changeOf('b', {user});
    expect(await assets.commit(made, other)).toEqual({'a.mp4': 'inserted', 'b.mp4': 'inserted'});
    const link = await assets.link('b', {user, provider: 'runway', object: 'r'});
    expect(await assets.commit(link)).toEqual({'b.mp4': 'updated'});
    await assets.sql(`UPDATE assets SET stars = 1 WHERE sha256 = '${other.sha256}'`);
    expect(await assets.standing(made, link)).toEqual(['after', 'after']);
    expect(await assets.undo(made, link)).toEqual({'a.mp4': 'deleted', 'b.mp4': 'updated'});
    expect(await assets.undo(other)).toEqual({});
  });
});
