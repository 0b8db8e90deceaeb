import {z} from 'zod';

/** What the config may say of uploads. */
export const uploadOptions = z
  .strictObject({
    /** Names of files that are never uploaded, wherever they lie. */
    ignore: z.array(z.string().min(1)).default(['.DS_Store', 'Thumbs.db', 'desktop.ini']),
    /** Images are compared by what they look like, and similar ones are named. */
    similar: z.boolean().default(true),
    /** Several rows of one user with one hash are as they should be. */
    duplicatesAreLegal: z.boolean().default(false),
  })
  .prefault({});
export type UploadOptions = z.infer<typeof uploadOptions>;
