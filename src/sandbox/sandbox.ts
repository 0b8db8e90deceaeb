import {once} from 'node:events';
import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import {systemOf} from '../backfills/registry.ts';
import {D1Account} from '../databases/d1-account.ts';
import type {Target} from '../databases/database.ts';
import {sqliteTarget} from '../databases/sqlite.ts';
import type {Source} from '../engine/connection.ts';
import {applyMigrations} from '../engine/migrate-target.ts';
import {directoryStore} from '../stores/directory.ts';
import {openProvider} from '../stores/providers/open-provider.ts';
import type {Appview} from './appview.ts';
import {archive} from './archive.ts';
import {artifactsContent} from './artifacts-content.ts';
import type {CameraOptions} from './camera.ts';
import {flakyStore} from './flaky-store.ts';
import {startLocalCloudflare} from './local-cloudflare.ts';
import {fillMedia, md5Of, mediaBucket, mediaObjects} from './media-content.ts';
import {cardOwner, type SandboxName} from './names.ts';
import {
  brokenKey,
  fillIndex,
  localObjects,
  makeWorld,
  uploadedAt,
  worldContent,
  writeObjects,
} from './world.ts';

/** Where one system's objects and rows are. */
export interface Place {
  readonly source: Source;
  readonly target: Target;
}

/** A world of its own to try everything in: the same objects and rows, on a disk or behind real services. */
export interface Sandbox {
  readonly assets: Place;
  readonly artifacts: Place;
  readonly media: Place;
  /** Made when somebody first comes to them. */
  records(): Promise<Place>;
  uploads(): Promise<Place>;
  readonly ledger: string;
  /** Ends what was started for it; its folder is the caller's. */
  close(): Promise<void>;
}

export interface SandboxOptions {
  /** An empty folder. */
  readonly root: string;
  /** So many reads of one object fail. */
  readonly failingReads: number;
  readonly requestsPerSecond: number;
  readonly now: () => number;
  /** Ends the making of a world that nobody waits for any more. */
  readonly signal?: AbortSignal;
}

export async function openSandbox(name: SandboxName, options: SandboxOptions): Promise<Sandbox> {
  const sandbox = await (name === 'folder' ? folderSandbox(options) : cloudflareSandbox(options));
  let appview: Promise<Appview> | null = null;
  let camera: Promise<Place> | null = null;
  return {
    ...sandbox,
    records: () => {
      appview ??= import('./appview.ts').then(({openAppview}) => openAppview(options.root));
      return appview;
    },
    uploads: () => {
      camera ??= sandbox.uploads();
      return camera;
    },
    close: async () => {
      await camera?.catch(() => null);
      await (await appview?.catch(() => null))?.close();
      await sandbox.close();
    },
  };
}

type WithoutRecords = Omit<Sandbox, 'records'>;

const {provider} = cardOwner;

async function folderSandbox({root, failingReads}: SandboxOptions): Promise<WithoutRecords> {
  const {folder, index, ledger} = await makeWorld(root);
  const {objects, statements} = artifactsContent();
  await writeObjects(join(root, archive), objects);
  const artifacts = await sqliteTarget({path: join(root, 'artifacts.sqlite'), environment: 'sandbox'});
  const database = await artifacts.openDatabase({create: true});
  await database.transaction(statements).finally(() => database.close());
  await writeObjects(join(root, mediaBucket), mediaObjects());
  const catalogue = await sqliteTarget({path: join(root, 'catalogue.sqlite'), environment: 'sandbox'});
  await makeCatalogue(catalogue, ({content}) => `${content.length}-${uploadedAt}000000`);
  return {
    assets: {
      source: flakyStore({...(await directoryStore(folder)), label: 'assets'}, brokenKey, failingReads),
      target: await sqliteTarget({path: index, environment: 'sandbox'}),
    },
    artifacts: {
      source: {...(await directoryStore(join(root, archive))), label: archive},
      target: artifacts,
    },
    media: {
      source: {...(await directoryStore(join(root, mediaBucket))), label: mediaBucket},
      target: catalogue,
    },
    uploads: async () => {
      const target = await sqliteTarget({path: join(root, 'assets.sqlite'), environment: 'sandbox'});
      const folder = join(root, provider);
      await mkdir(folder, {recursive: true});
      return cameraPlace({root, failingReads}, target, {
        provider: await openProvider('folder', {id: provider, label: provider, folder}),
        fill: objects => writeObjects(folder, objects),
      });
    },
    ledger,
    close: () => Promise.resolve(),
  };
}

