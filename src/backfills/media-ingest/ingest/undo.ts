import {z} from 'zod';
import type {Decision} from '../../../core/entry.ts';
import {jsonParts} from '../../../core/json-parts.ts';
import type {Probe} from '../../../core/probe.ts';
import {allOf, quoted, type Statement} from '../../../core/sql.ts';
import type {Io} from '../../shape.ts';
import type {MediaFacts} from '../facts.ts';
import {changeValues, type MediaChange} from './change.ts';
import type {MediaIngest} from './ingest.ts';

/** Takes inserted rows away, each only while it is as the run left it. */
export function undoMedia(changes: readonly MediaChange[], {facts}: Probe<MediaFacts>): readonly Statement[] {
  return [
    {
      sql: `DELETE FROM media_assets
            WHERE media_uid IN (
              SELECT row.media_uid
              FROM json_each(?) AS gone
              CROSS JOIN media_assets AS row ON row.media_uid = gone.value->>0
              WHERE ${isAsInserted(facts)} AND NOT ${isKept(facts)}
            )
            RETURNING b2_key AS key`,
      params: [JSON.stringify(changes.map(changeValues))],
      counts: 'deleted',
    },
  ];
}

function isAsInserted({leftAlone}: Pick<MediaFacts, 'leftAlone'>): string {
  return allOf([
    'row.b2_key IS gone.value->>1',
    'row.b2_file_id IS gone.value->>2',
    'row.size IS gone.value->>3',
    'row.etag IS gone.value->>4',
    'row.ingested_at IS gone.value->>5',
    ...leftAlone.map(({column, is}) => `row.${quoted(column)} IS ${is}`),
  ]);
}

/** SQL that is 1 where another row is marked as a double of this one: without it, a gallery would show neither. */
function isKept({hasDoubles}: Pick<MediaFacts, 'hasDoubles'>): string {
  return hasDoubles
    ? 'EXISTS (SELECT 1 FROM media_duplicates AS mark WHERE mark.duplicate_of = row.media_uid)'
    : 'false';
}

const standing = z.object({media_uid: z.string(), as_inserted: z.number(), is_kept: z.number()});

export async function decideUndo(
  changes: readonly MediaChange[],
  {target}: Pick<Io<MediaIngest>, 'target'>,
  {facts}: Probe<MediaFacts>,
): Promise<readonly Decision<MediaChange>[]> {
  const found = await Promise.all(
    jsonParts(changes.map(changeValues)).map(part =>
      target.query(
        `SELECT row.media_uid AS media_uid, ${isAsInserted(facts)} AS as_inserted, ${isKept(facts)} AS is_kept
         FROM json_each(?) AS gone
         CROSS JOIN media_assets AS row ON row.media_uid = gone.value->>0`,
        [part],
      ),
    ),
  );
  const rows = new Map(
    found
      .flat()
      .map(row => standing.parse(row))
      .map(row => [row.media_uid, row]),
  );
  return changes.map((change): Decision<MediaChange> => {
    const row = rows.get(change.mediaUid);
    if (row === undefined) return {action: 'unchanged'};
    if (row.is_kept === 1)
      return {
        action: 'conflict',
        reason: 'another row is marked as a double of it: undo media-doubles first',
      };
    if (row.as_inserted === 1) return {action: 'delete', change};
    return {action: 'conflict', reason: 'the row was changed after the run'};
  });
}
