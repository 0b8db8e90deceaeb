import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {onTestFinished} from 'vitest';
import type {AssetIndex, FoundObject} from '../../../src/backfills/asset-index/asset-index.ts';
import type {FileChange} from '../../../src/backfills/asset-index/change.ts';
import {commitFiles, undoFiles} from '../../../src/backfills/asset-index/commit.ts';
import {decideFiles, decideUndo} from '../../../src/backfills/asset-index/decide.ts';
import {type FilesFacts, probeFiles} from '../../../src/backfills/asset-index/probe.ts';
import type {Inspected, Io} from '../../../src/backfills/backfill.ts';
import type {Decision} from '../../../src/core/entry.ts';
import type {Probe} from '../../../src/core/probe.ts';
import type {Statement} from '../../../src/core/sql.ts';
import type {Database, Reader} from '../../../src/databases/database.ts';
import {sqliteTarget} from '../../../src/databases/sqlite.ts';
import {directoryStore} from '../../../src/stores/directory.ts';
import type {ObjectStore} from '../../../src/stores/object-store.ts';
import {productionSchema} from '../../support/assets.ts';
import {never} from '../../support/listing.ts';
import {tempFolder} from '../../support/temp.ts';

export const documentedSchema = readFileSync(
  new URL('../../../migrations/asset-index/0001_files.sql', import.meta.url),
  'utf8',
);

/** The two tables that are known to exist. */
export const layouts = [
  {layout: 'documented', schema: documentedSchema},
  {layout: 'production', schema: productionSchema},
] as const;

export type Seen = Readonly<Record<string, FoundObject>>;

/** An index in a file of its own, with what its owner, its reader and its writer see. */
export class IndexUnderTest {
  readonly folder: string;
  readonly path: string;
  readonly owner: DatabaseSync;
  readonly source: ObjectStore;
  readonly reader: Reader;
  readonly database: Database;
  now = 1_700_000_000_000;

  private constructor(
    folder: string,
    path: string,
    owner: DatabaseSync,
    source: ObjectStore,
    reader: Reader,
    database: Database,
  ) {
    this.folder = folder;
    this.path = path;
    this.owner = owner;
    this.source = source;
    this.reader = reader;
    this.database = database;
  }

  static async make(schema: string): Promise<IndexUnderTest> {
    const folder = tempFolder();
    const path = join(tempFolder(), 'index.sqlite');
    const owner = new DatabaseSync(path);
    owner.exec(schema);
    const target = await sqliteTarget({path});
    const [reader, database] = [await target.openReader(), await target.openDatabase()];
    onTestFinished(async () => {
      await Promise.all([reader.close(), database.close()]);
      owner.close();
    });
    return new IndexUnderTest(folder, path, owner, await directoryStore(folder), reader, database);
  }

  get io(): Io<AssetIndex> {
    return {
      source: this.source,
      target: this.reader,
      scope: {prefix: '', startAfter: '', maxItems: null, since: null},
      signal: never,
      onBytes: () => undefined,
      now: () => this.now,
    };
  }

  probe(): Promise<Probe<FilesFacts>> {
    return probeFiles(null, this.reader);
  }

  async decide(seen: Seen): Promise<readonly Decision<FileChange>[]> {
    const page = Object.entries(seen).map(
      ([key, found]): Inspected<AssetIndex> => ({
        item: {key, size: found.size, modifiedAt: 0, version: '', fingerprint: null},
        found,
        bytes: found.size,
      }),
    );
    return decideFiles(page, this.io, await this.probe());
  }

  async decideUndo(changes: readonly FileChange[]): Promise<readonly Decision<FileChange>[]> {
    return decideUndo(changes, this.io, await this.probe());
  }

  async commit(changes: readonly FileChange[]): Promise<Counted> {
    return this.#run(commitFiles(changes, await this.probe()));
  }

  async undo(changes: readonly FileChange[]): Promise<Counted> {
    return this.#run(undoFiles(changes, await this.probe()));
  }

  /** Decides and commits, as one page of a run does. */
  async index(seen: Seen): Promise<readonly FileChange[]> {
    const changes = changesOf(await this.decide(seen));
    await this.commit(changes);
    return changes;
  }

  row(key: string): Readonly<Record<string, unknown>> | undefined {
    return this.owner.prepare('SELECT * FROM files WHERE key = ?').get(key);
  }

  /** Every column of every row. */
  rows(): readonly unknown[] {
    return this.owner.prepare('SELECT * FROM files ORDER BY key').all();
  }

  revision(): unknown {
    return this.owner.prepare('SELECT revision FROM asset_index_meta').get()?.['revision'];
  }

  async #run(statements: readonly Statement[]): Promise<Counted> {
    const answers = await this.database.transaction(statements);
    const counted: Record<keyof Counted, string[]> = {inserted: [], updated: [], deleted: []};
    for (const [index, {counts}] of statements.entries())
      if (counts !== undefined)
        counted[counts].push(...(answers[index] ?? []).map(row => String(row['key'])));
    return counted;
  }
}

/** The keys that the database says it touched. */
export interface Counted {
  readonly inserted: readonly string[];
  readonly updated: readonly string[];
  readonly deleted: readonly string[];
}

export function changesOf(decisions: readonly Decision<FileChange>[]): readonly FileChange[] {
  return decisions.flatMap(decision => ('change' in decision ? [decision.change] : []));
}

export function hashOf(digit: string): string {
  return digit.repeat(64);
}
