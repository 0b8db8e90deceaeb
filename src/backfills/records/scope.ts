import {z} from 'zod';

const unique = (values: readonly string[]) => [...new Set(values)].sort();

/** What a run is narrowed to. */
export const recordsScope = z.strictObject({
  /** NSIDs; none is every record lexicon of the target that is marked for backfill. */
  collections: z.array(z.string()).default([]).transform(unique),
  /** Accounts; none is every repository that the relays list. */
  dids: z.array(z.string()).default([]).transform(unique),
  /** Every repository is read as a whole, and proven down to its signed commit. */
  proofs: z.boolean().default(false),
});
export type RecordsScope = z.infer<typeof recordsScope>;
