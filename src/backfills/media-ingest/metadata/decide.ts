import type {Decision} from '../../../core/entry.ts';
import type {Probe} from '../../../core/probe.ts';
import {isExact} from '../../exact.ts';
import type {Inspected, Io} from '../../shape.ts';
import {doubtfulKeys, doubtfulReason} from '../doubtful.ts';
import type {MediaFacts} from '../facts.ts';
import {uidsOf} from '../identity.ts';
import {sqlTime} from '../sql-time.ts';
import {type MetadataChange, type MetadataValues, saysTheSame, valuesOf} from './change.ts';
import type {MediaMetadata} from './metadata.ts';
import {readBeside, readMetadataRows} from './read.ts';

/** A row beside every row of the version; one that is there is written only where it says something else. */
export async function decideMetadata(
  page: readonly Inspected<MediaMetadata>[],
  io: Io<MediaMetadata>,
  {facts}: Probe<MediaFacts>,
): Promise<readonly Decision<MetadataChange>[]> {
  const beside = await readBeside(
    io.target,
    page.flatMap(({item}) => uidsOf(item)),
  );
  const objects = page.map(({item, found}) => ({
    item,
    found,
    rows: uidsOf(item).flatMap(mediaUid => {
      const row = beside.get(mediaUid);
      return row?.key === item.key ? [{mediaUid, before: row.values}] : [];
    }),
  }));
  const doubtful = await doubtfulKeys(
    io.target,
    facts,
    objects.filter(({rows}) => rows.length === 0).map(({item}) => ({...item, size: item.objectSize})),
  );
  const readAt = sqlTime(io.now());
  return objects.map(({item: {key}, found, rows}): Decision<MetadataChange> => {
    if (rows.length === 0)
      return doubtful.has(key)
        ? {action: 'conflict', reason: doubtfulReason}
        : {action: 'skip', reason: 'not in the catalogue: media-ingest inserts it'};
    const after = valuesOf(found, readAt);
    const other = rows.filter(({before}) => before === null || !saysTheSame(before, after));
    if (other.length === 0) return {action: 'unchanged'};
    if (!other.every(({before}) => before === null || before.every(isExact)))
      return {action: 'conflict', reason: 'its row holds a number that could not be put back exactly'};
    const action = other.some(({before}) => before !== null) ? 'update' : 'insert';
    return {action, change: {key, rows: other, after}};
  });
}

/** Rows that are still as the run left them are put back, or taken away; any other was written by somebody since. */
export async function decideUndo(
  changes: readonly MetadataChange[],
  {target}: Pick<Io<MediaMetadata>, 'target'>,
): Promise<readonly Decision<MetadataChange>[]> {
  const now = await readMetadataRows(
    target,
    changes.flatMap(({rows}) => rows.map(({mediaUid}) => mediaUid)),
  );
  return changes.map((change): Decision<MetadataChange> => {
    const standing = change.rows.map(({mediaUid, before}) =>
      standingOf(now.get(mediaUid) ?? null, before, change.after),
    );
    if (standing.includes('neither'))
      return {action: 'conflict', reason: 'its row was changed or deleted after the run'};
    const left = change.rows.filter((_, index) => standing[index] === 'after');
    if (left.length === 0) return {action: 'unchanged'};
    return {action: left.some(({before}) => before === null) ? 'delete' : 'update', change};
  });
}

export function standingOf(
  now: MetadataValues | null,
  before: MetadataValues | null,
  after: MetadataValues,
): 'before' | 'after' | 'neither' {
  if (now !== null && isSame(now, after)) return 'after';
  const isBefore = now === null || before === null ? now === before : isSame(now, before);
  return isBefore ? 'before' : 'neither';
}

function isSame(a: MetadataValues, b: MetadataValues): boolean {
  return a.every((value, index) => value === b[index]);
}
