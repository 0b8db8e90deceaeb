import {readFileSync} from 'node:fs';
import {onTestFinished} from 'vitest';
import type {AssetIndex, FoundObject} from '../../../src/backfills/asset-index/asset-index.ts';
import type {FileChange} from '../../../src/backfills/asset-index/change.ts';
import {commitFiles, undoFiles} from '../../../src/backfills/asset-index/commit.ts';
import {decideFiles, decideUndo} from '../../../src/backfills/asset-index/decide.ts';
import {type FilesFacts, probeFiles} from '../../../src/backfills/asset-index/probe.ts';
import type {Inspected, Io} from '../../../src/backfills/shape.ts';
import type {Decision} from '../../../src/core/entry.ts';
import type {Probe} from '../../../src/core/probe.ts';
import type {Statement} from '../../../src/core/sql.ts';
import type {Database, Reader} from '../../../src/databases/database.ts';
import {directoryStore} from '../../../src/stores/directory.ts';
import type {ObjectStore} from '../../../src/stores/object-store.ts';
import {productionSchema} from '../../support/assets.ts';
import {never} from '../../support/listing.ts';
import {noKept} from '../../support/no-kept.ts';
import {type HostedTarget, literal, type MakeHosted, sqliteHosted} from '../../support/target-host.ts';
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

/** An index of its own, with what its owner, its reader and its writer see. */
export class IndexUnderTest {
  readonly folder: string;
  readonly source: ObjectStore;
  readonly reader: Reader;
  readonly database: Database;
  /** As its owner: any statements; the rows of the last. */
  readonly sql: HostedTarget['sql'];
  now = 1_700_000_000_000;

  private constructor(
    folder: string,
    source: ObjectStore,
    reader: Reader,
    database: Database,
    sql: HostedTarget['sql'],
  ) {
    this.folder = folder;
    this.source = source;
    this.reader = reader;
    this.database = database;
    this.sql = sql;
  }

  static async make(schema: string, host: MakeHosted = sqliteHosted): Promise<IndexUnderTest> {
    const folder = tempFolder();
    const {target, sql} = await host(schema);
    const [reader, database] = [await target.openReader(), await target.openDatabase()];
    onTestFinished(async () => {
      await Promise.all([reader.close(), database.close()]);
    });
    return new IndexUnderTest(folder, await directoryStore(folder), reader, database, sql);
  }

  get io(): Io<AssetIndex> {
    return {
      source: this.source,
      target: this.reader,
      scope: {prefix: '', startAfter: '', maxItems: null, since: null},
      options: {},
      signal: never,
      onBytes: () => undefined,
      placed: (_, request) => request(),
      limited: (_, request) => request(),
      kept: noKept,
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

  async row(key: string): Promise<Readonly<Record<string, unknown>> | undefined> {
    const [row] = await this.sql(`SELECT * FROM files WHERE key = ${literal(key)}`);
    return row;
  }

  /** Every column of every row. */
  rows(): Promise<readonly unknown[]> {
    return this.sql('SELECT * FROM files ORDER BY key');
  }

  async revision(): Promise<unknown> {
    return (await this.sql('SELECT revision FROM asset_index_meta'))[0]?.['revision'];
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
