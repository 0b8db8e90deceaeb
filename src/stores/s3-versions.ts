import {compareKeys, inRange, type KeyRange} from '../core/keys.ts';
import type {StoredObject} from './object-store.ts';
import type {S3Http} from './s3-http.ts';
import {emptyPages, objectOf, readPage} from './s3-listing.ts';
import {repeatsItself, saysNoWhere, wentBack} from './s3-listing-faults.ts';
import {type ListedVersion, parseVersions, type VersionsPage} from './s3-versions-xml.ts';

/**
 * Lists a bucket that keeps versions (ListObjectVersions): every key once, as its newest version, with the service's id
 * of that; not at all where the newest is a delete marker. One page after the other, each from where the server says
 * that it goes on: whether that is the last key of the page (AWS) or the first of the next one (B2) makes no difference.
 * Memory is a page, however many versions a key has. Left out: older versions, and asking ahead.
 */
export async function* listVersions(
  http: S3Http,
  {prefix, lo, hi, signal}: VersionsRequest,
): AsyncGenerator<readonly StoredObject[]> {
  const isWanted = ({key}: ListedVersion) => key.startsWith(prefix) && inRange(key, {lo, hi});
  const newest = new NewestVersions(http.host);
  const circle = new Circle();
  let empty = 0;
  // A prefix says by itself where its keys begin.
  let marker: Marker | null = {key: compareKeys(lo, prefix) < 0 ? '' : lo, version: ''};
  while (marker !== null) {
    const page = await ask(http, prefix, marker, signal);
    signal.throwIfAborted();
    const objects = newest.take(page.entries).filter(isWanted).flatMap(storedVersion);
    if (objects.length > 0) yield objects;
    if (hi !== null && newest.isBeyond(hi)) return;
    const next = nextMarker(page, http.host);
    empty = page.entries.length === 0 ? empty + 1 : 0;
    if (next !== null && (isSame(next, marker) || circle.isClosedBy(next) || empty > emptyPages))
      throw repeatsItself(http.host);
    marker = next;
  }
  const last = newest.rest().filter(isWanted).flatMap(storedVersion);
  if (last.length > 0) yield last;
}

export interface VersionsRequest extends KeyRange {
  readonly prefix: string;
  readonly signal: AbortSignal;
}

/** Where a page begins: behind this version of the key, or behind all of them. */
interface Marker {
  readonly key: string;
  readonly version: string;
}

/** As many as a page may have, said to whoever would give fewer by himself. */
const maxKeys = '1000';

function ask(http: S3Http, prefix: string, marker: Marker, signal: AbortSignal): Promise<VersionsPage> {
  const query = {
    versions: '',
    'max-keys': maxKeys,
    ...(prefix === '' ? {} : {prefix}),
    ...(marker.key === '' ? {} : {'key-marker': marker.key}),
    ...(marker.version === '' ? {} : {'version-id-marker': marker.version}),
  };
  return readPage(http, {query, prefix, goesOn: marker.version !== '', parse: parseVersions, signal});
}

function nextMarker({isTruncated, nextKey, nextVersion}: VersionsPage, host: string): Marker | null {
  if (!isTruncated) return null;
  if (nextKey === null || nextKey === '') throw saysNoWhere(host);
  return {key: nextKey, version: nextVersion ?? ''};
}

function isSame(one: Marker, other: Marker): boolean {
  return one.key === other.key && one.version === other.version;
}

/** Goes through versions in key order, and tells of each key the newest one as soon as that is certain. */
class NewestVersions {
  readonly #host: string;
  #current: ListedVersion | null = null;
  /** The newest version of the current key has been told. */
  #isTold = false;

  constructor(host: string) {
    this.#host = host;
  }

  take(page: readonly ListedVersion[]): readonly ListedVersion[] {
    const told: ListedVersion[] = [];
    for (const entry of this.#inKeyOrder(page)) {
      const current = this.#current;
      const step = current === null ? 1 : compareKeys(entry.key, current.key);
      if (current !== null && step < 0) throw wentBack(this.#host, current.key, entry.key);
      if (step > 0) {
        told.push(...this.rest());
        this.#current = entry;
        this.#isTold = false;
      } else if (!this.#isTold && current?.isLatest === false && entry.isLatest) this.#current = entry;
    }
    // What is not called the newest is so only if none of its key that is comes later.
    if (this.#current?.isLatest === true) {
      told.push(...this.rest());
      this.#isTold = true;
    }
    return told;
  }

  /** The first version of the last key, where none was called the newest. */
  rest(): readonly ListedVersion[] {
    return this.#current === null || this.#isTold ? [] : [this.#current];
  }

  /** Nothing up to this key can follow. */
  isBeyond(key: string): boolean {
    if (this.#current === null) return false;
    const step = compareKeys(this.#current.key, key);
    return step > 0 || (step === 0 && this.#isTold);
  }

  /** B2 writes the delete markers of a page before its versions, so that only each kind by itself is in order. */
  #inKeyOrder(page: readonly ListedVersion[]): readonly ListedVersion[] {
    const isDeleted = ({object}: ListedVersion) => object === null;
    for (const kind of [page.filter(isDeleted), page.filter(entry => !isDeleted(entry))])
      kind.forEach(({key}, index) => {
        const before = kind[index - 1]?.key ?? key;
        if (compareKeys(key, before) < 0) throw wentBack(this.#host, before, key);
      });
    return page.toSorted((a, b) => compareKeys(a.key, b.key));
  }
}

/**
 * Whether markers go round in a circle, with one of them kept: a key of very many versions has nothing else that could
 * show it. Brent's algorithm, https://en.wikipedia.org/wiki/Cycle_detection.
 */
class Circle {
  #kept: Marker | null = null;
  #steps = 0;
  #patience = 1;

  isClosedBy(marker: Marker): boolean {
    if (this.#kept !== null && isSame(marker, this.#kept)) return true;
    if (++this.#steps === this.#patience) {
      this.#kept = marker;
      this.#patience *= 2;
      this.#steps = 0;
    }
    return false;
  }
}

function storedVersion({object, versionId}: ListedVersion): readonly StoredObject[] {
  return object === null ? [] : [{...objectOf(object), ...fileIdOf(versionId)}];
}

/** "null" is the version of what was written while the bucket kept none: it is the same before and after a rewriting. */
export function fileIdOf(versionId: unknown): Pick<StoredObject, 'fileId'> {
  const isOne = typeof versionId === 'string' && versionId !== '' && versionId !== 'null';
  return isOne ? {fileId: versionId} : {};
}
