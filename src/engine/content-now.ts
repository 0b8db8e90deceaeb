import type {Network} from '../atproto/network.ts';
import type {AnyBackfill} from '../backfills/registry.ts';
import {uploadsOf} from '../core/scope.ts';
import type {KnownUpload, UploadedBy} from '../core/uploads.ts';
import type {ObjectStore, StoredObject} from '../stores/object-store.ts';
import type {EngineHost} from './engine-host.ts';
import {keptToLook} from './kept.ts';

/** What the ledger knows of the content that a file has now. */
export interface ContentNow {
  readonly sha256: string;
  /** Whose it is and where it goes, as the newest run had it. */
  readonly whose: UploadedBy;
  /** What is on record of that; null where nothing is. */
  readonly upload: KnownUpload | null;
}

/** Of a backfill that uploads files; null where this version of the file was not hashed, or nobody said whose it is. */
export async function contentNow(
  host: Pick<EngineHost, 'ledger' | 'self' | 'now'>,
  {uploads}: Pick<AnyBackfill, 'uploads'>,
  {
    source,
    target,
    item,
    scope,
  }: {
    readonly source: Pick<ObjectStore, 'pathOf'> | Network;
    readonly target: string;
    readonly item: Pick<StoredObject, 'key'> & Partial<Pick<StoredObject, 'version'>>;
    readonly scope: unknown;
  },
): Promise<ContentNow | null> {
  const path = 'pathOf' in source ? source.pathOf?.(item.key) : undefined;
  if (uploads !== 'files' || path === undefined || item.version === undefined) return null;
  const {user, provider} = uploadsOf(scope ?? {});
  if (user === null || provider === null) return null;
  const kept = keptToLook(host, target);
  const sha256 = (await kept.hashes([{path, version: item.version}])).get(path)?.sha256;
  if (sha256 === undefined) return null;
  const whose = {user, provider};
  return {sha256, whose, upload: (await kept.uploads(whose, [sha256])).get(sha256) ?? null};
}
