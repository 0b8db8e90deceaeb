import type {Probe} from '../../../core/probe.ts';
import {quoted, type Statement} from '../../../core/sql.ts';
import {decoded} from '../../exact.ts';
import type {MediaFacts} from '../facts.ts';
import type {PruneChange} from './change.ts';
import {goneParam, goneTable, goneValue, isAsBefore} from './rows.ts';

/**
 * A key's rows go together, and only while they are, all of them and no other, exactly as they were read: a row that
 * somebody changed, took away or added meanwhile keeps the whole key.
 */
export function commitPrune(
  changes: readonly PruneChange[],
  {facts}: Probe<MediaFacts>,
): readonly Statement[] {
  const id = quoted(facts.id);
  const columns = changes[0]?.columns ?? [];
  return [
    {
      sql: `WITH ${goneTable}
            DELETE FROM media_assets
            WHERE ${id} IN (SELECT id FROM headgate_gone)
              AND b2_key NOT IN (
                SELECT row.b2_key
                FROM media_assets AS row
                WHERE row.b2_key IN (SELECT key FROM headgate_gone)
                  AND row.${id} NOT IN (
                    SELECT same.${id}
                    FROM headgate_gone
                    CROSS JOIN media_assets AS same ON same.${id} = headgate_gone.id
                    WHERE ${isAsBefore('same', columns)}
                  )
              )
              AND b2_key NOT IN (
                SELECT headgate_gone.key
                FROM headgate_gone
                LEFT JOIN media_assets AS row ON row.${id} = headgate_gone.id AND row.b2_key = headgate_gone.key
                WHERE row.${id} IS NULL
              )
            RETURNING b2_key AS key`,
      params: [goneParam(changes)],
      counts: 'deleted',
    },
  ];
}

/** The same rows again, under their ids, where neither an id nor a media_uid of the key's is another row's. */
export function undoPrune(changes: readonly PruneChange[], {facts}: Probe<MediaFacts>): readonly Statement[] {
  const id = quoted(facts.id);
  const columns = changes[0]?.columns ?? [];
  return [
    {
      sql: `WITH ${goneTable}
            INSERT INTO media_assets (${columns.map(quoted).join(', ')})
            SELECT ${columns.map((_, index) => decoded(goneValue(index))).join(', ')}
            FROM headgate_gone
            WHERE headgate_gone.id NOT IN (SELECT row.${id} FROM headgate_gone AS gone CROSS JOIN media_assets AS row ON row.${id} = gone.id)
              AND headgate_gone.key NOT IN (
                SELECT headgate_gone.key
                FROM headgate_gone
                CROSS JOIN media_assets AS row ON row.${id} = headgate_gone.id
                WHERE NOT (${isAsBefore('row', columns)})
              )
              AND headgate_gone.key NOT IN (
                SELECT headgate_gone.key
                FROM headgate_gone
                CROSS JOIN media_assets AS row ON row.media_uid = headgate_gone.media_uid
                WHERE row.${id} IS NOT headgate_gone.id
              )
            ON CONFLICT DO NOTHING
            RETURNING b2_key AS key`,
      params: [goneParam(changes)],
      counts: 'inserted',
    },
  ];
}
