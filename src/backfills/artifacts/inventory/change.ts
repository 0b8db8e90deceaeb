import {z} from 'zod';
import type {Preview} from '../../backfill.ts';
import {readable} from '../../exact.ts';

const encoded = z.string().nullable();

/** What an object's row gets: a row of its own where there is none, or a type where its rows say nothing. */
export const inventoryChange = z.object({
  key: z.string(),
  bucket: z.string(),
  /** The row that is inserted; null where there is one. */
  insert: z
    .object({
      /** Encoded; null where the database gives it. */
      id: encoded,
      fetchedAt: z.union([z.string(), z.number()]),
      url: z.string().nullable(),
    })
    .nullable(),
  /** Rows that say nothing of their type, with what they say. */
  updates: z.array(z.object({id: z.string(), before: encoded})),
  type: z.string(),
});
export type InventoryChange = z.infer<typeof inventoryChange>;

export function previewObject({insert, updates, type}: InventoryChange): Preview {
  if (insert !== null) return {before: null, after: {source_type: type, fetched_at: insert.fetchedAt}};
  const [first] = updates;
  return {
    before: {source_type: first === undefined ? null : readable(first.before), rows: updates.length},
    after: {source_type: type, rows: updates.length},
  };
}
