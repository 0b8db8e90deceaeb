import {z} from 'zod';
import {OperatorError} from '../../core/operator-error.ts';
import type {UploadedBy} from '../../core/uploads.ts';

/** Whose files go where, and which of them. Without both only the table can be looked at. */
export const uploadScope = z.strictObject({
  /** As user_id of the assets table has it. */
  user: z
    .string()
    .min(1, 'it is empty: name whose files these are')
    .refine(text => text.isWellFormed(), 'it is no Unicode text')
    .nullable()
    .default(null),
  /** The provider's id, as rows have it. */
  provider: z.string().min(1).nullable().default(null),
  /** The place that the provider was when the run was made: its name in the config may be another one by now. */
  place: z.string().nullable().default(null),
  prefix: z.string().default(''),
  /** Only keys beyond this one. */
  startAfter: z.string().default(''),
  /** At most so many files, in key order. */
  maxItems: z.int().min(1).nullable().default(null),
});
export type UploadScope = z.infer<typeof uploadScope>;

/** Throws an OperatorError that names all that is missing. */
export function requireWhose({user, provider}: UploadScope): UploadedBy {
  if (user !== null && provider !== null) return {user, provider};
  const flags = [
    ...(user === null ? ['--user ID'] : []),
    ...(provider === null ? ['--provider NAME|DIR|s3://BUCKET/PREFIX'] : []),
  ];
  const missing = [
    ...(user === null ? ['whose files these are'] : []),
    ...(provider === null ? ['where they go'] : []),
  ];
  throw new OperatorError('usage', `uploads has to know ${missing.join(', and ')}`, `Add ${flags.join(' ')}`);
}
