import {mkdirSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {onTestFinished} from 'vitest';
import {findBackfill} from '../../src/backfills/registry.ts';
import type {CheckResult} from '../../src/core/checks.ts';
import type {RunEvent} from '../../src/core/event.ts';
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
import {directoryStore} from '../../src/stores/directory.ts';
import {
  type Artifact,
  artifactsSchema,
  documentedTables,
  guardTriggers,
  insertArtifacts,
} from './artifacts-schema.ts';
import {ended} from './engine.ts';
import {guarded} from './guarded-target.ts';
import {overheard} from './overheard-target.ts';
import {digestOf} from './table-digest.ts';
import {type HostedTarget, literal, type MakeHosted} from './target-host.ts';
import {tempFolder} from './temp.ts';
import {testEngine} from './test-engine.ts';

export interface WorldOptions {
  readonly settings?: Partial<Settings>;
  /** Triggers refuse what a live run must never do, besides the adapter that does. */
  readonly triggers?: boolean;
  /** The same for a schema of the test's own: the tables whose artifact_id they mind. */
  readonly guards?: readonly string[];
  /** What a digest is made of, where the schema is another than that above. */
  readonly tables?: readonly string[];
  readonly schema?: string;
  readonly options?: unknown;
  readonly at?: AtPoint;
  readonly objects?: readonly string[];
  readonly marks?: boolean;
  readonly folder?: string;
}

export interface GoLive {
  readonly acceptNew?: boolean;
  readonly acceptedFailures?: number;
  readonly whole?: string | null;
}

export type BackfillId = 'artifacts-cleanup' | 'artifacts-index' | 'artifacts-inventory';

/** Artifacts in a database of their own, a folder of objects, and an engine that works on both. */
export class ArtifactsWorld {
  readonly sql: HostedTarget['sql'];
  readonly engine: Engine;
  readonly ledger: Ledger;
  readonly events: RunEvent[];
  readonly folder: string;
  /** What somebody else does between a decision and its write, before every transaction that changes a row. */
  meanwhile: (() => Promise<unknown>) | null = null;
  /** Every statement that the target was sent. */
  readonly sent: string[] = [];
  readonly #target: Target;
  readonly #options: WorldOptions;

  private constructor(
    hosted: HostedTarget,
    engine: Engine,
    ledger: Ledger,
    events: RunEvent[],
    folder: string,
    options: WorldOptions,
  ) {
    this.sql = hosted.sql;
    this.engine = engine;
    this.ledger = ledger;
    this.events = events;
    this.folder = folder;
    this.#target = hosted.target;
    this.#options = options;
  }

  static async make(host: MakeHosted, options: WorldOptions = {}): Promise<ArtifactsWorld> {
    const schema = options.schema ?? artifactsSchema;
    const guards = options.guards ?? (options.triggers === true ? documentedTables.slice(1) : null);
    const hosted = await host(`${schema};${guards === null ? '' : guardTriggers(guards)}`);
    const folder = options.folder ?? join(tempFolder(), 'docs');
    mkdirSync(folder, {recursive: true});
    for (const key of options.objects ?? []) writeObject(folder, key);
    const ledger = await Ledger.open(join(tempFolder(), 'ledger.sqlite'));
    onTestFinished(() => ledger.close());
    const events: RunEvent[] = [];
    const engine = testEngine(ledger, {
      settings: options.settings,
      at: options.at,
      observe: event => events.push(event),
    });
    return new ArtifactsWorld(hosted, engine, ledger, events, folder, options);
  }

  /** `isLive` lets nothing through that a live run must never do. */
  async connection(id: BackfillId, isLive = true): Promise<RunConnection> {
    const {marks = true, options} = this.#options;
    const opened = overheard({...this.#target, marks}, this);
    const target = isLive ? guarded(opened) : opened;
    const backfill = findBackfill(id);
    const source =
      id === 'artifacts-inventory'
        ? await directoryStore(this.folder)
        : {id: target.id, label: '', service: target.service};
    return {
      backfill,
      source,
      target,
      ...(options === undefined ? {} : {options: backfill.options.parse(options)}),
    };
  }

  async insert(...artifacts: readonly Artifact[]): Promise<void> {
    if (artifacts.length > 0) await this.sql(insertArtifacts(artifacts));
  }

  /** `[datapoint, artifact, metric]` */
  async datapoints(...rows: readonly (readonly [number, number | null, string | null])[]): Promise<void> {
    const values = rows.map(
      ([id, artifact, metric]) => `(${[id, artifact, metric].map(literal).join(', ')}, 1.5)`,
    );
    if (values.length > 0) await this.sql(`INSERT INTO datapoints VALUES ${values.join(', ')}`);
  }

  async citations(...rows: readonly (readonly [string, number])[]): Promise<void> {
    const values = rows.map(([id, artifact]) => `(${literal(id)}, ${artifact}, 1)`);
    if (values.length > 0) await this.sql(`INSERT INTO citations VALUES ${values.join(', ')}`);
  }

  /** Equal before and after an undo. */
  digest(): Promise<string> {
    return digestOf(this.sql, this.#options.tables ?? documentedTables);
  }

  rows() {
    return this.sql('SELECT * FROM artifacts ORDER BY artifact_id');
  }

  async ids(): Promise<readonly unknown[]> {
    return (await this.rows()).map(row => row['artifact_id']);
  }

  /** Which artifact each datapoint names. */
  async naming(): Promise<Readonly<Record<string, unknown>>> {
    const rows = await this.sql('SELECT datapoint_id, artifact_id FROM datapoints ORDER BY datapoint_id');
    return Object.fromEntries(rows.map(row => [String(row['datapoint_id']), row['artifact_id']]));
  }

  /** What a run has left, with why. */
  async left({id}: Pick<RunRecord, 'id'>): Promise<Readonly<Record<string, string>>> {
    const open = await this.ledger.openItems.after(id, '', 1_000);
    return Object.fromEntries(open.map(({key, message}) => [key, message]));
  }

  async probe(id: BackfillId, scope: object = {}): Promise<readonly Finding[]> {
    const connection = await this.connection(id);
    return (await this.engine.probe(connection, connection.backfill.scope.parse(scope))).findings;
  }

  /** Every invariant, by its id. */
  async verify(id: BackfillId, scope: object = {}): Promise<Readonly<Record<string, CheckResult>>> {
    const connection = await this.connection(id);
    const {checks} = await verifyRun(this.engine, connection, {
      scope: connection.backfill.scope.parse(scope),
      sample: null,
      reads: ['target', 'listing', 'bytes'],
      coverage: false,
      only: null,
      signal: new AbortController().signal,
    });
    return Object.fromEntries(checks.map(check => [check.id, check]));
  }

  async rehearse(id: BackfillId, scope: object = {}): Promise<RunResult> {
    const connection = await this.connection(id);
    return ended(this.engine.rehearse(connection, connection.backfill.scope.parse(scope), {}));
  }

  live(plan: RunRecord, options: GoLive = {}): Promise<RunResult> {
    return ended(this.start(plan, options));
  }

  async start(plan: RunRecord, options: GoLive = {}): Promise<RunHandle> {
    const isUndo = plan.undoes !== null;
    const connection = await this.connection(plan.backfill as BackfillId, !isUndo);
    return this.engine.live(connection, plan, {
      ...(plan.undoes === null ? {} : {undoes: plan.undoes}),
      confirm: connection.target.name,
      acceptedFailures: options.acceptedFailures ?? null,
      takeOver: null,
      whole: options.whole === undefined ? 'docs' : options.whole,
      thresholds: null,
      acceptNew: options.acceptNew ?? false,
    });
  }

  /** Dry run and live in one breath. */
  async run(id: BackfillId, scope: object = {}): Promise<RunResult> {
    const {record} = await this.rehearse(id, scope);
    return this.live(record, {acceptedFailures: record.tally.failed});
  }

  async resume(run: RunRecord): Promise<RunResult> {
    const options = {acceptNew: false, acceptDrift: false, takeOver: null, kind: null};
    return ended(this.engine.resume(await this.connection(run.backfill as BackfillId), run, options));
  }

  /** What the guards of live runs would refuse to the owner of the tables too. */
  async asOwner(statements: string): Promise<void> {
    const guards = await this.sql("SELECT name, sql FROM sqlite_schema WHERE name GLOB 'guard_*'");
    for (const {name} of guards) await this.sql(`DROP TRIGGER ${String(name)}`);
    await this.sql(statements);
    for (const {sql} of guards) await this.sql(`${String(sql)};`);
  }

  /** The dry run of an undo. Guards of the tests are for live runs: an undo may put everything back. */
  async rehearseUndo(run: RunRecord): Promise<RunResult> {
    const guards = await this.sql("SELECT name FROM sqlite_schema WHERE name GLOB 'guard_*'");
    for (const {name} of guards) await this.sql(`DROP TRIGGER ${String(name)}`);
    const connection = await this.connection(run.backfill as BackfillId, false);
    return ended(this.engine.rehearseUndo(connection, run));
  }

  async undo(run: RunRecord): Promise<RunResult> {
    const {record} = await this.rehearseUndo(run);
    return this.live(record);
  }
}

export function writeObject(folder: string, key: string): void {
  mkdirSync(dirname(join(folder, key)), {recursive: true});
  writeFileSync(join(folder, key), `content of ${key}`);
}
