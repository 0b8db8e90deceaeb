import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {afterAll, beforeAll, describe, onTestFinished} from 'vitest';
import {emptyTally} from '../../src/core/accounting.ts';
import {noDrift} from '../../src/core/drift.ts';
import {type Entry, pageTally} from '../../src/core/entry.ts';
import type {RunStatus} from '../../src/core/run.ts';
import {isPostgres} from '../../src/databases/postgres-address.ts';
import type {Checkpoint} from '../../src/ledger/checkpoint.ts';
import {Ledger} from '../../src/ledger/ledger.ts';
import type {Holder, Partition, RunOrder, RunRecord} from '../../src/ledger/records.ts';
import {
  asAdmin,
  freshDatabase,
  makeDatabase,
  postgresServer,
  postgresVariables,
  withPassword,
} from '../support/postgres.ts';
import {tempFolder} from '../support/temp.ts';

/** A kind of place that a ledger can be kept in. */
export interface LedgerUnderTest {
  readonly name: 'SQLite' | 'Postgres';
  /** Where there is no ledger yet. */
  place(): Promise<string>;
  /** A connection of its own; two to one place are as two processes. Without a place it is an empty one, and the last. */
  openLedger(place?: string): Promise<Ledger>;
}

/** The suite against every kind of ledger; against Postgres where there is one, and always in CI. */
export function overLedgers(suite: (under: LedgerUnderTest) => void): void {
  describe('in SQLite', () =>
    suite({name: 'SQLite', place: () => Promise.resolve(ledgerPath()), openLedger}));
  describe.skipIf(postgresServer() === null)('in Postgres', () => {
    let database: Awaited<ReturnType<typeof makeDatabase>>;
    beforeAll(async () => {
      database = await makeDatabase();
    });
    afterAll(() => database.drop());
    const emptied = async () => {
      await asAdmin('DROP SCHEMA IF EXISTS headgate CASCADE', database.url);
      return database.url;
    };
    suite({
      name: 'Postgres',
      place: freshDatabase,
      openLedger: async place => openLedger(place ?? (await emptied())),
    });
  });
}

export function ledgerPath(): string {
  return join(tempFolder(), 'ledger.sqlite');
}

/** In an SQLite file of its own, where no place is named. */
export async function openLedger(place = ledgerPath()): Promise<Ledger> {
  const ledger = await Ledger.open(place, postgresVariables());
  onTestFinished(() => ledger.close());
  return ledger;
}

/** A statement that is made beside what is tested. */
export async function change(place: string, sql: string): Promise<void> {
  if (isPostgres(place)) {
    await asAdmin(`SET search_path = headgate; ${sql}`, withPassword(place));
    return;
  }
  const db = new DatabaseSync(place, {timeout: 5_000});
  db.exec(sql);
  db.close();
}

export function order(id: string, changes: Partial<RunOrder> = {}): RunOrder {
  return {
    id,
    backfill: 'asset-index',
    mode: 'dry-run',
    source: 'folder:/photos',
    target: 'sqlite:/index.sqlite',
    sourceLabel: 'photos',
    targetLabel: 'index.sqlite',
    targetName: 'index.sqlite',
    scope: {prefix: 'a/'},
    settings: {rate: null},
    schema: 'CREATE TABLE files',
    configDigest: 'digest',
    program: '1.0.0',
    rehearsedBy: null,
    undoes: null,
    label: 'rehearsed',
    createdAt: 1_000,
    ...changes,
  };
}

export function holder(name: string): Holder {
  return {name, host: 'here', pid: 1, processStart: '7'};
}

export function range(id: string, lo = '', hi: string | null = null): Partition {
  return {id, kind: 'range', lo, hi, of: null};
}

export async function run(ledger: Ledger, id: string): Promise<RunRecord> {
  const found = await ledger.runs.find(id);
  if (found === null) throw new Error(`${id} is not in the ledger`);
  return found;
}

/** Puts a run where a history would have brought it. */
export function setStatus(ledger: Ledger, id: string, status: RunStatus): Promise<void> {
  return change(ledger.path, `UPDATE runs SET status = '${status}' WHERE id = '${id}'`);
}

export function entry(key: string, changes: Partial<Entry> = {}): Entry {
  return {key, bytes: 1, action: 'insert', fingerprint: `v-${key}`, ...changes};
}

/** A page as the engine checkpoints it. */
export function checkpoint(
  run: string,
  page: number,
  entries: readonly Entry[],
  changes: Partial<Checkpoint> = {},
): Checkpoint {
  return {
    run,
    partition: 'p',
    page,
    entries,
    cursor: entries.at(-1)?.key ?? '',
    delta: entries.length === 0 ? emptyTally : pageTally(entries, 0),
    drift: noDrift,
    holder: null,
    keeps: 'plan',
    marked: false,
    reopened: false,
    fingerprints: null,
    at: 2_000,
    ...changes,
  };
}
