import {z} from 'zod';
import type {Decision} from '../../../core/entry.ts';
import {jsonParts} from '../../../core/json-parts.ts';
import type {Probe} from '../../../core/probe.ts';
import type {Reader} from '../../../databases/database.ts';
import type {Inspected, Io} from '../../shape.ts';
import {doubtfulKeys, doubtfulReason} from '../doubtful.ts';
import type {MediaFacts} from '../facts.ts';
import {identify, uidsOf} from '../identity.ts';
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
  const doubtful = await doubtfulKeys(
    io.target,
    facts,
    missing.map(({item}) => item),
  );
  const ingestedAt = sqlTime(io.now());
  return objects.map(({item, uids}): Decision<MediaChange> => {
    if (uids.some(uid => known.has(uid))) return {action: 'unchanged'};
    const named = identify(item, facts.family);
    if (named === null)
      return {action: 'conflict', reason: 'the catalogue goes by ETags, and the object has none'};
    if (doubtful.has(item.key))
      return {action: 'conflict', reason: `${doubtfulReason}, or it would be there twice`};
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
