import type {RowNow} from '../../backfill.ts';
import type {Io} from '../../shape.ts';
import {recordRow} from '../row.ts';
import type {PruneChange} from './change.ts';
import type {RecordsPrune} from './prune.ts';

/** The row of a URI: as before where it is the one that was deleted, as after where there is none. */
export async function prunedRow(
  key: string,
  change: PruneChange | null,
  io: Pick<Io<RecordsPrune>, 'target' | 'signal'>,
): Promise<RowNow> {
  const {columns} = await recordRow(key, null, io);
  if (change === null) return {columns, is: null};
  if (columns === null) return {columns, is: 'after'};
  const isSame = columns['cid'] === change.cid && columns['indexed_at'] === change.indexedAt;
  return {columns, is: isSame ? 'before' : 'neither'};
}
