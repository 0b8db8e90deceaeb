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
              WHERE ${isAsInserted(facts)}
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

const standing = z.object({media_uid: z.string(), as_inserted: z.number()});

export async function decideUndo(
  changes: readonly MediaChange[],
  {target}: Pick<Io<MediaIngest>, 'target'>,
  {facts}: Probe<MediaFacts>,
): Promise<readonly Decision<MediaChange>[]> {
  const found = await Promise.all(
    jsonParts(changes.map(changeValues)).map(part =>
      target.query(
        `SELECT row.media_uid AS media_uid, ${isAsInserted(facts)} AS as_inserted
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
      .map(row => [row.media_uid, row.as_inserted === 1]),
  );
  return changes.map((change): Decision<MediaChange> => {
    const isAsItWas = rows.get(change.mediaUid);
    if (isAsItWas === undefined) return {action: 'unchanged'};
    if (isAsItWas) return {action: 'delete', change};
    return {action: 'conflict', reason: 'the row was changed after the run'};
  });
}
