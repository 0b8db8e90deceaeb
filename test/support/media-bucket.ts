import {join} from 'node:path';
import {onTestFinished} from 'vitest';
import {findBackfill} from '../../src/backfills/registry.ts';
import type {CheckResult, CoverageGroup} from '../../src/core/checks.ts';
import type {Finding} from '../../src/core/probe.ts';
import type {Target} from '../../src/databases/database.ts';
import type {RunConnection} from '../../src/engine/connection.ts';
import type {Engine} from '../../src/engine/engine.ts';
import type {RunResult} from '../../src/engine/execution.ts';
import {applyMigrations} from '../../src/engine/migrate-target.ts';
import type {Settings} from '../../src/engine/settings.ts';
import {verifyRun} from '../../src/engine/verify-run.ts';
import {Ledger} from '../../src/ledger/ledger.ts';
import type {RunRecord} from '../../src/ledger/records.ts';
import type {ObjectStore} from '../../src/stores/object-store.ts';
import type {PutOptions} from '../simulators/s3-objects.ts';
import type {S3Simulator} from '../simulators/s3-server.ts';
import {bucketUnderTest} from '../stores/bucket-under-test.ts';
import {ended} from './engine.ts';
import {etagOf, mediaSchema, type PastRow} from './media.ts';
import {overheard} from './overheard-target.ts';
import {digestOf} from './table-digest.ts';
import {type HostedTarget, literal, type MakeHosted} from './target-host.ts';
import {tempFolder} from './temp.ts';
import {testEngine} from './test-engine.ts';

export interface BucketWorldOptions {
  readonly schema?: string;
  readonly settings?: Partial<Settings>;
  readonly options?: unknown;
  /** The bucket keeps versions, and a listing their ids. */
  readonly versions?: boolean;
}

type Id = 'media-ingest' | 'media-seen' | 'media-metadata' | 'media-prune';

/** Keys on which encodings part ways; no server resolves one of them. */
export const oddKeys = [
  'a & b.jpg',
  'a+b%2Fc.jpg',
  'emoji 🎞/clip.mp4',
  '写真/一.png',
  'cafe\u0301.jpg',
  'caf\u00e9.jpg',
  'it\'s "quoted".jpg',
  'line\nbreak.jpg',
  '/leading',
  'trailing/',
  'x'.repeat(1_024),
] as const;

/** A catalogue, a bucket of a server, and an engine on both, whose clock the test may set. */
export class BucketWorld {
  readonly sql: HostedTarget['sql'];
  readonly server: S3Simulator;
  readonly ledger: Ledger;
  /** Keys that a listing leaves out, though their objects are there. */
  readonly hidden = new Set<string>();
  /** Every statement that the target was sent. */
  readonly sent: string[] = [];
  /** What somebody else does before every transaction that changes a row. */
  meanwhile: (() => Promise<unknown>) | null = null;
  now: number | null = null;
  readonly #engine: Engine;
  readonly #target: Target;
  readonly #source: ObjectStore;
  readonly #options: BucketWorldOptions;

  private constructor(
    hosted: HostedTarget,
    bucket: {readonly store: ObjectStore; readonly server: S3Simulator},
    ledger: Ledger,
    options: BucketWorldOptions,
  ) {
    this.sql = hosted.sql;
    this.server = bucket.server;
    this.ledger = ledger;
    this.#target = overheard(hosted.target, this);
    this.#source = this.#hiding(bucket.store);
    this.#options = options;
    this.#engine = testEngine(ledger, {settings: options.settings, now: () => this.now ?? Date.now()});
  }

  static async make(host: MakeHosted, options: BucketWorldOptions = {}): Promise<BucketWorld> {
    const hosted = await host(options.schema ?? mediaSchema);
    const ledger = await Ledger.open(join(tempFolder(), 'ledger.sqlite'));
    onTestFinished(() => ledger.close());
    const bucket = await bucketUnderTest(options.versions === true ? {versions: true} : {});
    return new BucketWorld(hosted, bucket, ledger, options);
  }

