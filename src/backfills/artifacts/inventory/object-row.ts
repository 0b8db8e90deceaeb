import type {RowNow} from '../../backfill.ts';
import type {Io} from '../../shape.ts';
import {groupKey} from '../group-key.ts';
import {artifactRow} from '../row.ts';
import type {InventoryChange} from './change.ts';
import type {ArtifactsInventory} from './inventory.ts';

/** The row of an object. Of which bucket a key is, only a run that wrote it tells. */
export async function objectRow(
  key: string,
  change: InventoryChange | null,
  io: Pick<Io<ArtifactsInventory>, 'target' | 'signal'>,
): Promise<RowNow> {
  if (change === null) return {columns: null, is: null};
  const {columns} = await artifactRow(groupKey({bucket: change.bucket, key}), null, io);
  if (columns === null) return {columns, is: change.insert === null ? 'neither' : 'before'};
  const {source_type: type = null} = columns;
  return {columns, is: type === change.type ? 'after' : change.insert === null ? 'before' : 'neither'};
}
