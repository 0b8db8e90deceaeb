import {defaultSettings, type Settings} from '../engine/settings.ts';

/**
 * The config that `headgate init` writes: nothing is set, and every kind of source, target and provider and every setting with
 * its default stands in it as an example behind `//`. An example is one line, `name: value,`, and a remark is a
 * sentence. The defaults are read from the engine's own, so they can not go stale.
 */

/** `page.items`, `rate` …: a setting that is missing from the remarks, or one too many, is a type error. */
type SettingPath = {
  [Name in keyof Settings]: Settings[Name] extends object ? `${Name}.${keyof Settings[Name] & string}` : Name;
}[keyof Settings];

const remarks: Readonly<Record<SettingPath, string>> = {
  'page.items': 'items in a page, the smallest durable step',
  'page.bytes': 'bytes in a page',
  'page.seconds': 'seconds that a page may take to fill',
  'concurrency.start': 'requests at once to one host, to begin with',
  'concurrency.max': 'and at most',
  partitions: 'key ranges that run at once',
  'hosts.atOnce': 'hosts that repositories are read from at once',
  'hosts.repositories': 'repositories of one host at once',
  'hosts.window': 'repositories that are found ahead of those that are read',
  splitAfterSeconds: 'a range is parted for an idle place only after it has run so long',
  rate: 'items a second at most; null is as fast as the hosts allow',
  'd1.requestsPerSecond':
    'requests a second to one Cloudflare account, which allows 4 to all programs together',
  attempts: 'attempts at one item before its failure is recorded',
  patienceSeconds: 'a service behind the target that does not answer is asked again for so long',
  'budgets.failureShare': 'a run pauses when more than this share has failed',
  'budgets.failureShareAfter': '… of at least so many items',
  'budgets.failuresInARow': '… or so many one after the other; null is no limit',
  'budgets.failures': '… or so many in all',
  'budgets.changes': '… or when so many items were changed',
  'budgets.bytes': '… or so many bytes read',
  'budgets.freeBytes': "… or when less is free on the ledger's disk",
  'drift.share': 'decisions that may differ from the plan: this share',
  'drift.least': '… and never fewer than so many',
  leaseSeconds: 'a live run that gives no sign of life for so long can be taken over',
  planHours: 'how old a dry run may be when its plan is executed',
  sample: 'objects that verification reads again; null is all',
};

/** How a module says what its config is: `export default` where TypeScript files are ES modules, else CommonJS. */
export type ModuleForm = 'export default' | 'module.exports =';

export function configTemplate(form: ModuleForm): string {
  return `${head}${form} {
${ledger}
  sources: {
${sources}
  },

  targets: {
${targets}
  },

  providers: {
${providers}
  },

  backfills: {
${backfills}
  },

  settings: {
${settingLines().join('\n')}
  },

  options: {
${options}
  },
};
`;
}

const head = `// Headgate's config. Nothing is set in it: take the // away in front of what you need, and change it.
// Paths count from this file's folder. Credentials stay out of it: it names the environment variables that hold them.
// headgate doctor says whether every source and target can be reached.

`;

const ledger = `  // Headgate's own database. Where none is named, it is in the state folder of your account.
  // ledger: 'headgate.sqlite',
  // In a Postgres database several machines may share it. The password comes from PGPASSWORD or ~/.pgpass.
  // ledger: 'postgres://headgate@db.example.org/operations',
`;

const sources = `    // What is read: headgate run asset-index --source photos …

    // A folder.
    // photos: {folder: 'photos'},

    // Several folders as one: keys begin with the name of their folder. As a --source: folders:photos:videos
    // both: {folders: ['photos', 'videos']},

    // An inventory that --inventory-out wrote: what it lists is taken as it stands there, and no bucket is asked.
    // listed: {inventory: 'data/b2/inventory.json'},

    // A bucket. Keys come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or from a profile of ~/.aws/credentials.
    // Amazon S3: the region has to be named, here or in the profile.
    // aws: {s3: 's3://my-bucket/photos/', region: 'eu-central-1', profile: 'default'},

    // Cloudflare R2: the keys of an R2 API token. The region is always auto.
    // r2: {s3: 's3://my-bucket', endpoint: 'https://ACCOUNT_ID.r2.cloudflarestorage.com', region: 'auto', profile: 'r2'},

    // Backblaze B2: an application key. The region is part of the host's name. b2://BUCKET as a --source takes its keys
    // and its endpoint from B2_KEY_ID, B2_APP_KEY and B2_ENDPOINT, and needs no config.
    // b2: {s3: 's3://my-bucket', endpoint: 'https://s3.eu-central-003.backblazeb2.com', region: 'eu-central-003', profile: 'b2'},

    // With keys from variables of your own names, where several buckets need several.
    // media: {s3: 's3://my-media', region: 'auto', credentials: {accessKeyId: {env: 'R2_KEY_ID'}, secretAccessKey: {env: 'R2_SECRET'}}},

    // Any other server that speaks S3, such as Ceph or Garage.
    // own: {s3: 's3://my-bucket', endpoint: 'https://s3.example.org', region: 'us-east-1', profile: 'own'},`;

