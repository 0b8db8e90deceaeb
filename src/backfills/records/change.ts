import {z} from 'zod';
import type {Preview} from '../backfill.ts';

const state = z.object({
  /** JSON text, as Postgres writes it. */
  record: z.string(),
  cid: z.string(),
  /** UTC, to the microsecond. */
  indexedAt: z.string(),
  altered: z.boolean(),
});

/** A record that is to be inserted, or to take the place of the version that is there. */
export const recordChange = z.object({
  /** Its URI. */
  key: z.string(),
  before: state.nullable(),
  cid: z.string(),
  /** When the run decided it: what it wrote is told by this and the CID. */
  indexedAt: z.string(),
  altered: z.boolean(),
  /** JSON text; what the ledger keeps has none: the CID stands for it. */
  record: z.string().exactOptional(),
});
export type RecordChange = z.infer<typeof recordChange>;
export type RecordState = z.infer<typeof state>;

export const kept = {
  of: ({record: _, ...change}: RecordChange): RecordChange => change,
  size: ({record = '', key}: RecordChange) => record.length + key.length,
  keptSize: ({key, before}: RecordChange) => key.length + (before?.record.length ?? 0),
};

export function previewRecord({before, cid, altered}: RecordChange): Preview {
  const flag = altered ? {altered: 'yes'} : {};
  return {
    before: before === null ? null : {cid: before.cid, ...(before.altered ? {altered: 'yes'} : {})},
    after: {cid, ...flag},
  };
}
