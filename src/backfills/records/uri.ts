import type {KeyRange} from '../../core/keys.ts';

/** at://DID/COLLECTION/RKEY, in its parts; the key of a record. */
export interface RecordUri {
  readonly did: string;
  readonly collection: string;
  readonly rkey: string;
}

/** Null where it is no URI of a record. */
export function parseUri(uri: string): RecordUri | null {
  const [, did, collection, rkey] = /^at:\/\/(did:[^/]+)\/([^/]+)\/([^/]+)$/.exec(uri) ?? [];
  return did === undefined || collection === undefined || rkey === undefined ? null : {did, collection, rkey};
}

/** The key of something that has none of its own: of what a host listed under a URI that is not of the place. */
export function isStandIn(rkey: string): boolean {
  return rkey.includes('#');
}

/** All that a repository can have: 0 is the character behind the slash. */
export function rangeOf(did: string): KeyRange {
  return {lo: `at://${did}/`, hi: `at://${did}0`};
}

/** The repository of a range, or of any URI in it. */
export function didOf(uri: string): string {
  const [, did] = /^at:\/\/([^/]+)\//.exec(uri) ?? [];
  if (did === undefined) throw new RangeError(`${uri} is in no repository`);
  return did;
}

/** As paths are ordered: a.b/ comes behind a.b.c/, because a dot comes before a slash. */
export function inPathOrder(collections: readonly string[]): readonly string[] {
  const path = (collection: string) => `${collection}/`;
  return [...collections].sort((a, b) => (path(a) < path(b) ? -1 : path(a) > path(b) ? 1 : 0));
}
