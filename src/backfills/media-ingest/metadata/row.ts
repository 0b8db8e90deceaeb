import type {RowNow} from '../../backfill.ts';
import {readable} from '../../exact.ts';
import type {Io} from '../../shape.ts';
import {mediaRow} from '../media-row.ts';
import {type MetadataChange, metadataColumns} from './change.ts';
import {standingOf} from './decide.ts';
import type {MediaMetadata} from './metadata.ts';
import {readMetadataRows} from './read.ts';

/** The newest row of a key, or the first that the run wrote beside, with its metadata. */
export async function metadataRow(
  key: string,
  change: MetadataChange | null,
  io: Pick<Io<MediaMetadata>, 'target' | 'signal'>,
): Promise<RowNow> {
  const written = change?.rows[0] ?? null;
  const row = await mediaRow(key, written?.mediaUid ?? null, io);
  const uid = written?.mediaUid ?? (row === null ? null : String(row['media_uid']));
  const values = uid === null ? null : ((await readMetadataRows(io.target, [uid])).get(uid) ?? null);
  const columns = values?.map((value, index) => [metadataColumns[index] ?? '', readable(value)] as const);
  return {
    columns:
      columns === undefined ? null : {media_uid: uid, ...Object.fromEntries<string | number | null>(columns)},
    is: change === null || written === null ? null : standingOf(values, written.before, change.after),
  };
}
