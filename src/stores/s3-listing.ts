import {text} from 'node:stream/consumers';
import {Fault} from '../core/failure.ts';
import {normaliseEtag} from '../core/identity.ts';
import {compareKeys, printableKey} from '../core/keys.ts';
import type {StoredObject} from './object-store.ts';
import {faultOfConnection} from './s3-faults.ts';
import type {S3Http} from './s3-http.ts';
import {type ListedObject, type ListedPage, NotAListing, parseListing} from './s3-listing-xml.ts';

/** One page of a listing, in key order. */
export interface ObjectPage {
  readonly objects: readonly StoredObject[];
  /** Where the next page begins; null where this was the last one. */
  readonly next: PageStart | null;
  /** The server began elsewhere than it was asked to: it does not know StartAfter. */
  readonly ignoresStart: boolean;
}

/** Beyond a key. `token` says the same to the service, for as long as it is valid. */
export interface PageStart {
  readonly after: string;
  readonly token?: string;
  /** The last key of the page that gave the token. */
  readonly seen?: string;
}

export interface PageRequest {
  readonly prefix: string;
  readonly start: PageStart;
  readonly maxKeys?: number;
  readonly signal: AbortSignal;
}

/**
 * Asks for one page. What a server gets wrong is told, never passed on: keys out of order and a truncated page with
 * nowhere to go on are failures; objects that are not beyond `after` (StartAfter ignored) are left out.
 */
export async function listPage(http: S3Http, request: PageRequest): Promise<ObjectPage> {
  const {prefix, start, signal} = request;
  const page = await ask(http, request).catch((error: unknown) => {
    // Tokens expire; the last key does not.
    if (start.token === undefined || !(error instanceof Fault) || error.kind !== 'invalid') throw error;
    return ask(http, {...request, start: {after: start.seen ?? start.after}});
  });
  signal.throwIfAborted();
  const last = requireAscending(page, start.seen ?? null, http.host);
  const isBeyond = ({key}: ListedObject) => start.after === '' || compareKeys(key, start.after) > 0;
  const [first] = page.contents;
  const ignoresStart = start.token === undefined && first !== undefined && !isBeyond(first);
  const objects = page.contents
    .filter(object => object.key.startsWith(prefix) && isBeyond(object))
    .map(objectOf);
  return {objects, ignoresStart, next: page.isTruncated ? nextStart(page, start, last, http.host) : null};
}

function nextStart(
  {nextToken}: ListedPage,
  {after, token}: PageStart,
  last: string | null,
  host: string,
): PageStart {
  if (nextToken === null || nextToken === '')
    throw new Fault(
      'server-error',
      `the listing of ${host} is truncated, and does not say where it goes on`,
      {host},
    );
  if (last === null || nextToken === token)
    throw new Fault('invalid', `the listing of ${host} repeats itself: it would never end`, {host});
  return {after: compareKeys(last, after) > 0 ? last : after, token: nextToken, seen: last};
}

async function ask(http: S3Http, {prefix, start, maxKeys, signal}: PageRequest): Promise<ListedPage> {
  const query = {
    'list-type': '2',
    ...(prefix === '' ? {} : {prefix}),
    ...(start.token === undefined ? {} : {'continuation-token': start.token}),
    ...(start.token !== undefined || start.after === '' ? {} : {'start-after': start.after}),
    ...(maxKeys === undefined ? {} : {'max-keys': String(maxKeys)}),
  };
  const what = `listing ${prefix === '' ? 'the bucket' : printableKey(prefix)}`;
  const response = await http.get({query}, [200], what, signal);
  const body = await text(response).catch((error: unknown) => {
    signal.throwIfAborted();
    throw faultOfConnection(error, what, http.host);
  });
  try {
    return parseListing(body);
  } catch (error) {
    if (!(error instanceof NotAListing)) throw error;
    throw new Fault('invalid', `${what}: ${http.host} answered with ${error.message}`, {host: http.host});
  }
}

/** The last key so far; null where there is none. */
function requireAscending({contents}: ListedPage, seen: string | null, host: string): string | null {
  let last = seen;
  for (const {key} of contents) {
    if (last !== null && compareKeys(key, last) <= 0)
      throw new Fault(
        'invalid',
        `the listing of ${host} went back from ${printableKey(last)} to ${printableKey(key)}: its keys are not in byte order, so nothing beyond can be trusted`,
        {host},
      );
    last = key;
  }
  return last;
}

function objectOf({key, size, modifiedAt, etag, hasSha256}: ListedObject): StoredObject {
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
