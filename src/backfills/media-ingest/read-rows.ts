import {z} from 'zod';
import {jsonParts} from '../../core/json-parts.ts';
import {quoted} from '../../core/sql.ts';
import type {Reader} from '../../databases/database.ts';
import type {MediaFacts} from './facts.ts';
import type {Named} from './identity.ts';

/** A row of media_assets. */
export interface MediaRow extends Named {
  readonly id: number;
  readonly size: number | null;
  readonly ingestedAt: string | null;
  /** It is marked as a double of another row. */
  readonly isDouble: boolean;
}

/** Rows to one query: about 2 MB of answer. */
export const rowsPerRead = 10_000;

const text = z.string().nullable();
export const mediaRow = z
  .object({
    id: z.number(),
    media_uid: z.string(),
    b2_key: z.string(),
    b2_file_id: text,
    size: z.number().nullable(),
    etag: text,
    ingested_at: text,
    is_double: z.number(),
  })
  .transform(
    (row): MediaRow => ({
      id: row.id,
      mediaUid: row.media_uid,
      key: row.b2_key,
      fileId: row.b2_file_id,
      size: row.size,
      etag: row.etag,
      ingestedAt: row.ingested_at,
      isDouble: row.is_double === 1,
    }),
  );

/** What is read of a row of `media_assets AS row`; a column may hold anything, and is read as text. */
export function rowColumns({id, hasDoubles}: Pick<MediaFacts, 'id' | 'hasDoubles'>): string {
  const isDouble = hasDoubles
    ? 'EXISTS (SELECT 1 FROM media_duplicates AS mark WHERE mark.media_uid = row.media_uid)'
    : '0';
  return `row.${quoted(id)} AS id, COALESCE(CAST(row.media_uid AS TEXT), '') AS media_uid, COALESCE(CAST(row.b2_key AS TEXT), '') AS b2_key,
    CAST(row.b2_file_id AS TEXT) AS b2_file_id, CAST(row.size AS INTEGER) AS size, CAST(row.etag AS TEXT) AS etag,
    CAST(row.ingested_at AS TEXT) AS ingested_at, ${isDouble} AS is_double`;
}

/** All rows in the order of their ids, a page at a time; `from` is exclusive. */
export async function* rowsById(
  target: Reader,
  facts: MediaFacts,
  signal: AbortSignal,
  {perRead = rowsPerRead, descending = false} = {},
): AsyncGenerator<readonly MediaRow[]> {
  const id = quoted(facts.id);
  let last: number | null = null;
  for (;;) {
    signal.throwIfAborted();
    const rows: readonly MediaRow[] = (
      await target.query(
        `SELECT ${rowColumns(facts)}
         FROM media_assets AS row
         WHERE ${last === null ? '?1 IS NULL' : `row.${id} ${descending ? '<' : '>'} ?1`}
         ORDER BY row.${id} ${descending ? 'DESC' : ''}
         LIMIT ?2`,
        [last, perRead],
      )
    ).map(row => mediaRow.parse(row));
    yield rows;
    if (rows.length < perRead) return;
    last = rows.at(-1)?.id ?? null;
  }
}

/** The rows of some keys, by key. */
export async function rowsOfKeys(
  target: Reader,
  facts: Pick<MediaFacts, 'id' | 'hasDoubles'>,
  keys: readonly string[],
): Promise<ReadonlyMap<string, readonly MediaRow[]>> {
  const found = await Promise.all(
    jsonParts(keys).map(part =>
      target.query(
        `SELECT ${rowColumns(facts)}
         FROM media_assets AS row
         WHERE row.b2_key IN (SELECT value FROM json_each(?))`,
        [part],
      ),
    ),
  );
  const byKey = new Map<string, MediaRow[]>();
  for (const row of found.flat().map(each => mediaRow.parse(each))) {
    const rows = byKey.get(row.key) ?? [];
    rows.push(row);
    byKey.set(row.key, rows);
  }
  return byKey;
}
