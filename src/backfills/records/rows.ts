import {z} from 'zod';
import type {Reader} from '../../databases/database.ts';
import type {RecordState} from './change.ts';

/** A time as text, in UTC and to the microsecond: it says the same when it is read back. */
export function moment(column: string): string {
  return `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}

/** A time of ours as Postgres says it back. */
export function momentOf(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}

const rowSchema = z
  .object({
    uri: z.string(),
    cid: z.string(),
    indexed_at: z.string(),
    altered: z.union([z.boolean(), z.number()]).transform(Boolean),
  })
  .transform(({indexed_at: indexedAt, ...row}) => ({...row, indexedAt}));

/** A row as it stands, without its content. */
export type RecordRow = Omit<RecordState, 'record'> & {readonly uri: string};

/** The rows of some URIs. */
export async function readRows(
  target: Reader,
  uris: readonly string[],
  hasAltered: boolean,
): Promise<ReadonlyMap<string, RecordRow>> {
  const rows = await target.query(
    `SELECT row.uri, row.cid, ${moment('row.indexed_at')} AS indexed_at,
       ${hasAltered ? 'row.altered' : 'false'} AS altered
     FROM jsonb_array_elements_text($1::jsonb) AS item (uri)
     JOIN records AS row ON row.uri = item.uri`,
    [JSON.stringify(uris)],
  );
  return new Map(rows.map(row => rowSchema.parse(row)).map(row => [row.uri, row]));
}

const contentRow = z.object({uri: z.string(), cid: z.string(), record: z.string()});

/** The content of some rows, as text, as long as each is of the version that was read. */
export async function readContents(
  target: Reader,
  rows: readonly RecordRow[],
): Promise<ReadonlyMap<string, string>> {
  if (rows.length === 0) return new Map();
  const read = await target.query(
    `SELECT row.uri, row.cid, row.record::text AS record
     FROM jsonb_array_elements_text($1::jsonb) AS item (uri)
     JOIN records AS row ON row.uri = item.uri`,
    [JSON.stringify(rows.map(({uri}) => uri))],
  );
  const cids = new Map(rows.map(({uri, cid}) => [uri, cid]));
  return new Map(
    read
      .map(row => contentRow.parse(row))
      .filter(({uri, cid}) => cids.get(uri) === cid)
      .map(({uri, record}) => [uri, record]),
  );
}
