import {z} from 'zod';
import type {Decision} from '../../../core/entry.ts';
import {normaliseEtag} from '../../../core/identity.ts';
import {jsonParts} from '../../../core/json-parts.ts';
import type {Probe} from '../../../core/probe.ts';
import type {Reader} from '../../../databases/database.ts';
import type {Inspected, Io} from '../../shape.ts';
import type {MediaFacts} from '../facts.ts';
import {familyOf, hasFileId, identify, uidsOf} from '../identity.ts';
import {rowsOfKeys} from '../read-rows.ts';
import {sqlTime} from '../sql-time.ts';
import type {MediaChange} from './change.ts';
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
  const unnamed = goesByFileId ? missing.filter(({item}) => !hasFileId(item)) : [];
  const doubtful = await namedByFileId(
    io.target,
    facts,
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

/** Versions that have a row which only a file id leads to. */
async function namedByFileId(
  target: Reader,
  facts: MediaFacts,
  keys: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await rowsOfKeys(target, facts, keys);
  return new Set(
    [...rows.values()]
      .flat()
      .filter(row => familyOf(row) === 'version')
      .map(({key, etag, size}) => sameVersion(key, etag, size)),
  );
}

function sameVersion(key: string, etag: string | null, size: number | null): string {
  return JSON.stringify([key, etag === null ? null : normaliseEtag(etag), size]);
}
