import {hash} from 'node:crypto';
import {normaliseEtag} from '../../core/identity.ts';

/**
 * What a version of an object is called in the catalogue: file_id and media_uid are made here and nowhere else. The
 * original hashed the ETag with its quotes, a newer writer without them, and every object got two ids. So a catalogue has
 * a family, and is continued in the one that it has.
 */

/**
 * `version`: the store's own id of the version (B2's file id), where it has one, else the ETag. `etag`: the ETag, whatever
 * else there is. `quoted`: the ETag with its quotes.
 */
export const families = ['version', 'etag', 'quoted'] as const;
export type Family = (typeof families)[number];

export interface Identity {
  readonly fileId: string;
  /** `b2_` and 40 hex digits. */
  readonly mediaUid: string;
  /** As rows of the family write it. */
  readonly etag: string | null;
}

/** A version of an object, as it is listed. */
export interface ListedVersion {
  readonly key: string;
  /** The ETag, with or without quotes; empty where there is none. */
  readonly version: string;
  readonly fileId?: string;
}

/** Null where nothing tells one version of the object from another. */
export function identify({key, version, fileId}: ListedVersion, family: Family): Identity | null {
  const bare = normaliseEtag(version);
  const etag = bare === '' ? null : family === 'quoted' ? `"${bare}"` : bare;
  const id = family === 'version' && fileId !== undefined ? normaliseEtag(fileId) : etag;
  return id === null ? null : {fileId: id, mediaUid: uidOf(id, key), etag};
}

/** The listing tells more of the version than its ETag. An inventory of a bucket without versions has that in its place. */
export function hasFileId({version, fileId}: ListedVersion): boolean {
  return fileId !== undefined && normaliseEtag(fileId) !== normaliseEtag(version);
}

/** Every media_uid under which the version may be known, each once. */
export function uidsOf({key, version, fileId}: ListedVersion): readonly string[] {
  const bare = normaliseEtag(version);
  const id = fileId === undefined ? bare : normaliseEtag(fileId);
  return [
    ...(id === '' ? [] : [uidOf(id, key), uidOf(`"${id}"`, key)]),
    ...(bare === '' || bare === id ? [] : [uidOf(bare, key), uidOf(`"${bare}"`, key)]),
  ];
}

/** A row of the catalogue, as far as it says who it is. */
export interface Named {
  readonly mediaUid: string;
  readonly key: string;
  readonly fileId: string | null;
  readonly etag: string | null;
}

/** The family in which a row was named, from the row alone; null where its media_uid follows from nothing that it says. */
export function familyOf({mediaUid, key, fileId, etag}: Named): Family | null {
  if (fileId === null) return null;
  const bare = normaliseEtag(fileId);
  if (mediaUid === uidOf(bare, key))
    return etag !== null && normaliseEtag(etag) === bare ? 'etag' : 'version';
  return mediaUid === uidOf(`"${bare}"`, key) ? 'quoted' : null;
}

function uidOf(fileId: string, key: string): string {
  return `b2_${hash('sha256', `${fileId}:${key}`).slice(0, 40)}`;
}
