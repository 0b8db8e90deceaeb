import {z} from 'zod';
import type {Decision} from '../../../core/entry.ts';
import {jsonParts} from '../../../core/json-parts.ts';
import type {Probe} from '../../../core/probe.ts';
import type {Reader} from '../../../databases/database.ts';
import {type Encoded, encoded, encodedText, isExact} from '../../exact.ts';
import {textIn} from '../../row-text.ts';
import type {Inspected, Io} from '../../shape.ts';
import {doubtfulKeys, doubtfulReason} from '../doubtful.ts';
import type {MediaFacts} from '../facts.ts';
import {uidsOf} from '../identity.ts';
import {sqlTime} from '../sql-time.ts';
import type {SeenChange} from './change.ts';
import type {MediaSeen} from './seen.ts';

/** Less than a day, so that a daily run comes round to every row, and a second one on the same day to none. */
const freshHours = 20;

interface SeenRow {
  readonly mediaUid: string;
  readonly key: string;
  readonly seen: Encoded;
  /** It was never seen, or too long ago. */
  readonly isDue: boolean;
}

/** Every row of a version that is listed is dated anew, where it was not dated within the last hours. */
export async function decideSeen(
  page: readonly Inspected<MediaSeen>[],
  io: Io<MediaSeen>,
  {facts}: Probe<MediaFacts>,
): Promise<readonly Decision<SeenChange>[]> {
  const now = io.now();
  const rows = await readSeen(
    io.target,
    page.flatMap(({item}) => uidsOf(item)),
    sqlTime(now - freshHours * 3_600_000),
  );
  const objects = page.map(({item}) => ({
    item,
    found: uidsOf(item).flatMap(uid => {
      const row = rows.get(uid);
      return row?.key === item.key ? [row] : [];
    }),
  }));
  const doubtful = await doubtfulKeys(
    io.target,
    facts,
    objects.filter(({found}) => found.length === 0).map(({item}) => item),
  );
  return objects.map(({item: {key}, found}): Decision<SeenChange> => {
    if (found.length === 0)
      return doubtful.has(key)
        ? {action: 'conflict', reason: doubtfulReason}
        : {action: 'skip', reason: 'not in the catalogue: media-ingest inserts it'};
    const due = found.filter(({isDue}) => isDue);
    if (due.length === 0) return {action: 'unchanged'};
    if (!due.every(({seen}) => isExact(seen)))
      return {action: 'conflict', reason: 'its last_seen_at is a number that could not be put back exactly'};
    const dated = due.map(({mediaUid, seen}) => ({mediaUid, before: seen}));
    return {action: 'update', change: {key, rows: dated, seenAt: sqlTime(now)}};
  });
}

const dueRow = z.object({media_uid: z.string(), key: z.string(), due: z.number()});

/** What is no date counts as never. */
async function readSeen(
  target: Reader,
  uids: readonly string[],
  freshSince: string,
): Promise<ReadonlyMap<string, SeenRow>> {
  const found = await Promise.all(
    jsonParts(uids).map(part =>
      target.query(
        `SELECT media_uid, CAST(b2_key AS TEXT) AS key, ${encoded('last_seen_at')} AS seen,
           coalesce(datetime(last_seen_at), '') < ?2 AS due
         FROM media_assets
         WHERE media_uid IN (SELECT value FROM json_each(?1))`,
        [part, freshSince],
      ),
    ),
  );
  return new Map(
    found.flat().map(row => {
      const {media_uid: mediaUid, key, due} = dueRow.parse(row);
      return [mediaUid, {mediaUid, key, seen: textIn(row, 'seen'), isDue: due === 1}];
    }),
  );
}

/** A row that is still as the run left it gets back what it said; one that was seen again since is left. */
export async function decideUndo(
  changes: readonly SeenChange[],
  {target}: Pick<Io<MediaSeen>, 'target'>,
): Promise<readonly Decision<SeenChange>[]> {
  const uids = changes.flatMap(({rows}) => rows.map(({mediaUid}) => mediaUid));
  const now = await readSeen(target, uids, '');
  return changes.map((change): Decision<SeenChange> => {
    const standing = change.rows.map(row => standingOf(row, change, now.get(row.mediaUid)));
    if (standing.includes('gone')) return {action: 'conflict', reason: 'its row was deleted after the run'};
    if (standing.includes('neither'))
      return {action: 'conflict', reason: 'its row was dated again after the run'};
    return standing.includes('after') ? {action: 'update', change} : {action: 'unchanged'};
  });
}

function standingOf(
  {before}: SeenChange['rows'][number],
  {key, seenAt}: SeenChange,
  row: SeenRow | undefined,
): 'before' | 'after' | 'neither' | 'gone' {
  if (row === undefined || row.key !== key) return 'gone';
  if (row.seen === encodedText(seenAt)) return 'after';
  return row.seen === before ? 'before' : 'neither';
}
