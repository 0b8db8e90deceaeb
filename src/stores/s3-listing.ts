import {Fault} from '../core/failure.ts';
import {normaliseEtag} from '../core/identity.ts';
import {compareKeys, printableKey} from '../core/keys.ts';
import type {StoredObject} from './object-store.ts';
import type {S3Http} from './s3-http.ts';
import {repeatsItself, saysNoWhere, wentBack} from './s3-listing-faults.ts';
import {type ListedObject, type ListedPage, NotAListing, parseListing} from './s3-listing-xml.ts';

/** One page of a listing, in key order. */
export interface ObjectPage {
  readonly objects: readonly StoredObject[];
  /** Where the next page begins; null where this was the last one. */
  readonly next: PageStart | null;
  /** The server began elsewhere than it was asked to: it does not know StartAfter. */
  readonly ignoresStart: boolean;
}

/** Beyond a key. */
export interface PageStart {
  readonly after: string;
  /** Where the service itself says that it goes on: for a server that ignores `after`, or after a page without a key. */
  readonly token?: string;
  /** The last key of the page that gave the token. */
  readonly seen?: string;
  /** Pages without a key that came one after the other. */
  readonly empty?: number;
}

export interface PageRequest {
  readonly prefix: string;
  readonly start: PageStart;
  readonly maxKeys?: number;
  /** Goes on by tokens alone: the server ignores `after`. */
  readonly inTurn?: boolean;
  readonly signal: AbortSignal;
}

/** A service may hide what was deleted, and then has nothing to show for a while; but not for ever. */
export const emptyPages = 1_000;
/** A page has 1,000 keys of 1,024 bytes at most, each byte of which may be escaped. */
const pageBytes = 32 * 1024 * 1024;

/**
 * Asks for one page. What a server gets wrong is told, never passed on: keys out of order and a listing that never ends
 * are failures, objects that are not beyond `after` (StartAfter ignored) are left out. The next page begins after the
 * last key, not at the service's token: tokens expire, and a bad one looks like the end of the bucket (miniflare's R2).
 */
export async function listPage(http: S3Http, request: PageRequest): Promise<ObjectPage> {
  const {prefix, start, signal} = request;
  const page = await ask(http, request);
  signal.throwIfAborted();
  const last = requireAscending(page, start.seen ?? null, http.host);
  const isBeyond = ({key}: ListedObject) => start.after === '' || compareKeys(key, start.after) > 0;
  const [first] = page.contents;
  const ignoresStart = start.token === undefined && first !== undefined && !isBeyond(first);
  const objects = page.contents
    .filter(object => object.key.startsWith(prefix) && isBeyond(object))
    .map(objectOf);
  return {objects, ignoresStart, next: page.isTruncated ? nextStart(page, request, last, http.host) : null};
}

function nextStart(
  {contents, nextToken}: ListedPage,
  {start: {after, token, empty = 0}, inTurn = false}: PageRequest,
  last: string | null,
  host: string,
): PageStart {
  const beyond = last !== null && compareKeys(last, after) > 0 ? last : after;
  if (contents.length > 0 && !inTurn) return {after: beyond};
  if (nextToken === null || nextToken === '') throw saysNoWhere(host);
  if (nextToken === token || empty >= emptyPages) throw repeatsItself(host);
  return {
    after: beyond,
    token: nextToken,
    ...(last === null ? {} : {seen: last}),
    empty: contents.length === 0 ? empty + 1 : 0,
  };
}

function ask(http: S3Http, {prefix, start, maxKeys, signal}: PageRequest): Promise<ListedPage> {
  const query = {
    'list-type': '2',
    ...(prefix === '' ? {} : {prefix}),
    ...(start.token === undefined ? {} : {'continuation-token': start.token}),
    ...(start.token !== undefined || start.after === '' ? {} : {'start-after': start.after}),
    ...(maxKeys === undefined ? {} : {'max-keys': String(maxKeys)}),
  };
  return readPage(http, {query, prefix, goesOn: start.token !== undefined, parse: parseListing, signal});
}

export interface PageReading<Page> {
  readonly query: Readonly<Record<string, string>>;
  readonly prefix: string;
  /** The service's own word of where it goes on is part of the query. */
  readonly goesOn: boolean;
  readonly parse: (xml: string) => Page;
  readonly signal: AbortSignal;
}

/** One page of whichever listing. What is no page is a fault of whoever answered. */
export async function readPage<Page>(http: S3Http, reading: PageReading<Page>): Promise<Page> {
  const {query, prefix, goesOn, parse, signal} = reading;
  const what = `listing ${prefix === '' ? 'the bucket' : printableKey(prefix)}`;
  try {
    const response = await http.get({query}, [200], what, signal);
    return parse(await http.text(response, pageBytes, what, signal));
  } catch (error) {
    // Later it may be S3 that answers, and all of it.
    if (error instanceof NotAListing)
      throw new Fault('server-error', printableKey(`${what}: ${http.host} answered with ${error.message}`), {
        host: http.host,
      });
    // From the last key on there will be another token.
    if (goesOn && error instanceof Fault && error.kind === 'invalid')
      throw new Fault('server-error', error.message, {host: http.host, cause: error});
    throw error;
  }
}

/** The last key so far; null where there is none. */
function requireAscending({contents}: ListedPage, seen: string | null, host: string): string | null {
  let last = seen;
  for (const {key} of contents) {
    if (last !== null && compareKeys(key, last) <= 0) throw wentBack(host, last, key);
    last = key;
  }
  return last;
}

export function objectOf({key, size, modifiedAt, etag, hasSha256}: ListedObject): StoredObject {
  return {
    key,
    size,
    modifiedAt,
    version: etag,
    fingerprint: fingerprintOf(etag, size),
    ...(hasSha256 ? {statesHash: true} : {}),
  };
}

/** Without an ETag nothing tells one version from another. */
export function fingerprintOf(etag: string, size: number): string | null {
  return etag === '' ? null : `${normaliseEtag(etag)}-${size}`;
}
