import {z} from 'zod';

/** What the config may say of records. */
export const recordsOptions = z
  .strictObject({
    /**
     * Text that Postgres can't store (U+0000, half a surrogate pair): the record fails as invalid, or is stored with the
     * replacement character in its place, and flagged.
     */
    unstorable: z.enum(['fail', 'replace']).default('fail'),
    /** How a repository is read: page by page, as one CAR, or by pages until those are so many that a CAR is cheaper. */
    fetch: z.enum(['auto', 'pages', 'car']).default('auto'),
    /** A CAR that is larger than this is not held in memory: the repository is read page by page. */
    carBytes: z
      .int()
      .min(1)
      .default(64 * 1024 * 1024),
    /** Repositories that a verification compares with their hosts. */
    sampleRepositories: z.int().min(0).default(20),
  })
  .prefault({});
export type RecordsOptions = z.infer<typeof recordsOptions>;
