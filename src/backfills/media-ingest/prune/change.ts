import {createHash} from 'node:crypto';
import {z} from 'zod';
import type {Preview} from '../../backfill.ts';
import {readable} from '../../exact.ts';

/** What inspection finds: whether the object is there after all. */
export const foundObject = z.object({isThere: z.boolean()});

/** Every row of a key, whole, with each value encoded (exact.ts): an undo puts them back as they were. */
export const pruneChange = z.object({
  key: z.string(),
  /** As many as values in a row. */
  columns: z.array(z.string()),
  rows: z.array(
    z.object({
      /** Encoded, both. */
      id: z.string(),
      mediaUid: z.string(),
      values: z.array(z.string().nullable()),
    }),
  ),
});
export type PruneChange = z.infer<typeof pruneChange>;

/** What tells an operator which row it is, and how long it has been there. */
const told = ['media_uid', 'size', 'ingested_at', 'last_seen_at'];

/** What is reviewed is what goes: a plan has drifted as soon as one value of one of the rows is another. */
export function previewPrune({columns, rows}: PruneChange): Preview {
  const [row] = rows;
  const shown = columns
    .map((name, index) => [name, readable(row?.values[index] ?? null)] as const)
    .filter(([name]) => told.includes(name));
  const checksum = createHash('sha256').update(JSON.stringify(rows)).digest('hex').slice(0, 16);
  return {before: {rows: rows.length, ...Object.fromEntries(shown), checksum}, after: null};
}
