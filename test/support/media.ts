import {createHash} from 'node:crypto';
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {onTestFinished} from 'vitest';
import {findBackfill} from '../../src/backfills/registry.ts';
import type {CheckResult} from '../../src/core/checks.ts';
import type {RunEvent} from '../../src/core/event.ts';
import {compareKeys} from '../../src/core/keys.ts';
import type {Finding} from '../../src/core/probe.ts';
import type {Target} from '../../src/databases/database.ts';
import type {RunConnection} from '../../src/engine/connection.ts';
import type {AtPoint} from '../../src/engine/crash-points.ts';
import type {Engine} from '../../src/engine/engine.ts';
import type {RunHandle, RunResult} from '../../src/engine/execution.ts';
import type {Settings} from '../../src/engine/settings.ts';
import {verifyRun} from '../../src/engine/verify-run.ts';
import {Ledger} from '../../src/ledger/ledger.ts';
import type {RunRecord} from '../../src/ledger/records.ts';
import {inventoryStore} from '../../src/stores/inventory.ts';
import type {ObjectStore} from '../../src/stores/object-store.ts';
import {ended} from './engine.ts';
import {overheard} from './overheard-target.ts';
import {digestOf} from './table-digest.ts';
import {type HostedTarget, literal, type MakeHosted} from './target-host.ts';
import {tempFolder} from './temp.ts';
import {testEngine} from './test-engine.ts';

export const mediaSchema = readFileSync(
  new URL('../../migrations/media-ingest/0010_media_assets.sql', import.meta.url),
  'utf8',
).replaceAll(/^--.*$/gm, '');
export const doublesSchema = readFileSync(
  new URL('../../migrations/media-doubles/0001_media_duplicates.sql', import.meta.url),
  'utf8',
).replaceAll(/^--.*$/gm, '');

/** An object of the inventory; what is left out follows from the key. */
export interface MediaObject {
  readonly key: string;
  readonly etag?: string | null;
  /** Null where the listing was made without versions. */
  readonly fileId?: string | null;
  readonly size?: number;
}

export interface MediaOptions {
  readonly settings?: Partial<Settings>;
  readonly schema?: string;
  readonly options?: unknown;
  readonly at?: AtPoint;
  readonly marks?: boolean;
  /** In the place of the inventory that `list` writes. */
  readonly source?: ObjectStore;
}

export type MediaBackfill = 'media-ingest' | 'media-doubles';

/** A catalogue in a database of its own, an inventory file, and an engine on both; identities hold at every event. */
export class MediaWorld {
  readonly sql: HostedTarget['sql'];
  readonly engine: Engine;
  readonly ledger: Ledger;
  readonly events: RunEvent[];
  readonly inventory: string;
  /** Every statement that the target was sent. */
  readonly sent: string[] = [];
  /** What somebody else does before every transaction that changes a row. */
  meanwhile: (() => Promise<unknown>) | null = null;
  readonly #target: Target;
  readonly #options: MediaOptions;

  private constructor(
    hosted: HostedTarget,
    engine: Engine,
    ledger: Ledger,
    events: RunEvent[],
    inventory: string,
    options: MediaOptions,
  ) {
    this.sql = hosted.sql;
    this.engine = engine;
    this.ledger = ledger;
    this.events = events;
    this.inventory = inventory;
    this.#target = hosted.target;
    this.#options = options;
  }

  static async make(host: MakeHosted, options: MediaOptions = {}): Promise<MediaWorld> {
    const hosted = await host(options.schema ?? mediaSchema);
    const folder = tempFolder();
    const ledger = await Ledger.open(join(folder, 'ledger.sqlite'));
    onTestFinished(() => ledger.close());
    const events: RunEvent[] = [];
    const engine = testEngine(ledger, {
      settings: options.settings,
      at: options.at,
      observe: event => events.push(event),
    });
    const world = new MediaWorld(hosted, engine, ledger, events, join(folder, 'inventory.json'), options);
    world.list([]);
    return world;
  }

  /** What the source has from now on. */
  list(objects: readonly (MediaObject | string)[]): void {
    writeFileSync(this.inventory, inventoryText(objects));
  }

