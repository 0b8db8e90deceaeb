import {z} from 'zod';
import {jsonParts} from '../../../core/json-parts.ts';
import {quoted} from '../../../core/sql.ts';
import type {Reader} from '../../../databases/database.ts';
import {encoded} from '../../exact.ts';
import {textIn} from '../../row-text.ts';
import {type MetadataValues, metadataColumns} from './change.ts';

/** A row of the catalogue, and what the table beside it has under its media_uid. */
export interface BesideRow {
  readonly key: string;
  readonly values: MetadataValues | null;
}

const besideRow = z.object({media_uid: z.string(), key: z.string(), is_read: z.number()});

/** By media_uid; those that the catalogue does not have are left out. */
export async function readBeside(
  target: Reader,
  uids: readonly string[],
): Promise<ReadonlyMap<string, BesideRow>> {
  const found = await Promise.all(
    jsonParts(uids).map(part =>
      target.query(
        `SELECT row.media_uid AS media_uid, CAST(row.b2_key AS TEXT) AS key, beside.media_uid IS NOT NULL AS is_read,
           ${encodedColumns('beside')}
         FROM media_assets AS row
         LEFT JOIN media_metadata AS beside ON beside.media_uid = row.media_uid
         WHERE row.media_uid IN (SELECT value FROM json_each(?))`,
        [part],
      ),
    ),
  );
  return new Map(
    found.flat().map(row => {
      const {media_uid: mediaUid, key, is_read: isRead} = besideRow.parse(row);
      return [mediaUid, {key, values: isRead === 1 ? valuesIn(row) : null}];
    }),
  );
}

/** By media_uid, whether the catalogue still has it or not. */
export async function readMetadataRows(
  target: Reader,
  uids: readonly string[],
): Promise<ReadonlyMap<string, MetadataValues>> {
  const found = await Promise.all(
    jsonParts(uids).map(part =>
      target.query(
        `SELECT media_uid, ${encodedColumns('media_metadata')}
         FROM media_metadata
         WHERE media_uid IN (SELECT value FROM json_each(?))`,
        [part],
      ),
    ),
  );
  return new Map(found.flat().map(row => [z.string().parse(row['media_uid']), valuesIn(row)]));
}

function encodedColumns(table: string): string {
  return metadataColumns.map(name => `${encoded(`${table}.${quoted(name)}`)} AS ${quoted(name)}`).join(', ');
}

function valuesIn(row: Parameters<typeof textIn>[0]): MetadataValues {
  const [type, cache, disposition, metadata, readAt] = metadataColumns;
  return [
    textIn(row, type),
    textIn(row, cache),
    textIn(row, disposition),
    textIn(row, metadata),
    textIn(row, readAt),
  ];
}
