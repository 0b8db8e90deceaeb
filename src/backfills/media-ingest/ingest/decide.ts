import {z} from 'zod';
import type {Decision} from '../../../core/entry.ts';
import {jsonParts} from '../../../core/json-parts.ts';
import type {Probe} from '../../../core/probe.ts';
import type {Reader} from '../../../databases/database.ts';
import type {Inspected, Io} from '../../shape.ts';
import type {MediaFacts} from '../facts.ts';
import {familyOf, identify, uidsOf} from '../identity.ts';
import {type MediaChange, sqlTime} from './change.ts';
import type {MediaIngest} from './ingest.ts';

/** A row for every version of an object that is known under no name, in the family of the catalogue. */
export async function decideMedia(
  page: readonly Inspected<MediaIngest>[],
  io: Io<MediaIngest>,
  {facts}: Probe<MediaFacts>,
): Promise<readonly Decision<MediaChange>[]> {
  const objects = page.map(({item}) => ({item, uids: uidsOf(item)}));
  const known = await knownUids(
    io.target,
    objects.flatMap(({uids}) => uids),
  );
  const missing = objects.filter(({uids}) => !uids.some(uid => known.has(uid)));
  const goesByFileId = facts.family === 'version' || facts.looked.version > 0;
  const unnamed = goesByFileId ? missing.filter(({item}) => item.fileId === undefined) : [];
  const doubtful = await namedByFileId(
    io.target,
    unnamed.map(({item}) => item.key),
  );
  const ingestedAt = sqlTime(io.now());
  return objects.map(({item, uids}): Decision<MediaChange> => {
    if (uids.some(uid => known.has(uid))) return {action: 'unchanged'};
    const named = identify(item, facts.family);
    if (named === null) throw new RangeError(`${item.key} has no identity`);
    if (doubtful.has(sameVersion(item.key, named.etag, item.size)))
      return {
        action: 'conflict',
        reason:
          'its row is named by a file id, and this listing has none: list the bucket with its versions (b2://BUCKET), or it would be there twice',
      };
    const {key, size} = item;
    return {action: 'insert', change: {key, size, ingestedAt, ...named}};
  });
}

async function knownUids(target: Reader, uids: readonly string[]): Promise<ReadonlySet<string>> {
  const found = await Promise.all(
    jsonParts(uids).map(part =>
      target.query('SELECT media_uid FROM media_assets WHERE media_uid IN (SELECT value FROM json_each(?))', [
        part,
      ]),
    ),
  );
  return new Set(found.flat().map(row => z.string().parse(row['media_uid'])));
}

const rowOfKey = z
  .object({
    media_uid: z.string(),
    b2_key: z.string(),
    b2_file_id: z.string().nullable(),
    size: z.number(),
    etag: z.string().nullable(),
  })
  .transform(row => ({
    mediaUid: row.media_uid,
    key: row.b2_key,
    fileId: row.b2_file_id,
    size: row.size,
    etag: row.etag,
  }));

/** Versions that have a row which only a file id leads to. */
async function namedByFileId(target: Reader, keys: readonly string[]): Promise<ReadonlySet<string>> {
  const found = await Promise.all(
    jsonParts(keys).map(part =>
      target.query(
        `SELECT media_uid, b2_key, b2_file_id, size, CAST(etag AS TEXT) AS etag
         FROM media_assets
         WHERE b2_key IN (SELECT value FROM json_each(?))`,
        [part],
      ),
    ),
  );
  return new Set(
    found
      .flat()
      .map(row => rowOfKey.parse(row))
      .filter(row => familyOf(row) === 'version')
      .map(({key, etag, size}) => sameVersion(key, etag, size)),
  );
}

function sameVersion(key: string, etag: string | null, size: number): string {
  return JSON.stringify([key, etag, size]);
}
