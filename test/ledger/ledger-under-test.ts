import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {onTestFinished} from 'vitest';
import {emptyTally} from '../../src/core/accounting.ts';
import {noDrift} from '../../src/core/drift.ts';
import {type Entry, pageTally} from '../../src/core/entry.ts';
import type {RunStatus} from '../../src/core/run.ts';
import type {Checkpoint} from '../../src/ledger/checkpoint.ts';
import {Ledger} from '../../src/ledger/ledger.ts';
import type {Holder, Partition, RunOrder, RunRecord} from '../../src/ledger/records.ts';
import {tempFolder} from '../support/temp.ts';

export function ledgerPath(): string {
  return join(tempFolder(), 'ledger.sqlite');
}

/** A connection of its own; two to one path are as two processes. */
export async function openLedger(path = ledgerPath()): Promise<Ledger> {
  const ledger = await Ledger.open(path);
  onTestFinished(() => ledger.close());
  return ledger;
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
export function setStatus(ledger: Ledger, id: string, status: RunStatus): void {
  const db = new DatabaseSync(ledger.path, {timeout: 5_000});
  db.prepare('UPDATE runs SET status = ? WHERE id = ?').run(status, id);
  db.close();
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
