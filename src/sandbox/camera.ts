import {createHash} from 'node:crypto';
import {join} from 'node:path';
import {findBackfill} from '../backfills/registry.ts';
import type {UploadSource} from '../backfills/upload-source.ts';
import {Fault} from '../core/failure.ts';
import type {Target} from '../databases/database.ts';
import {applyMigrations} from '../engine/migrate-target.ts';
import {directoryStore} from '../stores/directory.ts';
import {perceptualHash} from '../stores/perceptual-hash.ts';
import type {Provider} from '../stores/providers/provider.ts';
import {type AssetContent, cardFiles, cardRows, providerObjects, stubbornKey} from './camera-content.ts';
import {card} from './names.ts';
import {type WorldObject, writeObjects} from './world.ts';

export interface CameraOptions {
  readonly root: string;
  readonly target: Target;
  readonly provider: Provider;
  /** Puts what the provider has before the first run. */
  readonly fill: (objects: readonly WorldObject[]) => Promise<void>;
  /** So many uploads of one file fail. */
  readonly failingUploads: number;
}

/** The card on this machine's disk, the table that knows some of it, and the provider with what was uploaded before. */
export async function makeCamera({
  root,
  target,
  provider,
  fill,
  failingUploads,
}: CameraOptions): Promise<UploadSource> {
  const files = cardFiles();
  const rows = cardRows(files);
  await writeObjects(join(root, card), files);
  await fill(providerObjects(files, rows));
  await applyMigrations(findBackfill('uploads'), target);
  const database = await target.openDatabase();
  await database.transaction([insertAssets(rows)]).finally(() => database.close());
  const stubborn = files.find(({key}) => key === stubbornKey);
  const flaky =
    stubborn === undefined
      ? provider
      : flakyProvider(provider, createHash('sha256').update(stubborn.content).digest('hex'), failingUploads);
  return {
    ...(await directoryStore(join(root, card))),
    label: card,
    provider: async () => flaky,
    looks: perceptualHash,
  };
}

/** A provider that refuses one content for a while. */
function flakyProvider(provider: Provider, sha256: string, failures: number): Provider {
  let left = failures;
  const {id, host, service, label, store} = provider;
  return {
    id,
    host,
    service,
    label,
    store,
    key: name => provider.key(name),
    check: () => provider.check(),
    find: (file, signal) => provider.find(file, signal),
    upload: (file, options) => {
      if (file.sha256 !== sha256 || left <= 0) return provider.upload(file, options);
      left--;
      return Promise.reject(new Fault('server-error', `${label} answered 503 Service Unavailable`, {host}));
    },
    abandon: (name, handle, signal) => provider.abandon(name, handle, signal),
    remove: (name, signal) => provider.remove(name, signal),
  };
}

function insertAssets(rows: readonly AssetContent[]) {
  return {
    sql: `INSERT INTO assets (user_id, sha256, provider_id, provider_asset_id, provider_uploads, kind, mime, size, created_at)
          SELECT value->>'user', value->>'sha256', value->>'provider', value->>'object',
            json_object(value->>'provider', value->>'object'), value->>'kind', value->>'mime', value->>'size',
            '2025-04-01T00:00:00.000Z'
          FROM json_each(?)`,
    params: [JSON.stringify(rows)],
  };
}
