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
    record: z.string().nullable(),
    indexed_at: z.string(),
    altered: z.union([z.boolean(), z.number()]).transform(Boolean),
  })
  .transform(({indexed_at: indexedAt, ...row}) => ({...row, indexedAt}));

/** A row as it stands; its content only where it was asked for. */
export type RecordRow = Omit<RecordState, 'record'> & {readonly uri: string; readonly record: string | null};

export interface Wanted {
  readonly uri: string;
  /** The content is read only of a row that has another CID. */
  readonly cid: string | null;
}

/** The rows of some URIs. */
export async function readRows(
  target: Reader,
  wanted: readonly Wanted[],
  hasAltered: boolean,
): Promise<ReadonlyMap<string, RecordRow>> {
  const rows = await target.query(
    `SELECT row.uri, row.cid, CASE WHEN row.cid IS DISTINCT FROM item.c THEN row.record::text END AS record,
       ${moment('row.indexed_at')} AS indexed_at, ${hasAltered ? 'row.altered' : 'false'} AS altered
     FROM jsonb_to_recordset($1::jsonb) AS item (u text, c text)
     JOIN records AS row ON row.uri = item.u`,
    [JSON.stringify(wanted.map(({uri, cid}) => ({u: uri, c: cid})))],
  );
  return new Map(rows.map(row => rowSchema.parse(row)).map(row => [row.uri, row]));
}
