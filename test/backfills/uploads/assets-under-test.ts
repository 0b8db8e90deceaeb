import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {onTestFinished} from 'vitest';
import type {UploadChange} from '../../../src/backfills/uploads/change.ts';
import {commitUploads} from '../../../src/backfills/uploads/commit.ts';
import {undoUploads} from '../../../src/backfills/uploads/commit-undo.ts';
import type {AssetFacts} from '../../../src/backfills/uploads/facts.ts';
import {probeAssets} from '../../../src/backfills/uploads/probe.ts';
import {readAssets} from '../../../src/backfills/uploads/read-assets.ts';
import {type Standing, standingOf} from '../../../src/backfills/uploads/standing.ts';
import type {Statement} from '../../../src/core/sql.ts';
import type {Database, Dialect, Target} from '../../../src/databases/database.ts';
import type {HostedTarget, MakeHosted, OwnerRow} from '../../support/target-host.ts';

/** The documented table, as migrate makes it. */
export function documented(dialect: Dialect): string {
  const folder = dialect === 'postgres' ? 'uploads-postgres' : 'uploads';
  const url = new URL(`../../../migrations/${folder}/0001_assets.sql`, import.meta.url);
  return readFileSync(url, 'utf8').replaceAll(/^--.*$/gm, '');
}

/** A table of the past, where a user is a number. */
export function numberedUsers(dialect: Dialect): string {
  const isPostgres = dialect === 'postgres';
  return `
    CREATE TABLE assets (
      id INTEGER ${isPostgres ? 'GENERATED ALWAYS AS IDENTITY' : ''} PRIMARY KEY, user_id INTEGER NOT NULL,
      sha256 VARCHAR(64), phash64 BIGINT, provider_id VARCHAR(50), provider_asset_id VARCHAR(200),
      provider_uploads JSON, created_at ${isPostgres ? 'TIMESTAMP' : 'DATETIME'} NOT NULL
    );
    CREATE UNIQUE INDEX once ON assets (sha256, user_id)`;
}

export function hashOf(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** What an operator may call one. */
export const awkwardProviders = [
  'a "b"',
  "it's",
  'a.b.c',
  '$.a',
  '[0]',
  '0',
  'with space',
  'back\\slash',
  '😀 写真',
  'line\nbreak',
];

export function changeOf(content: string, change: Partial<UploadChange> = {}): UploadChange {
  const sha256 = change.sha256 === undefined ? hashOf(content) : change.sha256;
  return {
    key: `${content}.mp4`,
    user: '7',
    sha256,
    phash64: null,
    provider: 'pixverse',
    object: `u/7/${sha256 === null ? `unhashed/${content}` : `${sha256.slice(0, 2)}/${sha256}`}.mp4`,
    kind: 'video',
    mime: 'video/mp4',
    size: content.length,
    at: '2026-01-02T03:04:05.678Z',
    before: null,
    ...change,
  };
}

/** How the rows of a page were touched, by key. */
export type Touched = Readonly<Record<string, Statement['counts']>>;

/** The table in a database of its own, and what the backfill makes of changes there. */
export class Assets {
  readonly sql: HostedTarget['sql'];
  readonly target: Target;
  readonly database: Database;
  readonly facts: AssetFacts;

  private constructor({sql, target}: HostedTarget, database: Database, facts: AssetFacts) {
    this.sql = sql;
    this.target = target;
    this.database = database;
    this.facts = facts;
  }

  static async make(hosted: MakeHosted, schema: (dialect: Dialect) => string = documented): Promise<Assets> {
    const host = await hosted();
    await host.sql(schema(host.target.dialect));
    return Assets.on(host);
  }

  static async on(host: HostedTarget): Promise<Assets> {
    const database = await host.target.openDatabase();
    onTestFinished(() => database.close());
    const {facts} = await probeAssets(database);
    return new Assets(host, database, facts);
  }

  commit(...changes: readonly UploadChange[]): Promise<Touched> {
    return this.run(commitUploads(changes, this.facts));
  }

  undo(...changes: readonly UploadChange[]): Promise<Touched> {
    return this.run(undoUploads(changes, this.facts));
  }

  standing(...changes: readonly UploadChange[]): Promise<readonly Standing[]> {
    return standingOf(this.database, this.facts, changes);
  }

  async run(statements: readonly Statement[]): Promise<Touched> {
    const rows = await this.database.transaction(statements);
    return Object.fromEntries(
      statements.flatMap(({counts}, index) => (rows[index] ?? []).map(({key}) => [String(key), counts])),
    );
  }

  /** A change of a content that has a row, as it is decided now. */
  async link(content: string, change: Partial<UploadChange> = {}): Promise<UploadChange> {
    const made = changeOf(content, change);
    const rows = await readAssets(this.database, this.facts, made.user, [made.sha256 ?? '']);
    const row = rows.get(made.sha256 ?? '');
    if (row === undefined) throw new Error(`there is no row of ${content}`);
    return {...made, before: {id: row.id, providerId: row.providerId, providerUploads: row.uploadsText}};
  }

  /** Every row, each value as text or as it is. */
  rows(
    columns = 'user_id, sha256, provider_id, provider_asset_id, provider_uploads',
  ): Promise<readonly OwnerRow[]> {
    return this.sql(`SELECT ${columns} FROM assets ORDER BY id`);
  }

  /** The map of each row. */
  async maps(): Promise<readonly unknown[]> {
    const rows = await this.rows('provider_uploads');
    return rows.map(({provider_uploads: map}) => (typeof map === 'string' ? JSON.parse(map) : map));
  }
}
