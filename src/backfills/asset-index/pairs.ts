import {z} from 'zod';
import {compareKeys} from '../../core/keys.ts';
import type {Reader} from '../../databases/database.ts';
import type {ObjectStore, StoredObject} from '../../stores/object-store.ts';

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

const rowsAtOnce = 5_000;

/** Merge-joins the listing with the table, both in key order: memory is two pages, whatever the size of either. */
export async function* pairs(
  source: ObjectStore | null,
  target: Reader,
  prefix: string,
  signal: AbortSignal,
): AsyncGenerator<Pair> {
  const objects = one(source === null ? none() : source.list({prefix, lo: '', hi: null, signal}));
  const rows = one(filesInOrder(target, prefix, signal));
  let object = await objects.next();
  let row = await rows.next();
  while (object.done !== true || row.done !== true) {
    const order =
      object.done === true ? 1 : row.done === true ? -1 : compareKeys(object.value.key, row.value.key);
    yield {
      key: order <= 0 && object.done !== true ? object.value.key : row.done !== true ? row.value.key : '',
      object: order <= 0 && object.done !== true ? object.value : null,
      row: order >= 0 && row.done !== true ? row.value : null,
    };
    if (order <= 0) object = await objects.next();
    if (order >= 0) row = await rows.next();
  }
}

/** Rows of files in chunks by key: one whole-table read would outlast a request's time on D1. */
async function* filesInOrder(
  target: Reader,
  prefix: string,
  signal: AbortSignal,
): AsyncGenerator<readonly FileRow[]> {
  const fileRow = z.object({key: z.string(), content_hash: z.string().nullable()});
  let after: string | null = null;
  for (;;) {
    signal.throwIfAborted();
    const found: readonly FileRow[] = (
      await target.query(
        `SELECT key, content_hash
         FROM files
         WHERE key >= ?1 AND (?2 IS NULL OR key > ?2)
         ORDER BY key
         LIMIT ?3`,
        [prefix, after, rowsAtOnce],
      )
    )
      .map(row => fileRow.parse(row))
      .map(row => ({key: row.key, hash: row.content_hash}));
    const inside = found.filter(({key}) => key.startsWith(prefix));
    if (inside.length > 0) yield inside;
    const last = found.at(-1);
    if (last === undefined || inside.length < found.length) return;
    after = last.key;
  }
}

async function* one<T>(pages: AsyncIterable<readonly T[]>): AsyncGenerator<T> {
  for await (const page of pages) yield* page;
}

async function* none(): AsyncGenerator<never> {}
