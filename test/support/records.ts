import {join} from 'node:path';
import {onTestFinished} from 'vitest';
import {openNetwork} from '../../src/atproto/open-network.ts';
import {findBackfill} from '../../src/backfills/registry.ts';
import type {RunEvent} from '../../src/core/event.ts';
import type {Target} from '../../src/databases/database.ts';
import {postgresTarget} from '../../src/databases/postgres.ts';
import type {RunConnection} from '../../src/engine/connection.ts';
import type {AtPoint} from '../../src/engine/crash-points.ts';
import type {Engine} from '../../src/engine/engine.ts';
import type {RunHandle, RunResult} from '../../src/engine/execution.ts';
import {applyMigrations} from '../../src/engine/migrate-target.ts';
import type {Settings} from '../../src/engine/settings.ts';
import {Ledger} from '../../src/ledger/ledger.ts';
import type {RunRecord} from '../../src/ledger/records.ts';
import type {NetworkSpec} from '../../src/sandbox/network/spec.ts';
import type {NetworkSimulator} from '../simulators/network-simulator.ts';
import {networkUnderTest} from '../simulators/network-under-test.ts';
import {asAdmin, freshDatabase} from './postgres.ts';
import {tempFolder} from './temp.ts';
import {testEngine} from './test-engine.ts';

/** A run over a network of its own into a real database, with everything that can be asked of either. */
export interface RecordsBench {
  readonly network: NetworkSimulator;
  readonly connection: RunConnection;
  readonly engine: Engine;
  readonly ledger: Ledger;
  readonly events: RunEvent[];
  /** As the owner of the database sees it. */
  sql(text: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

export interface RecordsOptions {
  readonly settings?: Partial<Settings>;
  /** Of the config. */
  readonly options?: unknown;
  readonly backfill?: string;
  readonly at?: AtPoint;
  readonly observe?: (event: RunEvent) => void;
  readonly ledger?: Ledger;
}

export async function makeRecords(spec: NetworkSpec, options: RecordsOptions = {}): Promise<RecordsBench> {
  const network = await networkUnderTest(spec);
  const url = await freshDatabase();
  const target = postgresTarget({url});
  const ledger = options.ledger ?? (await Ledger.open(join(tempFolder(), 'ledger.sqlite')));
  if (options.ledger === undefined) onTestFinished(() => ledger.close());
  await applyMigrations(findBackfill('records'), target);
  const events: RunEvent[] = [];
  const engine = testEngine(ledger, {
    ...options,
    settings: {attempts: 5, patienceSeconds: 0, ...options.settings},
    observe: event => {
      events.push(event);
      options.observe?.(event);
    },
  });
  const connection = connectionOf(network, target, options);
  return {network, connection, engine, ledger, events, sql: text => asAdmin(text, url)};
}

function connectionOf(
  {relays, plc}: NetworkSimulator,
  target: Target,
  {backfill: id = 'records', options}: RecordsOptions,
): RunConnection {
  const backfill = findBackfill(id);
  const source = openNetwork({label: 'network', relays, plc, allowPrivateHosts: true});
  return {backfill, source, target, options: backfill.options.parse(options)};
}

export interface RecordScope {
  readonly collections?: readonly string[];
  readonly dids?: readonly string[];
  readonly proofs?: boolean;
}

export function scopeOf({connection}: RecordsBench, scope: RecordScope): unknown {
  return connection.backfill.scope.parse(scope);
}

export async function unrehearsed(bench: RecordsBench, scope: RecordScope): Promise<RunResult> {
  return ended(bench.engine.unrehearsed(bench.connection, scopeOf(bench, scope), {}));
}

export async function rehearsed(bench: RecordsBench, scope: RecordScope): Promise<RunResult> {
  return ended(bench.engine.rehearse(bench.connection, scopeOf(bench, scope), {}));
}

export async function live(
  {engine, connection}: RecordsBench,
  plan: RunRecord,
  {acceptNew = false} = {},
): Promise<RunResult> {
  return ended(
    engine.live(connection, plan, {
      confirm: connection.target.name,
      acceptedFailures: plan.tally.failed,
      takeOver: null,
      thresholds: null,
      acceptNew,
    }),
  );
}

async function ended(handle: Promise<RunHandle>): Promise<RunResult> {
  return (await handle).done;
}

/** Every row, by URI: what its CID is. */
export async function tableOf({sql}: RecordsBench): Promise<ReadonlyMap<string, string>> {
  const rows = await sql('SELECT uri, cid FROM records ORDER BY uri');
  return new Map(rows.map(({uri, cid}) => [String(uri), String(cid)]));
}
