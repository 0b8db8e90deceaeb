import {z} from 'zod';
import type {Preview} from '../../backfill.ts';

/** A row whose record its repository has deleted. */
export const pruneChange = z.object({
  /** Its URI. */
  key: z.string(),
  cid: z.string(),
  /** UTC, to the microsecond. */
  indexedAt: z.string(),
  /** The whole row as Postgres' to_jsonb gives it, for the way back. */
  row: z.string(),
});
export type PruneChange = z.infer<typeof pruneChange>;

export function previewPrune({cid, indexedAt}: PruneChange): Preview {
  return {before: {cid, indexed_at: indexedAt}, after: null};
}