const targets = `    // What is brought up to date: headgate run asset-index --target index …
    // An environment is your own word for what it is. With marks: false nothing of headgate's own is kept in the
    // target, and a crash is settled by reading back.

    // An SQLite file.
    // index: {sqlite: 'index.sqlite', environment: 'test', marks: true},

    // A Cloudflare D1 database, by its name or its id. The token comes from CLOUDFLARE_API_TOKEN (it needs D1: Edit).
    // An account that is not named here comes from CLOUDFLARE_ACCOUNT_ID.
    // main: {d1: 'my-database', account: 'ACCOUNT_ID', environment: 'production', marks: true},

    // A Postgres database. Its password comes from PGPASSWORD or ~/.pgpass, or from a variable that is named here.
    // records: {postgres: 'postgres://headgate@db.example.com/records?sslmode=verify-full', password: {env: 'RECORDS_PASSWORD'}},

    // A PGlite folder: Postgres in this program, which one process at a time can open.
    // local: {pglite: 'records.pglite'},`;

const providers = `    // Where files are uploaded to: headgate run uploads --provider archive …
    // Rows say by this name where their bytes are: another place gets another name.

    // A folder, for instance on a disk of another machine. It has to be there: nobody makes one beneath a disk that is gone.
    // archive: {folder: 'archive'},

    // A bucket, named and reached as a source is. Its keys have to read, write, list and delete objects.
    // cdn: {s3: 's3://my-bucket/assets', endpoint: 'https://ACCOUNT_ID.r2.cloudflarestorage.com', region: 'auto', profile: 'r2'},`;

const backfills = `    // What the console and headgate run NAME take, by your own names: a backfill with its source and target, each a name
    // from above or a place. Where the name is that of the backfill itself, backfill is left out.
    // photos: {backfill: 'asset-index', source: 'photos', target: 'index', prefix: 'kcs2/'},

    // Of uploads also where the files go, and whose they are.
    // uploads: {source: 'photos', target: 'index', provider: 'archive', user: '7'},`;

const options = `    // What the backfills of artifacts go by. Everything that is left out is as the README says.
    // artifacts: {references: {'log.artifact_id': 'leave'}, conflicts: {lostType: 'take-known', collision: 'leave'}},

    // How media-ingest names new rows (auto is as the table is), and by how much an inventory may shrink unasked.
    // 'media-ingest': {family: 'auto', shrink: 0.2},

    // What uploads leaves out by its name, and whether it compares what images look like.
    // uploads: {ignore: ['.DS_Store', 'Thumbs.db', 'desktop.ini'], similar: true, duplicatesAreLegal: false},`;

/** Every setting with its default, in the groups in which it is written. */
function settingLines(): readonly string[] {
  return Object.entries(defaultSettings).flatMap(([name, value]) =>
    isGroup(value)
      ? [
          `    ${name}: {`,
          ...Object.entries(value).map(
            ([part, standard]) => `  ${settingLine(part, standard, `${name}.${part}`)}`,
          ),
          '    },',
        ]
      : [settingLine(name, value, name)],
  );
}

function settingLine(name: string, standard: unknown, path: string): string {
  const remark = Object.entries(remarks).find(([known]) => known === path)?.[1] ?? '';
  return `    // ${name}: ${JSON.stringify(standard)}, // ${remark}`;
}

function isGroup(value: Settings[keyof Settings]): value is Extract<Settings[keyof Settings], object> {
  return typeof value === 'object' && value !== null;
}
