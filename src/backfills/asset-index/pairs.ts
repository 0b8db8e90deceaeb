import {z} from 'zod';
import {compareKeys} from '../../core/keys.ts';
import {mergeJoin} from '../../core/merge-join.ts';
import type {Reader} from '../../databases/database.ts';
import type {Listing, StoredObject} from '../../stores/object-store.ts';
import type {CheckIo} from '../invariant.ts';
import type {AssetIndex} from './asset-index.ts';
import {asText} from './decide.ts';

export interface FileRow {
  readonly key: string;
  readonly hash: string | null;
}

/** An object and its row; one of both may be missing. */
export interface Pair {
  readonly key: string;
  readonly object: StoredObject | null;
  readonly row: FileRow | null;
}

export const rowsPerRead = 5_000;

/** Merge-joins the listing with the table, both in key order: memory is two pages, whatever the size of either. */
export async function* pairs({
  source,
  target,
  scope,
  range,
  signal,
}: CheckIo<AssetIndex>): AsyncGenerator<Pair> {
  const listing = {prefix: scope.prefix, ...range, signal};
  const objects = source === null ? none() : source.list(listing);
  for await (const {key, left, right} of mergeJoin(objects, filesInOrder(target, listing)))
    yield {key, object: left, row: right};
}

/** Rows of files in chunks by key: one whole-table read would outlast a request's time on D1. */
async function* filesInOrder(
  target: Reader,
  {prefix, lo, hi, signal}: Listing,
): AsyncGenerator<readonly FileRow[]> {
  const fileRow = z.object({key: z.string(), content_hash: z.string().nullable()});
  // One lower bound, so that the index is entered there: with two, every chunk would read all chunks before it.
  let [bound, from] = compareKeys(prefix, lo) > 0 || lo === '' ? ['>=', prefix] : ['>', lo];
  for (;;) {
    signal.throwIfAborted();
    const found: readonly FileRow[] = (
      await target.query(
        `SELECT key, ${asText('content_hash')} AS content_hash
         FROM files
         WHERE key ${bound} ?1 AND ${hi === null ? "key < x''" : 'key <= ?3'}
         ORDER BY key
         LIMIT ?2`,
        [from, rowsPerRead, ...(hi === null ? [] : [hi])],
      )
    )
      .map(row => fileRow.parse(row))
      .map(row => ({key: row.key, hash: row.content_hash}));
    const inside = found.filter(({key}) => key.startsWith(prefix));
    if (inside.length > 0) yield inside;
    const last = found.at(-1);
    if (last === undefined || inside.length < found.length) return;
    [bound, from] = ['>', last.key];
  }
}

async function* none(): AsyncGenerator<never> {}
