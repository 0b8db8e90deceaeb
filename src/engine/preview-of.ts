import type {Preview} from '../backfills/backfill.ts';
import {backfills} from '../backfills/registry.ts';
import type {Entry} from '../core/entry.ts';
import type {RunRecord} from '../ledger/records.ts';

/** Before and after as the run has them: an undo puts the former back. Null where this program can't read the change. */
export function previewOf(run: Pick<RunRecord, 'backfill' | 'undoes'>, {change}: Entry): Preview | null {
  const backfill = backfills.find(({id}) => id === run.backfill);
  const parsed = change === undefined ? undefined : backfill?.change.safeParse(change);
  if (backfill === undefined || !parsed?.success) return null;
  const {before, after} = backfill.preview(parsed.data);
  return run.undoes === null ? {before, after} : {before: after, after: before};
}
