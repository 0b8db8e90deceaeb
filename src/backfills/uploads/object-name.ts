import {createHash} from 'node:crypto';

/** What a file is called at a provider. */
export interface Named {
  readonly user: string;
  /** 64 lower-case hex digits; null where the content could not be hashed. */
  readonly sha256: string | null;
  /** Of the file: its extension is the object's. */
  readonly key: string;
  /** Of the file: for what could not be hashed. */
  readonly version: string;
}

/**
 * By its content, so that what was uploaded before is recognised: u/USER/AB/HASH.EXT. Without a hash by the version of
 * the file, which says the same when a run is taken up again: u/USER/unhashed/ID.EXT.
 */
export function objectName({user, sha256, key, version}: Named): string {
  const folder = `u/${userSegment(user)}`;
  const extension = extensionOf(key);
  if (sha256 !== null) return `${folder}/${sha256.slice(0, 2)}/${sha256}${extension}`;
  const id = createHash('sha256')
    .update(JSON.stringify([user, key, version]))
    .digest('hex')
    .slice(0, 32);
  return `${folder}/unhashed/${id}${extension}`;
}

/** The hash that a name claims; null where it claims none. */
export function claimedHash(object: string): string | null {
  const [, folder, hash] = /(?:^|\/)([0-9a-f]{2})\/([0-9a-f]{64})(?:\.[a-z0-9]{1,10})?$/.exec(object) ?? [];
  return hash !== undefined && folder !== undefined && hash.startsWith(folder) ? hash : null;
}

/** One segment of a path, whatever the user is called. */
function userSegment(user: string): string {
  const safe = user.replace(/[^\w@.+-]/gu, each => encodeURIComponent(each));
  return /^\.+$/.test(safe) ? safe.replaceAll('.', '%2E') : safe;
}

function extensionOf(key: string): string {
  return /[^/](\.[a-z0-9]{1,10})$/.exec(key.toLowerCase())?.[1] ?? '';
}