  async connection(id: MediaBackfill = 'media-ingest'): Promise<RunConnection> {
    const {marks = true, options, source} = this.#options;
    const target = overheard({...this.#target, marks}, this);
    const backfill = findBackfill(id);
    return {
      backfill,
      source:
        id === 'media-doubles'
          ? {id: target.id, label: '', service: target.service}
          : (source ?? (await inventoryStore(this.inventory))),
      target,
      ...(options === undefined ? {} : {options: backfill.options.parse(options)}),
    };
  }

  /** Rows as a program of the past wrote them. */
  async insert(...rows: readonly PastRow[]): Promise<void> {
    if (rows.length === 0) return;
    const values = rows.map(
      row => `(${[row.uid, row.key, row.fileId, row.size ?? 1, row.etag, past].map(literal).join(', ')})`,
    );
    await this.sql(
      `INSERT INTO media_assets (media_uid, b2_key, b2_file_id, size, etag, ingested_at) VALUES ${values.join(', ')}`,
    );
  }

  async rehearse(id: MediaBackfill = 'media-ingest', scope: object = {}): Promise<RunResult> {
    const connection = await this.connection(id);
    return ended(this.engine.rehearse(connection, connection.backfill.scope.parse(scope), {}));
  }

  async start(plan: RunRecord, options: GoLive = {}): Promise<RunHandle> {
    const connection = await this.connection(idOf(plan));
    return this.engine.live(connection, plan, {
      ...(plan.undoes === null ? {} : {undoes: plan.undoes}),
      confirm: connection.target.name,
      acceptedFailures: options.acceptedFailures ?? null,
      acceptedListed: options.acceptedListed ?? null,
      takeOver: null,
      thresholds: null,
      acceptNew: options.acceptNew ?? false,
    });
  }

  live(plan: RunRecord, options: GoLive = {}): Promise<RunResult> {
    return ended(this.start(plan, options));
  }

  /** Dry run and live. */
  async run(id: MediaBackfill = 'media-ingest', options: GoLive = {}): Promise<RunResult> {
    const {record} = await this.rehearse(id);
    return this.live(record, options);
  }

  async resume(run: RunRecord): Promise<RunResult> {
    const options = {acceptNew: false, acceptDrift: false, takeOver: null, kind: null};
    return ended(this.engine.resume(await this.connection(idOf(run)), run, options));
  }

  async undo(run: RunRecord): Promise<RunResult> {
    const rehearsed = await ended(this.engine.rehearseUndo(await this.connection(idOf(run)), run));
    return this.live(rehearsed.record);
  }

  async verify(id: MediaBackfill = 'media-ingest'): Promise<ReadonlyMap<string, CheckResult>> {
    const connection = await this.connection(id);
    const {checks} = await verifyRun(this.engine, connection, {
      scope: connection.backfill.scope.parse({}),
      sample: 0,
      reads: ['target', 'rows', 'listing'],
      coverage: true,
      only: null,
      signal: new AbortController().signal,
    });
    return new Map(checks.map(check => [check.id, check]));
  }

  async findings(id: MediaBackfill = 'media-ingest'): Promise<readonly Finding[]> {
    const connection = await this.connection(id);
    return (await this.engine.probe(connection, connection.backfill.scope.parse({}))).findings;
  }

  async count(table = 'media_assets'): Promise<number> {
    const [row] = await this.sql(`SELECT count(*) AS count FROM ${table}`);
    return Number(row?.['count']);
  }

  async keys(): Promise<readonly string[]> {
    return (await this.sql('SELECT b2_key FROM media_assets ORDER BY id')).map(row => String(row['b2_key']));
  }

  /** Equal where no row of the catalogue has changed. */
  digest(): Promise<string> {
    return digestOf(this.sql, ['media_assets']);
  }

  async tables(): Promise<readonly string[]> {
    const rows = await this.sql(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'headgate%' ORDER BY name",
    );
    return rows.map(row => String(row['name']));
  }
}

export interface GoLive {
  readonly acceptNew?: boolean;
  readonly acceptedFailures?: number;
  readonly acceptedListed?: number;
}

export interface PastRow {
  readonly uid: string;
  readonly key: string;
  readonly fileId: string | null;
  readonly etag: string | null;
  readonly size?: number;
}

const past = '2025-01-01 00:00:00';

/** As the documented program names a row. */
export function uidOf(fileId: string, key: string): string {
  return `b2_${createHash('sha256').update(`${fileId}:${key}`).digest('hex').substring(0, 40)}`;
}

export function etagOf(key: string): string {
  return createHash('md5').update(key).digest('hex');
}

/** A row as the original wrote it, which hashed the ETag with its quotes. */
export function quotedRow(key: string): PastRow {
  const etag = `"${etagOf(key)}"`;
  return {uid: uidOf(etag, key), key, fileId: etag, etag};
}

/** A row as the newer writer wrote it. */
export function bareRow(key: string): PastRow {
  const etag = etagOf(key);
  return {uid: uidOf(etag, key), key, fileId: etag, etag};
}

/** A row that is named by the file id of B2. */
export function versionRow(key: string, fileId = `4_z${etagOf(key)}`): PastRow {
  return {uid: uidOf(fileId, key), key, fileId, etag: etagOf(key)};
}

export function manyKeys(count: number): readonly string[] {
  return Array.from({length: count}, (_, index) => `photos/${String(index).padStart(6, '0')}.jpg`);
}

function inventoryText(objects: readonly (MediaObject | string)[]): string {
  const lines = objects
    .map((object): MediaObject => (typeof object === 'string' ? {key: object} : object))
    .toSorted((a, b) => compareKeys(a.key, b.key))
    .map(({key, etag = etagOf(key), fileId = null, size = 1}) =>
      JSON.stringify({key, size, last_modified: '2026-01-01T00:00:00.000Z', etag, file_id: fileId ?? etag}),
    );
  return `{"objects":[\n${lines.join(',\n')}\n]}\n`;
}

function idOf({backfill}: RunRecord): MediaBackfill {
  return backfill === 'media-doubles' ? backfill : 'media-ingest';
}
