import type {Statement} from '../../core/sql.ts';
import type {RecordChange} from './change.ts';
import {moment} from './rows.ts';

/** The parts of at://DID/COLLECTION/RKEY as Postgres splits it. */
const parts = "split_part(item.u, '/', 3), split_part(item.u, '/', 4), split_part(item.u, '/', 5)";

/** Inserts where there is no row, and updates only the version that was there when it was decided. */
export function commitRecords(changes: readonly RecordChange[], hasAltered: boolean): readonly Statement[] {
  const inserts = changes.filter(({before}) => before === null);
  const updates = changes.filter(({before}) => before !== null);
  const flag = hasAltered ? {column: ', altered', value: ', item.f', set: ', altered = item.f'} : noFlag;
  return [
    ...(inserts.length === 0
      ? []
      : [
          {
            sql: `INSERT INTO records (uri, did, collection, rkey, record, cid, indexed_at, created_at${flag.column})
                  SELECT item.u, ${parts}, item.r, item.c, item.t, item.t${flag.value}
                  FROM jsonb_to_recordset($1::jsonb) AS item (u text, r jsonb, c text, t timestamptz, f boolean)
                  ON CONFLICT (uri) DO NOTHING
                  RETURNING uri AS key`,
            params: [itemsOf(inserts)],
            counts: 'inserted' as const,
          },
        ]),
    ...(updates.length === 0
      ? []
      : [
          {
            sql: `UPDATE records AS row
                  SET record = item.r, cid = item.c, indexed_at = item.t${flag.set}
                  FROM jsonb_to_recordset($1::jsonb) AS item (u text, r jsonb, c text, t timestamptz, f boolean, b text)
                  WHERE row.uri = item.u AND row.cid = item.b
                  RETURNING row.uri AS key`,
            params: [itemsOf(updates)],
            counts: 'updated' as const,
          },
        ]),
  ];
}

const noFlag = {column: '', value: '', set: ''};

/** The records are JSON already: they go in as they are, and are read once, by Postgres. */
function itemsOf(changes: readonly RecordChange[]): string {
  return `[${changes.map(itemOf).join(',')}]`;
}

function itemOf({key, record, cid, indexedAt, altered, before}: RecordChange): string {
  if (record === undefined)
    throw new TypeError(`${key} has no content any more: it is read again to be written`);
  const former = before === null ? '' : `,"b":${JSON.stringify(before.cid)}`;
  return `{"u":${JSON.stringify(key)},"r":${record},"c":"${cid}","t":"${indexedAt}","f":${altered}${former}}`;
}

/** Puts back what was there, or deletes what was not, where the row is still as the run left it. */
export function undoRecords(changes: readonly RecordChange[], hasAltered: boolean): readonly Statement[] {
  const inserted = changes.filter(({before}) => before === null);
  const updated = changes.filter(({before}) => before !== null);
  const isOurs = `row.cid = item.c AND ${moment('row.indexed_at')} = item.t`;
  return [
    ...(inserted.length === 0
      ? []
      : [
          {
            sql: `DELETE FROM records AS row
                  USING jsonb_to_recordset($1::jsonb) AS item (u text, c text, t text)
                  WHERE row.uri = item.u AND ${isOurs}
                  RETURNING row.uri AS key`,
            params: [
              JSON.stringify(inserted.map(({key, cid, indexedAt}) => ({u: key, c: cid, t: indexedAt}))),
            ],
            counts: 'deleted' as const,
          },
        ]),
    ...(updated.length === 0
      ? []
      : [
          {
            sql: `UPDATE records AS row
                  SET record = item.r::jsonb, cid = item.b, indexed_at = item.i${hasAltered ? ', altered = item.f' : ''}
                  FROM jsonb_to_recordset($1::jsonb)
                    AS item (u text, c text, t text, r text, b text, i timestamptz, f boolean)
                  WHERE row.uri = item.u AND ${isOurs}
                  RETURNING row.uri AS key`,
            params: [
              JSON.stringify(
                updated.map(({key, cid, indexedAt, before}) => ({
                  u: key,
                  c: cid,
                  t: indexedAt,
                  r: before?.record,
                  b: before?.cid,
                  i: before?.indexedAt,
                  f: before?.altered,
                })),
              ),
            ],
            counts: 'updated' as const,
          },
        ]),
  ];
}
