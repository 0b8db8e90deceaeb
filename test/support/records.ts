import {join} from 'node:path';
import {expect, onTestFinished} from 'vitest';
import type {Network} from '../../src/atproto/network.ts';
import {openNetwork} from '../../src/atproto/open-network.ts';
import {findBackfill} from '../../src/backfills/registry.ts';
import {foundOf, listedOf, outcomes} from '../../src/core/accounting.ts';
import type {RunEvent} from '../../src/core/event.ts';
import {type Reached, foundOf as reachedFoundOf} from '../../src/core/reached.ts';
import type {Target} from '../../src/databases/database.ts';
import type {RunConnection} from '../../src/engine/connection.ts';
import type {AtPoint} from '../../src/engine/crash-points.ts';
import type {Engine, ResumeOptions} from '../../src/engine/engine.ts';
import type {RunHandle, RunResult} from '../../src/engine/execution.ts';
import {applyMigrations} from '../../src/engine/migrate-target.ts';
import type {Settings} from '../../src/engine/settings.ts';
import {isCounted} from '../../src/ledger/counted.ts';
import {Ledger} from '../../src/ledger/ledger.ts';
import type {RunRecord} from '../../src/ledger/records.ts';
import type {NetworkRecord} from '../../src/sandbox/network/network.ts';
import type {NetworkSpec} from '../../src/sandbox/network/spec.ts';
import type {NetworkSimulator} from '../simulators/network-simulator.ts';
import {networkUnderTest} from '../simulators/network-under-test.ts';
import {postgresVariables} from './postgres.ts';
import type {HostedTarget, MakeHosted} from './target-host.ts';
import {tempFolder} from './temp.ts';
import {testEngine} from './test-engine.ts';

export type RecordsBackfill = 'records' | 'records-prune';

/** Runs from a network into a real database, with everything that can be asked of them. */
export interface RecordsEngine {
  readonly engine: Engine;
  readonly ledger: Ledger;
  readonly events: RunEvent[];
  /** As the owner of the database. */
  readonly sql: HostedTarget['sql'];
  connection(backfill?: RecordsBackfill): RunConnection;
}

/** The same with a network of its own. */
export interface RecordsBench extends RecordsEngine {
  readonly network: NetworkSimulator;
}

export interface RecordsOptions {
  readonly settings?: Partial<Settings>;
  /** Of the config. */
  readonly options?: unknown;
  /** The address of a Postgres database; else it is a file. */
  readonly ledger?: string;
  readonly at?: AtPoint;
  readonly random?: () => number;
  readonly observe?: (event: RunEvent) => void;
  /** In the place of the target itself: something that listens, or breaks. */
  readonly target?: (target: Target) => Target;
  /** Where the hosts of handles are reached. */
  readonly reach?: (hostname: string) => URL | null;
  /** Relays by number, where not all of the network's are to be asked. */
  readonly relays?: readonly number[];
}

export async function makeRecords(
  hosted: MakeHosted,
  spec: NetworkSpec | NetworkSimulator,
  options: RecordsOptions = {},
): Promise<RecordsBench> {
  const network = 'records' in spec ? spec : await networkUnderTest(spec);
  // What it remembers is of this bench alone.
  const source = openNetwork({
    label: 'network',
    relays: (options.relays ?? network.relays.keys().toArray()).map(number => network.relays[number] ?? ''),
    plc: network.plc,
    allowPrivateHosts: true,
    // Nobody answers there, and at once.
    dnsServers: ['127.0.0.1:9'],
    ...(options.reach === undefined ? {} : {reach: options.reach}),
  });
  return {...(await recordsEngine(hosted, source, options)), network};
}

export async function recordsEngine(
  hosted: MakeHosted,
  source: Network,
  options: RecordsOptions = {},
): Promise<RecordsEngine> {
  const {target: bare, sql} = await hosted();
  const target = options.target?.(bare) ?? bare;
  const ledger = await Ledger.open(
    options.ledger ?? join(tempFolder(), 'ledger.sqlite'),
    postgresVariables(),
  );
  onTestFinished(() => ledger.close());
  await applyMigrations(findBackfill('records'), bare);
  const events: RunEvent[] = [];
  const engine = testEngine(ledger, {
    ...options,
    settings: {attempts: 2, patienceSeconds: 0, ...options.settings},
    observe: event => {
      events.push(event);
      options.observe?.(event);
    },
  });
  const connection = (id: RecordsBackfill = 'records'): RunConnection => {
    const backfill = findBackfill(id);
    return {backfill, source, target, options: backfill.options.parse(options.options)};
  };
  return {engine, ledger, events, sql, connection};
}

export interface RecordScope {
  readonly backfill?: RecordsBackfill;
  readonly collections?: readonly string[];
  readonly dids?: readonly string[];
  readonly proofs?: boolean;
}

async function orderOf({engine, connection}: RecordsEngine, {backfill, ...scope}: RecordScope) {
  const ends = connection(backfill);
  return {ends, scope: await engine.complete(ends, ends.backfill.scope.parse(scope))};
}

export async function startUnrehearsed(bench: RecordsEngine, scope: RecordScope): Promise<RunHandle> {
  const order = await orderOf(bench, scope);
  return bench.engine.unrehearsed(order.ends, order.scope, {});
}

export async function unrehearsed(bench: RecordsEngine, scope: RecordScope): Promise<RunResult> {
  return ended(bench, startUnrehearsed(bench, scope));
}

export async function rehearsed(bench: RecordsEngine, scope: RecordScope): Promise<RunResult> {
  const order = await orderOf(bench, scope);
  return ended(bench, bench.engine.rehearse(order.ends, order.scope, {}));
}

