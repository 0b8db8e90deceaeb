import {z} from 'zod';
import type {Preview} from '../../backfill.ts';
import {readable} from '../../exact.ts';

/** The rows of one version that were seen, with what they said before. The time is bound, so an undo knows it. */
export const seenChange = z.object({
  key: z.string(),
  rows: z.array(z.object({mediaUid: z.string(), before: z.string().nullable()})),
  /** UTC, as SQLite's datetime writes it. */
  seenAt: z.string(),
});
export type SeenChange = z.infer<typeof seenChange>;

/** The time of the run differs from its dry run's, so it is no part of what is reviewed. */
export function previewSeen({rows}: SeenChange): Preview {
  const before = rows.map(row => readable(row.before) ?? 'never').join(', ');
  return {
    before: {rows: rows.length, last_seen_at: before},
    after: {rows: rows.length, last_seen_at: 'time of the run'},
  };
}