  #hiding(store: ObjectStore): ObjectStore {
    const {hidden} = this;
    return new Proxy(store, {
      get(real, name) {
        if (name === 'list')
          return async function* (listing: Parameters<ObjectStore['list']>[0]) {
            for await (const page of real.list(listing)) yield page.filter(({key}) => !hidden.has(key));
          };
        const value: unknown = Reflect.get(real, name);
        return typeof value === 'function' ? value.bind(real) : value;
      },
    });
  }

  put(keys: readonly string[], options: PutOptions = {}): void {
    for (const key of keys) this.server.put(key, '', {etag: etagOf(key), ...options});
  }

  /** Rows as a program of the past wrote them. */
  async insert(...rows: readonly PastRow[]): Promise<void> {
    if (rows.length === 0) return;
    const values = rows.map(
      ({uid, key, fileId, etag, size = 0}) =>
        `(${[uid, key, fileId, size, etag, '2025-01-01 00:00:00'].map(literal).join(', ')})`,
    );
    await this.sql(
      `INSERT INTO media_assets (media_uid, b2_key, b2_file_id, size, etag, ingested_at) VALUES ${values.join(', ')}`,
    );
  }

  connection(id: Id): RunConnection {
    const backfill = findBackfill(id);
    const {options} = this.#options;
    return {
      backfill,
      source: this.#source,
      target: this.#target,
      ...(options === undefined ? {} : {options: backfill.options.parse(options)}),
    };
  }

  migrate(id: Id): Promise<readonly string[]> {
    return applyMigrations(findBackfill(id), this.#target);
  }

  rehearse(id: Id, scope: object = {}): Promise<RunResult> {
    const connection = this.connection(id);
    return ended(this.#engine.rehearse(connection, connection.backfill.scope.parse(scope), {}));
  }

  live(plan: RunRecord, acceptNew = false): Promise<RunResult> {
    const connection = this.connection(idOf(plan));
    return ended(
      this.#engine.live(connection, plan, {
        ...(plan.undoes === null ? {} : {undoes: plan.undoes}),
        confirm: connection.target.name,
        acceptedFailures: plan.tally.failed,
        acceptedListed: null,
        takeOver: null,
        thresholds: null,
        acceptNew,
      }),
    );
  }

  /** Dry run and live. */
  async run(id: Id, scope: object = {}): Promise<RunResult> {
    return this.live((await this.rehearse(id, scope)).record);
  }

  rehearseUndo(run: RunRecord): Promise<RunResult> {
    return ended(this.#engine.rehearseUndo(this.connection(idOf(run)), run));
  }

  async undo(run: RunRecord): Promise<RunResult> {
    return this.live((await this.rehearseUndo(run)).record);
  }

  async findings(id: Id): Promise<readonly Finding[]> {
    const connection = this.connection(id);
    return (await this.#engine.probe(connection, connection.backfill.scope.parse({}))).findings;
  }

  async verify(id: Id): Promise<{
    readonly checks: ReadonlyMap<string, CheckResult>;
    readonly coverage: readonly CoverageGroup[];
  }> {
    const connection = this.connection(id);
    const {checks, coverage} = await verifyRun(this.#engine, connection, {
      scope: connection.backfill.scope.parse({}),
      sample: 0,
      reads: ['target', 'rows', 'listing'],
      coverage: true,
      only: null,
      signal: new AbortController().signal,
    });
    return {checks: new Map(checks.map(check => [check.id, check])), coverage};
  }

  /** What a run has left, with why. */
  async left({id}: Pick<RunRecord, 'id'>): Promise<Readonly<Record<string, string>>> {
    const open = await this.ledger.openItems.after(id, '', 1_000);
    return Object.fromEntries(open.map(({key, message}) => [key, message]));
  }

  digest(...tables: readonly string[]): Promise<string> {
    return digestOf(this.sql, tables.length === 0 ? ['media_assets'] : tables);
  }

  async keys(): Promise<readonly string[]> {
    return (await this.sql('SELECT b2_key FROM media_assets ORDER BY id')).map(row => String(row['b2_key']));
  }
}

function idOf({backfill}: RunRecord): Id {
  switch (backfill) {
    case 'media-seen':
    case 'media-metadata':
    case 'media-prune':
      return backfill;
    default:
      return 'media-ingest';
  }
}

/** Equal where both hold the same rows and nothing but the named columns differs. */
export async function othersOf(sql: HostedTarget['sql'], without: string): Promise<string> {
  const columns = await sql("SELECT name FROM pragma_table_info('media_assets')");
  const kept = columns.map(({name}) => String(name)).filter(name => name !== without);
  return JSON.stringify(
    await sql(
      `SELECT ${kept.map(name => `quote("${name}") AS "${name}"`).join(', ')} FROM media_assets ORDER BY id`,
    ),
  );
}
