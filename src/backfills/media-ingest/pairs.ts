import {z} from 'zod';
import {compareKeys, type KeyRange} from '../../core/keys.ts';
import {mergeJoin} from '../../core/merge-join.ts';
import type {Reader} from '../../databases/database.ts';
import type {ObjectStore, StoredObject} from '../../stores/object-store.ts';

/** The rows of one key. */
export interface KeyRows {
  readonly key: string;
  /** Their media_uid, oldest first. */
  readonly uids: readonly string[];
}

/** An object and the rows of its key; one of both may be missing. */
export interface Pair {
  readonly key: string;
  readonly object: StoredObject | null;
  readonly rows: KeyRows | null;
}

export interface PairsIo {
  readonly source: ObjectStore | null;
  readonly target: Reader;
  readonly prefix: string;
  readonly range: KeyRange;
  readonly signal: AbortSignal;
}

export const keysPerRead = 10_000;

/** Merge-joins the listing with the catalogue, both in key order: memory is a page of either. */
export async function* pairs({source, target, prefix, range, signal}: PairsIo): AsyncGenerator<Pair> {
  const listing = {prefix, ...range, signal, fileIds: true} as const;
  const objects = source === null ? none() : source.list(listing);
  for await (const {key, left, right} of mergeJoin(objects, keyRows(target, {prefix, ...range, signal})))
    yield {key, object: left, rows: right};
}

const keyRow = z.object({
  key: z.string(),
  uids: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(z.array(z.string())),
});

/** Keys with their rows, in byte order. */
async function* keyRows(
  target: Reader,
  {prefix, lo, hi, signal}: KeyRange & {readonly prefix: string; readonly signal: AbortSignal},
): AsyncGenerator<readonly KeyRows[]> {
  let [bound, from] = compareKeys(prefix, lo) > 0 || lo === '' ? ['>=', prefix] : ['>', lo];
  for (;;) {
    signal.throwIfAborted();
    const found = (
      await target.query(
        `SELECT b2_key AS key, json_group_array(COALESCE(CAST(media_uid AS TEXT), '')) AS uids
         FROM media_assets
         WHERE b2_key ${bound} ?1 AND b2_key < x'' AND (?3 IS NULL OR b2_key <= ?3)
         GROUP BY b2_key
         ORDER BY b2_key
         LIMIT ?2`,
        [from, keysPerRead, hi],
      )
    ).map(row => keyRow.parse(row));
    const within = found.filter(({key}) => key.startsWith(prefix));
    yield within;
    const last = found.at(-1);
    if (last === undefined || found.length < keysPerRead || within.length < found.length) return;
    [bound, from] = ['>', last.key];
  }
}

async function* none(): AsyncGenerator<readonly StoredObject[]> {}
