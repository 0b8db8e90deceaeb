import {expect} from 'vitest';
import type {D1AccountOptions} from '../../src/databases/d1-account.ts';
import type {ObjectStore} from '../../src/stores/object-store.ts';
import {documentedSchema, hashOf} from '../backfills/asset-index/index-under-test.ts';
import type {CloudflareSimulator, OwnRow} from '../simulators/cloudflare.ts';
import {writeAsset} from './assets.ts';
import {accountOf, targetOn} from './d1.ts';
import {type Bench, type BenchOptions, makeBench} from './engine.ts';
import {literal} from './target-host.ts';

export interface D1Bench extends Bench {
  readonly cloudflare: CloudflareSimulator;
}

export interface D1BenchOptions extends BenchOptions {
  readonly account?: Partial<D1AccountOptions>;
  /** Objects in the source. */
  readonly objects?: number;
  readonly schema?: string;
}

/** Time stands still in a run, so that two runs of the same work leave the same rows. */
const now = Date.UTC(2026, 10, 20);
const attempts = 5;

/** An engine between a folder and a simulated D1 that knows some of its files: every third of the first, with a wrong hash or none. */
export async function makeD1Bench(
  cloudflare: CloudflareSimulator,
  {account, objects = 12, schema = documentedSchema, settings, marks = true, ...options}: D1BenchOptions = {},
): Promise<D1Bench> {
  const bench = await makeBench({
    settings: {page: {items: 3, bytes: 1e9, seconds: 60}, partitions: 1, attempts, ...settings},
    ...options,
  });
  bench.clock.now = now;
  const keys = Array.from({length: objects}, (_, number) => `file ${String(number).padStart(5, '0')}`);
  for (const key of keys) writeAsset(bench.assets, key, `content of ${key}`);
  await cloudflare.sql(schema);
  const known = keys.filter((_, number) => number % 3 === 0 && number < 300);
  const rows = known.map(
    (key, number) =>
      `(${literal(key)}, 1, ${number % 2 === 0 ? literal(hashOf('0')) : 'NULL'}, 1000, '2026-01-01', 'proxy')`,
  );
  if (rows.length > 0)
    await cloudflare.sql(
      `INSERT INTO files (key, size, content_hash, uploaded_at, created_at, uploader_id) VALUES ${rows.join(', ')}`,
    );
  const target = await targetOn(cloudflare, {account: accountOf(cloudflare, account), marks});
  return {...bench, cloudflare, connection: {...bench.connection, target}};
}

/** What a whole run over twelve objects comes to. */
export const tally = {inserted: 8, updated: 4, rows: 12, pending: 0};

/** Every row, without the number that it got. */
export async function filesOf({cloudflare}: Pick<D1Bench, 'cloudflare'>): Promise<readonly OwnRow[]> {
  const rows = await cloudflare.sql('SELECT * FROM files ORDER BY key');
  return rows.map(({id: _, ...row}) => row);
}

/** A live run has left nothing of itself: no mark, and nobody who holds the lease. */
export async function expectNothingLeft({cloudflare}: Pick<D1Bench, 'cloudflare'>): Promise<void> {
  expect(await cloudflare.sql('SELECT * FROM headgate_marks')).toEqual([]);
  expect(await cloudflare.sql('SELECT run, holder FROM headgate_lease')).toEqual([{run: null, holder: null}]);
}

/** Changes in each page that was sent, in order. */
export function sizesSent({cloudflare}: D1Bench): readonly number[] {
  return cloudflare.requests
    .map(({batch}) => batch.filter(({sql}) => /INTO files|UPDATE files/.test(sql)))
    .filter(statements => statements.length > 0)
    .map(statements =>
      statements.reduce((sum, {params}) => sum + (JSON.parse(String(params[0])) as unknown[]).length, 0),
    );
}

export function notesOf({events}: D1Bench): string {
  return events.flatMap(event => (event.type === 'note' ? [event.message] : [])).join('\n');
}

/** Lists three objects at a time; `between` is waited for before the last three. */
export function inSteps(between: () => Promise<void>): (store: ObjectStore) => ObjectStore {
  return store => ({
    ...store,
    async *list(listing) {
      for await (const page of store.list(listing)) {
        for (let from = 0; from < page.length; from += 3) {
          if (from + 3 >= page.length) await between();
          yield page.slice(from, from + 3);
        }
      }
    },
  });
}
