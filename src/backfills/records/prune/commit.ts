import {quoted, type Statement} from '../../../core/sql.ts';
import type {RecordsFacts} from '../facts.ts';
import {moment} from '../rows.ts';
import type {PruneChange} from './change.ts';

/** Each row only while it is the one that was looked at. */
export function commitPrune(changes: readonly PruneChange[]): readonly Statement[] {
  return [
    {
      sql: `DELETE FROM records AS row
            USING jsonb_to_recordset($1::jsonb) AS item (u text, c text, t text)
            WHERE row.uri = item.u AND row.cid = item.c AND ${moment('row.indexed_at')} = item.t
            RETURNING row.uri AS key`,
      params: [JSON.stringify(changes.map(({key, cid, indexedAt}) => ({u: key, c: cid, t: indexedAt})))],
      counts: 'deleted',
    },
  ];
}

/** Rows come back with all of their columns, where nobody has written another meanwhile. What Postgres computes it computes anew. */
export function undoPrune(
  changes: readonly PruneChange[],
  {columns}: Pick<RecordsFacts, 'columns'>,
): readonly Statement[] {
  return [
    {
      sql: `INSERT INTO records (${columns.map(quoted).join(', ')})
            OVERRIDING SYSTEM VALUE
            SELECT ${columns.map(name => `back.${quoted(name)}`).join(', ')}
            FROM jsonb_array_elements_text($1::jsonb) AS item
            CROSS JOIN LATERAL jsonb_populate_record(NULL::records, item::jsonb) AS back
            ON CONFLICT (uri) DO NOTHING
            RETURNING uri AS key`,
      params: [JSON.stringify(changes.map(({row}) => row))],
      counts: 'inserted',
    },
  ];
}
