import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {onTestFinished} from 'vitest';
import {findBackfill} from '../../src/backfills/registry.ts';
import type {RunEvent} from '../../src/core/event.ts';
import {type KeyScope, keyScope} from '../../src/core/scope.ts';
import {isPostgres} from '../../src/databases/postgres-address.ts';
import {sqliteTarget} from '../../src/databases/sqlite.ts';
import type {RunConnection} from '../../src/engine/connection.ts';
import type {AtPoint} from '../../src/engine/crash-points.ts';
import type {Engine} from '../../src/engine/engine.ts';
import type {RunHandle, RunResult} from '../../src/engine/execution.ts';
import type {Self} from '../../src/engine/holder.ts';
import type {Settings} from '../../src/engine/settings.ts';
import {Ledger} from '../../src/ledger/ledger.ts';
import type {RunRecord} from '../../src/ledger/records.ts';
import {directoryStore} from '../../src/stores/directory.ts';
import type {ObjectStore} from '../../src/stores/object-store.ts';
import {postgresVariables} from './postgres.ts';
import {tempFolder} from './temp.ts';
import {testEngine} from './test-engine.ts';

export interface Bench {
  readonly folder: string;
  /** Where the objects lie. */
  readonly assets: string;
  /** The SQLite file that is the target. */
  readonly index: string;
  readonly engine: Engine;
  readonly ledger: Ledger;
  readonly connection: RunConnection;
  readonly events: RunEvent[];
  readonly clock: {now: number | null};
}

export interface BenchOptions {
  readonly settings?: Partial<Settings>;
  /** Changes the store that the engine reads from, for instance to make it slow. */
  readonly store?: (store: ObjectStore) => ObjectStore;
  readonly folder?: string;
  /** A file in the folder, or the address of a Postgres database. */
  readonly ledger?: string;
  readonly self?: Self;
  readonly marks?: boolean;
  readonly at?: AtPoint;
  /** Told of every event besides. */
  readonly observe?: (event: RunEvent) => void;
}

/** An engine on real files, a real SQLite target and a real ledger. Both identities are asserted at every event. */
export async function makeBench(options: BenchOptions = {}): Promise<Bench> {
  const folder = options.folder ?? tempFolder();
  const assets = join(folder, 'assets');
  const index = join(folder, 'index.sqlite');
  mkdirSync(assets, {recursive: true});
  const ledger = await Ledger.open(ledgerIn(folder, options.ledger), postgresVariables());
  onTestFinished(() => ledger.close());
  const store = await directoryStore(assets);
  const events: RunEvent[] = [];
  const clock: {now: number | null} = {now: null};
  const engine = testEngine(ledger, {
    ...options,
    now: () => clock.now ?? Date.now(),
    observe: event => {
      events.push(event);
      options.observe?.(event);
    },
  });
  const target = await sqliteTarget({path: index, marks: options.marks ?? true});
  const connection = {
    backfill: findBackfill('asset-index'),
    source: options.store?.(store) ?? store,
    target,
  };
  return {folder, assets, index, engine, ledger, connection, events, clock};
}

function ledgerIn(folder: string, named = 'ledger.sqlite'): string {
  return isPostgres(named) ? named : join(folder, named);
}

export function scopeWith(scope: Partial<KeyScope> = {}): KeyScope {
  return keyScope.parse(scope);
}

export async function ended(handle: Promise<RunHandle>): Promise<RunResult> {
  return (await handle).done;
}

export function rehearse({engine, connection}: Bench, scope: Partial<KeyScope> = {}): Promise<RunResult> {
  return ended(engine.rehearse(connection, scopeWith(scope), {}));
}

export interface GoLive {
  readonly acceptNew?: boolean;
  readonly acceptedFailures?: number;
  readonly takeOver?: string;
}

export function startLive(
  {engine, connection}: Bench,
  plan: RunRecord,
  options: GoLive = {},
): Promise<RunHandle> {
  return engine.live(connection, plan, {
    ...(plan.undoes === null ? {} : {undoes: plan.undoes}),
    confirm: connection.target.name,
    acceptedFailures: options.acceptedFailures ?? null,
    takeOver: options.takeOver ?? null,
    thresholds: null,
    acceptNew: options.acceptNew ?? false,
  });
}

export function goLive(bench: Bench, plan: RunRecord, options: GoLive = {}): Promise<RunResult> {
  return ended(startLive(bench, plan, options));
}

export function resume(
  {engine, connection}: Bench,
  run: RunRecord,
  options: Partial<Parameters<Engine['resume']>[2]> = {},
): Promise<RunResult> {
  return ended(
    engine.resume(connection, run, {
      acceptNew: false,
      acceptDrift: false,
      takeOver: null,
      kind: null,
      ...options,
    }),
  );
}
