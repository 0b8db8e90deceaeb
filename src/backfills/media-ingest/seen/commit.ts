import type {Statement} from '../../../core/sql.ts';
import {decoded, encoded} from '../../exact.ts';
import type {SeenChange} from './change.ts';

/** One column of the rows of a page, each only while it says what it said when it was decided. */
export function commitSeen(changes: readonly SeenChange[]): readonly Statement[] {
  return [
    dateRows(
      changes,
      'headgate_seen.seen_at',
      `${encoded('media_assets.last_seen_at')} IS headgate_seen.before`,
    ),
  ];
}

export function undoSeen(changes: readonly SeenChange[]): readonly Statement[] {
  return [
    dateRows(changes, decoded('headgate_seen.before'), 'media_assets.last_seen_at IS headgate_seen.seen_at'),
  ];
}

function dateRows(changes: readonly SeenChange[], value: string, isAsExpected: string): Statement {
  return {
    sql: `WITH headgate_seen AS MATERIALIZED (
            SELECT CAST(value->>0 AS TEXT) AS media_uid, value->>1 AS key, value->>2 AS before, value->>3 AS seen_at
            FROM json_each(?1)
          )
          UPDATE media_assets
          SET last_seen_at = ${value}
          FROM headgate_seen
          WHERE media_assets.media_uid = headgate_seen.media_uid
            AND media_assets.b2_key = headgate_seen.key
            AND ${isAsExpected}
          RETURNING b2_key AS key`,
    params: [
      JSON.stringify(
        changes.flatMap(({key, rows, seenAt}) =>
          rows.map(({mediaUid, before}) => [mediaUid, key, before, seenAt]),
        ),
      ),
    ],
    counts: 'updated',
  };
}
