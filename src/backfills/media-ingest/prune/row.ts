import type {RowNow} from '../../backfill.ts';
import {readable} from '../../exact.ts';
import type {Io} from '../../shape.ts';
import {mediaRow} from '../media-row.ts';
import type {PruneChange} from './change.ts';
import type {MediaPrune} from './prune.ts';

/** The newest row of a key. Whether it is the one that was deleted, its media_uid tells. */
export async function prunedRow(
  key: string,
  change: PruneChange | null,
  io: Pick<Io<MediaPrune>, 'target' | 'signal'>,
): Promise<RowNow> {
  const columns = await mediaRow(key, null, io);
  if (change === null) return {columns, is: null};
  if (columns === null) return {columns, is: 'after'};
  const isSame = change.rows.some(({mediaUid}) => String(readable(mediaUid)) === columns['media_uid']);
  return {columns, is: isSame ? 'before' : 'neither'};
}
