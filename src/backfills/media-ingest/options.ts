import {z} from 'zod';
import {usualShrink} from '../../core/shrink.ts';
import {families} from './identity.ts';

/** What the config says of the media catalogue. */
export const mediaOptions = z
  .strictObject({
    /** How new rows are named; auto goes on as the table is. */
    family: z.enum(['auto', ...families]).default('auto'),
    /** By how much of the last inventory a new one may be smaller before that has to be accepted. */
    shrink: z.number().min(0).max(1).default(usualShrink),
  })
  .prefault({});
export type MediaOptions = z.infer<typeof mediaOptions>;