export function startLive(
  {engine, connection}: RecordsEngine,
  plan: RunRecord,
  {acceptNew = false} = {},
): Promise<RunHandle> {
  const ends = connection(idOf(plan));
  return engine.live(ends, plan, {
    ...(plan.undoes === null ? {} : {undoes: plan.undoes}),
    confirm: ends.target.name,
    acceptedFailures: plan.tally.failed + plan.partitions.failed,
    takeOver: null,
    thresholds: null,
    acceptNew,
  });
}

export function live(
  bench: RecordsEngine,
  {record}: RunResult,
  options?: {readonly acceptNew?: boolean},
): Promise<RunResult> {
  return ended(bench, startLive(bench, record, options));
}

/** Goes on with a run as the ledger has it. */
export async function startResume(
  {engine, connection, ledger}: RecordsEngine,
  {id}: RunRecord,
  options: Partial<ResumeOptions> = {},
): Promise<RunHandle> {
  const run = await ledger.runs.get(id);
  return engine.resume(connection(idOf(run)), run, {
    acceptNew: false,
    acceptDrift: false,
    takeOver: null,
    kind: null,
    ...options,
  });
}

export function resume(
  bench: RecordsEngine,
  {record}: RunResult,
  options?: Partial<ResumeOptions>,
): Promise<RunResult> {
  return ended(bench, startResume(bench, record, options));
}

/** Both steps of an undo. */
export async function undo(bench: RecordsEngine, {record}: RunResult): Promise<RunResult> {
  const {engine, connection} = bench;
  const plan = await ended(bench, engine.rehearseUndo(connection(idOf(record)), record));
  return ended(bench, startLive(bench, plan.record));
}

function idOf({backfill}: RunRecord): RecordsBackfill {
  return backfill === 'records-prune' ? backfill : 'records';
}

/** What a run came to, once what the ledger says of it has been compared with itself. */
export async function ended(bench: RecordsEngine, started: Promise<RunHandle>): Promise<RunResult> {
  const result = await (await started).done;
  // Nothing that these tests do to a network or a database is an error of our own.
  if (result.error !== null && result.record.status === 'failed') throw result.error;
  const {id, tally, partitions} = await bench.ledger.runs.get(result.record.id);
  expect(listedOf(tally)).toBe(outcomes.reduce((sum, name) => sum + tally[name], tally.pending));
  const standing = (await bench.ledger.partitions.list(id)).filter(isCounted);
  expect(standing.filter(({status}) => status === 'failed')).toHaveLength(partitions.failed);
  expect(standing.filter(({status}) => status === 'pending' || status === 'running')).toHaveLength(
    partitions.pending,
  );
  if (result.record.undoes !== null) return result;
  const reached = await reachedBy(bench, result);
  const repositories = reached.hosts.reduce((sum, host) => sum + reachedFoundOf(host), 0);
  expect(repositories).toBe(foundOf(partitions));
  if (result.record.status === 'completed')
    expect(reached.hosts.reduce((sum, {items}) => sum + items, 0)).toBe(listedOf(tally));
  return result;
}

export function reachedBy({ledger}: RecordsEngine, {record}: RunResult): Promise<Reached> {
  return ledger.repositories.reached(record.id, address => new URL(address).host);
}

/** The counts of a run that are not 0. */
export function countsOf({record: {tally}}: RunResult): Readonly<Record<string, number>> {
  const counts = [...outcomes, 'pending', 'rows'] as const;
  return Object.fromEntries(counts.filter(name => tally[name] > 0).map(name => [name, tally[name]]));
}

/** Every row, by URI: what its CID is. */
export async function tableOf({sql}: RecordsEngine): Promise<ReadonlyMap<string, string>> {
  const rows = await sql('SELECT uri, cid FROM records ORDER BY uri');
  return new Map(rows.map(({uri, cid}) => [String(uri), String(cid)]));
}

/** What the network has, or some of it. */
export function networkOf(
  {network}: RecordsBench,
  isWanted: (record: NetworkRecord) => boolean = () => true,
): ReadonlyMap<string, string> {
  const wanted = [...network.records()].filter(isWanted);
  return new Map(wanted.map(({uri, cid}): [string, string] => [uri, cid]).toSorted());
}

/** Every column of every row is as the network has it, and there is no other row. */
export async function expectTable(
  bench: RecordsBench,
  isWanted: (record: NetworkRecord) => boolean = () => true,
): Promise<void> {
  const rows = await bench.sql(
    'SELECT uri, did, collection, rkey, cid, record::text AS record FROM records WHERE NOT altered ORDER BY uri',
  );
  const found = rows.map(({record, ...row}) => ({...row, value: JSON.parse(String(record))}));
  const wanted = [...bench.network.records()]
    .filter(isWanted)
    .map(({uri, did, collection, rkey, cid, value}) => ({uri, did, collection, rkey, cid, value}))
    .toSorted((one, other) => (one.uri < other.uri ? -1 : 1));
  expect(found).toEqual(wanted);
}

/** Which version of each row there is: another one was written since. */
export async function versionsOf({sql}: RecordsEngine): Promise<ReadonlyMap<string, string>> {
  const rows = await sql('SELECT uri, xmin::text AS xmin, ctid::text AS ctid FROM records ORDER BY uri');
  return new Map(rows.map(({uri, xmin, ctid}) => [String(uri), `${xmin} ${ctid}`]));
}

/** Why repositories failed, by the names of their accounts. */
export async function failuresOf(
  {ledger, network}: RecordsBench,
  {record}: RunResult,
): Promise<Readonly<Record<string, string>>> {
  const failures = await ledger.openItems.partitionFailures(record.id);
  return Object.fromEntries(
    failures.map(({partition, kind}) => [network.nameOf(partition) ?? partition, kind]),
  );
}
