import {z} from 'zod';

export const repairScope = z.strictObject({
  /** Only rows of this user; null is everybody's. */
  user: z.string().min(1).nullable().default(null),
  /** Whose bytes are read: as rows have it. */
  provider: z.string().min(1).nullable().default(null),
  startAfter: z.string().default(''),
  /** At most so many rows, in the order of their ids. */
  maxItems: z.int().min(1).nullable().default(null),
});
export type RepairScope = z.infer<typeof repairScope>;
