import {onTestFinished} from 'vitest';
import type {Statement} from '../../src/core/sql.ts';
import type {D1AccountOptions} from '../../src/databases/d1-account.ts';
import {thisProcess} from '../../src/engine/holder.ts';
import {acquireLease, type LeaseOrder} from '../../src/engine/lease.ts';
import type {ReadyPage} from '../../src/engine/page-group.ts';
import {Writer, type WriterOptions} from '../../src/engine/writer.ts';
import type {CloudflareSimulator} from '../simulators/cloudflare.ts';
import {sharedSimulator} from '../support/cloudflare.ts';
import {accountOf, targetOn} from '../support/d1.ts';

/** The writer on a real D1: several pages in one transaction, and whatever may become of it. */

let shared: (() => CloudflareSimulator) | null = null;

/** Call it at the top of each file: files share this module, and what is set up for one is gone with it. */
export function withSimulator(): void {
  shared = sharedSimulator();
}

export function simulator(): CloudflareSimulator {
  if (shared === null) throw new Error('this file has not called withSimulator');
  return shared();
}

export const commits = {matches: /INTO items/};

export const order: Omit<LeaseOrder, 'run' | 'self'> = {
  leaseMs: 60_000,
  leastFence: 0,
  takeOver: null,
  attempts: 5,
  random: () => 0,
  blockedMs: () => 0,
};

export interface Options {
  readonly marks?: boolean;
  readonly account?: Partial<D1AccountOptions>;
  readonly writer?: Partial<WriterOptions>;
}

export async function makeWriter({marks = true, account = {}, writer = {}}: Options = {}) {
  await simulator().sql('CREATE TABLE items (key TEXT PRIMARY KEY, size INTEGER CHECK (size < 100))');
  const database = await (
    await targetOn(simulator(), {account: accountOf(simulator(), account)})
  ).openDatabase();
  onTestFinished(() => database.close());
  const lease = await acquireLease(database, {...order, run: 'r', self: thisProcess('writer')});
  const raised: number[] = [];
  const retries: string[] = [];
  return {
    database,
    lease,
    raised,
    retries,
    writer: new Writer({
      database,
      run: 'r',
      lease: marks ? lease : null,
      onRaised: async fence => void raised.push(fence),
      attempts: 5,
      patience: {forMs: 0, now: Date.now},
      signal: new AbortController().signal,
      random: () => 0,
      at: () => undefined,
      onRetry: (_, __, {kind}) => void retries.push(kind),
      ...writer,
    }),
  };
}

/** A page of one insert and, where a size is given that breaks the rule, one update that the database refuses. */
export function page(partition: string, keys: readonly string[], size = 1): ReadyPage {
  const insert: Statement = {
    sql: 'INSERT INTO items (key, size) SELECT value, 1 FROM json_each(?) WHERE true ON CONFLICT DO NOTHING RETURNING key',
    params: [JSON.stringify(keys)],
    counts: 'inserted',
  };
  const update: Statement = {
    sql: 'UPDATE items SET size = ? WHERE key = ? RETURNING key',
    params: [size, keys[0] ?? ''],
    counts: 'updated',
  };
  const statements = size === 1 ? [insert] : [insert, update];
  return {partition, page: 1, changes: keys.length, statements};
}

export function inserted(...made: readonly string[]) {
  return new Map(made.map(key => [key, 'inserted'] as const));
}

export const three = [page('a', ['a1', 'a2']), page('b', ['b1']), page('c', ['c1', 'c2'])];

export async function keys(): Promise<unknown> {
  return (await simulator().sql('SELECT key FROM items ORDER BY key')).map(({key}) => key);
}

/** Requests that carried pages, each as the partitions of its pages. */
export function sent(): readonly (readonly unknown[])[] {
  return simulator()
    .requests.map(({batch}) =>
      batch.flatMap(({sql, params}) =>
        /INTO headgate_marks/.test(sql) ? [partitionIn(params[2])] : /INTO items/.test(sql) ? ['+'] : [],
      ),
    )
    .filter(parts => parts.includes('+'))
    .map(parts => parts.filter(part => part !== '+'));
}

export function partitionIn(pages: unknown): unknown {
  return JSON.parse(String(pages))[0].partition;
}

export const together = [['a', 'b', 'c']];
export const all = ['a1', 'a2', 'b1', 'c1', 'c2'];
