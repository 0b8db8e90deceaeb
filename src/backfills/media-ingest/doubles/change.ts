import {z} from 'zod';
import type {Preview} from '../../backfill.ts';
import {families} from '../identity.ts';

/** The marks of one key: each of its rows that double another. */
export const doublesChange = z.object({
  key: z.string(),
  marks: z.array(
    z.object({
      mediaUid: z.string(),
      /** The row that stays unmarked. */
      duplicateOf: z.string(),
      /** In which the marked row was named. */
      family: z.enum(families),
    }),
  ),
  markedAt: z.string(),
});
export type DoublesChange = z.infer<typeof doublesChange>;

export function previewDoubles({marks}: DoublesChange): Preview {
  return {
    before: null,
    after: {
      marked: marks.map(({mediaUid, family}) => `${mediaUid} (${family})`).join(', '),
      duplicate_of: [...new Set(marks.map(({duplicateOf}) => duplicateOf))].join(', '),
    },
  };
}
