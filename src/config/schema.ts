import {z} from 'zod';

/** The config file, as an operator writes it. Everything is optional; unknown words are mistakes. */

const name = z.string().regex(/^[\w.-]+$/, 'a name is made of letters, digits, dot, dash and underscore');
const share = z.number().min(0).max(1);
const limit = z.int().min(0).nullable();

const settings = z.strictObject({
  page: z
    .strictObject({
      items: z.int().min(1).max(10_000).exactOptional(),
      bytes: z.int().min(1).exactOptional(),
      seconds: z.number().positive().exactOptional(),
    })
    .exactOptional(),
  concurrency: z
    .strictObject({
      start: z.int().min(1).max(256).exactOptional(),
      max: z.int().min(1).max(256).exactOptional(),
    })
    .exactOptional(),
  partitions: z.int().min(1).max(64).exactOptional(),
  splitAfterSeconds: z.number().min(0).exactOptional(),
  rate: z.number().positive().nullable().exactOptional(),
  attempts: z.int().min(1).max(20).exactOptional(),
  budgets: z
    .strictObject({
      failureShare: share.exactOptional(),
      failureShareAfter: z.int().min(1).exactOptional(),
      failuresInARow: limit.exactOptional(),
      failures: limit.exactOptional(),
      changes: limit.exactOptional(),
      bytes: limit.exactOptional(),
      freeBytes: z.int().min(0).exactOptional(),
    })
    .exactOptional(),
  drift: z
    .strictObject({share: share.exactOptional(), least: z.int().min(0).exactOptional()})
    .exactOptional(),
  leaseSeconds: z.int().min(1).max(3_600).exactOptional(),
  planHours: z.number().positive().exactOptional(),
  sample: z.int().min(0).nullable().exactOptional(),
});
export type SettingsChanges = z.infer<typeof settings>;

export const configSchema = z.strictObject({
  /** Where the ledger is, relative to the config file. */
  ledger: z.string().min(1).exactOptional(),
  sources: z.record(name, z.strictObject({folder: z.string().min(1)})).default({}),
  targets: z
    .record(
      name,
      z.strictObject({
        sqlite: z.string().min(1),
        environment: z.string().min(1).exactOptional(),
        marks: z.boolean().exactOptional(),
      }),
    )
    .default({}),
  settings: settings.default({}),
});
export type ConfigFile = z.infer<typeof configSchema>;
