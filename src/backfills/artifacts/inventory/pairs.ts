import {z} from 'zod';
import {compareKeys, type KeyRange} from '../../../core/keys.ts';
import {mergeJoin} from '../../../core/merge-join.ts';
import {quoted} from '../../../core/sql.ts';
import type {Reader} from '../../../databases/database.ts';
import type {StoredObject} from '../../../stores/object-store.ts';
import type {CheckIo} from '../../invariant.ts';
import type {ArtifactsFacts} from '../facts.ts';
import {isUnknown} from '../names.ts';
import {bucketOf} from './bucket.ts';
import type {ArtifactsInventory} from './inventory.ts';

/** The rows of one object. */
export interface KeyRows {
  readonly key: string;
  readonly rows: number;
  readonly known: number;
}

/** An object and its rows; one of both may be missing. */
export interface Pair {
  readonly key: string;
  readonly object: StoredObject | null;
  readonly rows: KeyRows | null;
}

export const rowsPerRead = 20_000;

/** Merge-joins the listing with the rows of its bucket, both in key order: memory is two pages. */
export async function* pairs(io: CheckIo<ArtifactsInventory>, facts: ArtifactsFacts): AsyncGenerator<Pair> {
  const {source, target, scope, range, signal} = io;
  const bucket = bucketOf(io);
  const listing = {prefix: scope.prefix, ...range, signal};
  const objects = source === null ? none() : source.list(listing);
  for await (const {key, left, right} of mergeJoin(
    objects,
    rowsInOrder(target, facts, bucket, {...range, prefix: scope.prefix, signal}),
  ))
    yield {key, object: left, rows: right};
}

const keyRows = z.object({key: z.string(), rows: z.number(), known: z.number()});

/** Without a source every bucket counts, and keys of several may come twice. */
async function* rowsInOrder(
  target: Reader,
  facts: ArtifactsFacts,
  bucket: string | null,
  {prefix, lo, hi, signal}: KeyRange & {readonly prefix: string; readonly signal: AbortSignal},
): AsyncGenerator<readonly KeyRows[]> {
  const [b, key] = [quoted(facts.bucket), quoted(facts.key)];
  let [bound, from] = compareKeys(prefix, lo) > 0 || lo === '' ? ['>=', prefix] : ['>', lo];
  for (;;) {
    signal.throwIfAborted();
    const found = (
      await target.query(
        `SELECT ${key} AS key, count(*) AS rows, sum(NOT ${isUnknown(quoted(facts.sourceType))}) AS known
         FROM artifacts
         WHERE ${bucket === null ? `${b} IS NOT NULL AND ?3 IS NULL` : `${b} = ?3`}
           AND ${key} ${bound} ?1 AND ${key} < x'' AND (?4 IS NULL OR ${key} <= ?4)
         GROUP BY ${key}
         ORDER BY ${key}
         LIMIT ?2`,
        [from, rowsPerRead, bucket, hi],
      )
    ).map(row => keyRows.parse(row));
    const within = found.filter(({key: each}) => each.startsWith(prefix));
    yield within;
    const last = found.at(-1);
    if (last === undefined || found.length < rowsPerRead || within.length < found.length) return;
    [bound, from] = ['>', last.key];
  }
}

async function* none(): AsyncGenerator<readonly StoredObject[]> {}