/** workerd's R2 and D1, asked as those of Cloudflare are: through the S3 API and the REST API, at the same pace. */
async function cloudflareSandbox({
  root,
  failingReads,
  requestsPerSecond,
  now,
  signal = new AbortController().signal,
}: SandboxOptions): Promise<WithoutRecords> {
  const cloudflare = await startLocalCloudflare({
    databases: ['asset-index', 'artifacts', 'catalogue', 'assets'],
    bucket: 'assets',
    otherBuckets: [archive, mediaBucket, provider],
  });
  // What was sent may still arrive: it goes with the services.
  const givenUp = once(signal, 'abort').then(() => Promise.reject(signal.reason));
  const unlessGivenUp = <T>(work: Promise<T>) => Promise.race([work, givenUp]);
  try {
    signal.throwIfAborted();
    const {baseUrl, accountId, token, s3} = cloudflare;
    const {objects, rows} = worldContent();
    const content = artifactsContent();
    await unlessGivenUp(cloudflare.putObjects(localObjects(objects)));
    await unlessGivenUp(cloudflare.putObjects(content.objects, archive));
    await unlessGivenUp(cloudflare.putObjects(mediaObjects(), mediaBucket));
    const {s3Store} = await import('../stores/s3.ts');
    const {d1Target} = await import('../databases/d1.ts');
    const {endpoint, bucket: first, ...credentials} = s3;
    const account = new D1Account({accountId, token, baseUrl, perSecond: requestsPerSecond, now});
    const targetOf = (database: string) =>
      d1Target({account, database, label: `d1:${database}`, environment: 'sandbox'});
    const storeOf = (bucket: string) =>
      s3Store({bucket, endpoint, region: 'auto', credentials, label: `s3://${bucket}`});
    const [index, artifacts] = [await targetOf('asset-index'), await targetOf('artifacts')];
    const catalogue = await targetOf('catalogue');
    await unlessGivenUp(fillIndex(index, rows));
    await unlessGivenUp(makeCatalogue(catalogue, md5Of));
    const database = await artifacts.openDatabase();
    await unlessGivenUp(database.transaction(content.statements)).finally(() => database.close());
    return {
      assets: {source: flakyStore(await storeOf(first), brokenKey, failingReads), target: index},
      artifacts: {source: await storeOf(archive), target: artifacts},
      media: {source: await storeOf(mediaBucket), target: catalogue},
      uploads: async () =>
        cameraPlace({root, failingReads}, await targetOf('assets'), {
          provider: await openProvider('bucket', {
            id: provider,
            label: provider,
            bucket: provider,
            prefix: '',
            endpoint,
            region: 'auto',
            credentials,
          }),
          fill: objects => cloudflare.putObjects(objects, provider),
        }),
      ledger: join(root, 'ledger.sqlite'),
      close: () => cloudflare.stop(),
    };
  } catch (error) {
    await cloudflare.stop();
    throw error;
  }
}

/** What it is made of takes a while to load, and is loaded for whoever comes to it. */
async function cameraPlace(
  {root, failingReads}: Pick<SandboxOptions, 'root' | 'failingReads'>,
  target: Target,
  ends: Pick<CameraOptions, 'provider' | 'fill'>,
): Promise<Place> {
  const {makeCamera} = await import('./camera.ts');
  return {source: await makeCamera({root, target, failingUploads: failingReads / 2, ...ends}), target};
}

/** With all that the runs beside media-ingest keep in it. */
async function makeCatalogue(target: Target, etagOf: Parameters<typeof fillMedia>[0]): Promise<void> {
  for (const backfill of systemOf('media-ingest')) await applyMigrations(backfill, target);
  const database = await target.openDatabase();
  await database.transaction([fillMedia(etagOf)]).finally(() => database.close());
}
