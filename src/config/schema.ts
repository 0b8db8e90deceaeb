import {z} from 'zod';
import {backfills} from '../backfills/registry.ts';
import {isPostgres, passwordIn} from '../databases/postgres-address.ts';

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
  hosts: z
    .strictObject({
      atOnce: z.int().min(1).max(256).exactOptional(),
      repositories: z.int().min(1).max(64).exactOptional(),
      window: z.int().min(1).max(1_000_000).exactOptional(),
    })
    .exactOptional(),
  splitAfterSeconds: z.number().min(0).exactOptional(),
  rate: z.number().positive().nullable().exactOptional(),
  d1: z.strictObject({requestsPerSecond: z.number().min(0.1).max(4).exactOptional()}).exactOptional(),
  attempts: z.int().min(1).max(20).exactOptional(),
  patienceSeconds: z.number().min(0).max(3_600).exactOptional(),
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

const folderSource = z.strictObject({folder: z.string().min(1)});
/** As one source: keys begin with the name of their folder. */
const foldersSource = z.strictObject({folders: z.array(z.string().min(1)).min(1)});
const inventorySource = z.strictObject({inventory: z.string().min(1)});
/** Itself, or better the name of the environment variable that holds it. */
const secret = z.union([
  z.string().min(1),
  z.strictObject({env: z.string().regex(/^\w+$/, 'the name of an environment variable, such as B2_APP_KEY')}),
]);
export type Secret = z.infer<typeof secret>;

/** Without credentials of its own a bucket takes those of the profile, or those that AWS tools find. */
const bucketSource = z.strictObject({
  s3: z.string().regex(/^s3:\/\/[^/?]+/, 'a bucket is written s3://BUCKET or s3://BUCKET/PREFIX'),
  endpoint: z
    .url({protocol: /^https?$/, error: 'an endpoint is an address such as https://s3.example.com'})
    .exactOptional(),
  region: z.string().min(1).exactOptional(),
  profile: z.string().min(1).exactOptional(),
  credentials: z
    .strictObject({accessKeyId: secret, secretAccessKey: secret, sessionToken: secret.exactOptional()})
    .exactOptional(),
});

/** What is left out is as in the public network. */
const networkSource = z.strictObject({
  atproto: z.strictObject({
    relays: z
      .array(z.url({protocol: /^https?$/}))
      .min(1)
      .exactOptional(),
    plc: z.url({protocol: /^https?$/}).exactOptional(),
    allowPrivateHosts: z.boolean().exactOptional(),
  }),
});

const everyTarget = {
  environment: z.string().min(1).exactOptional(),
  marks: z.boolean().exactOptional(),
};
const sqliteTarget = z.strictObject({sqlite: z.string().min(1), ...everyTarget});
const d1Target = z.strictObject({
  d1: z.string().min(1),
  account: z.string().min(1).exactOptional(),
  ...everyTarget,
});

const postgresTarget = z.strictObject({
  postgres: z
    .string()
    .refine(isPostgres, 'a Postgres database is written postgres://USER@HOST/DATABASE')
    .refine(
      address => passwordIn(address) === null,
      'a password stays out of the address: password: {env: NAME}',
    ),
  /** Where it is neither in PGPASSWORD nor in ~/.pgpass. */
  password: secret.exactOptional(),
  ...everyTarget,
});
const pgliteTarget = z.strictObject({pglite: z.string().min(1), ...everyTarget});

const place = z
  .string({error: 'name one of this config, or write a place as --source and --target take it'})
  .min(1);
/** As text, whether it was written so or as a number. */
const user = z.preprocess(
  written => (Number.isSafeInteger(written) ? String(written) : written),
  z.string({error: 'a user is a text, or a whole number'}).min(1),
);
/** A backfill that the console offers, with its ends. */
const setup = z.strictObject({
  /** Where the name is not that of the backfill itself. */
  backfill: z.string().min(1).exactOptional(),
  /** Left out where the backfill reads its target alone. */
  source: place.exactOptional(),
  target: place,
  prefix: z.string().exactOptional(),
  /** uploads: where to, and whose files these are. */
  provider: place.exactOptional(),
  user: user.exactOptional(),
});

export const configSchema = z.strictObject({
  /** Where the ledger is: a file, relative to the config's, or the address of a Postgres database. */
  ledger: z.string().min(1).exactOptional(),
  sources: z
    .record(name, z.union([folderSource, foldersSource, inventorySource, bucketSource, networkSource]))
    .default({}),
  targets: z.record(name, z.union([sqliteTarget, d1Target, postgresTarget, pgliteTarget])).default({}),
  providers: z.record(name, z.union([folderSource, bucketSource])).default({}),
  backfills: z.record(name, setup).default({}),
  settings: settings.default({}),
  /** Of each system that has some, by its name. */
  options: z.strictObject(optionsOfSystems()).prefault({}),
});

function optionsOfSystems(): Readonly<Record<string, z.ZodType>> {
  return Object.fromEntries(backfills.map(({system, options}) => [system, options]));
}
export type SetupInConfig = z.infer<typeof setup>;
export type BucketCredentials = NonNullable<z.infer<typeof bucketSource>['credentials']>;
export type ConfigFile = z.infer<typeof configSchema>;
