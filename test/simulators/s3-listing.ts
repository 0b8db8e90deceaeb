import {S3Error} from './s3-errors.ts';
import type {S3Faults} from './s3-faults.ts';
import {listingDocument} from './s3-listing-xml.ts';
import type {S3Object, S3Objects} from './s3-objects.ts';
import type {S3Request} from './s3-request.ts';

export const maxKeysAtMost = 1_000;

export interface ListingQuery {
  readonly prefix: string;
  readonly delimiter: string;
  readonly startAfter: string | null;
  readonly token: string | null;
  readonly maxKeys: number;
  readonly urlEncoded: boolean;
}

/** What a page has at one place of the order: an object, or all keys up to a delimiter rolled up. */
export type Entry =
  | {readonly type: 'object'; readonly object: S3Object}
  | {readonly type: 'prefix'; readonly prefix: string};

export interface Page {
  readonly entries: readonly Entry[];
  readonly isTruncated: boolean;
  readonly nextToken: string | null;
}

/**
 * ListObjectsV2: at most 1,000 entries a page, in UTF-8 byte order. A token is a place in that order, so it stays right
 * while objects come and go. Left out: fetch-owner and older versions.
 */
export function listObjects(
  objects: S3Objects,
  request: S3Request,
  {faults, pageKeys}: {readonly faults: S3Faults; readonly pageKeys: number},
): string {
  const query = parseListing(request, pageKeys);
  if (query.token !== null && faults.take('continuation-expired', request) !== null) throw badToken();
  const page = readPage(objects, query, firstIndex(objects, query, request, faults));
  return listingDocument(request.bucket, query, withFaults(page, query, request, faults));
}

function parseListing({query}: S3Request, atMost: number): ListingQuery {
  const encoding = query['encoding-type'];
  if (encoding !== undefined && encoding !== 'url')
    throw new S3Error('InvalidArgument', {
      message: 'Invalid Encoding Method specified in Request',
      elements: {ArgumentName: 'encoding-type', ArgumentValue: encoding},
    });
  return {
    prefix: query['prefix'] ?? '',
    delimiter: query['delimiter'] ?? '',
    startAfter: query['start-after'] ?? null,
    token: query['continuation-token'] ?? null,
    maxKeys: parseMaxKeys(query, atMost),
    urlEncoded: encoding !== undefined,
  };
}

export function parseMaxKeys(query: S3Request['query'], atMost: number): number {
  const maxKeys = query['max-keys'] ?? String(atMost);
  if (!/^\d{1,9}$/.test(maxKeys))
    throw new S3Error('InvalidArgument', {
      elements: {ArgumentName: 'max-keys', ArgumentValue: maxKeys},
    });
  return Math.min(Number(maxKeys), atMost);
}

/** The token rules over StartAfter, as in S3. */
function firstIndex(objects: S3Objects, query: ListingQuery, request: S3Request, faults: S3Faults): number {
  const {prefix, startAfter, token} = query;
  const beginning = objects.from(Buffer.from(prefix));
  if (token !== null) return Math.max(beginning, indexOfToken(objects, token));
  if (startAfter === null) return beginning;
  const started = Math.max(beginning, objects.after(Buffer.from(startAfter)));
  const isIgnored =
    started > beginning &&
    beginning < objects.afterPrefix(Buffer.from(prefix)) &&
    faults.take('start-after-ignored', request) !== null;
  return isIgnored ? beginning : started;
}

function readPage(objects: S3Objects, {prefix, delimiter, maxKeys}: ListingQuery, first: number): Page {
  const entries: Entry[] = [];
  let index = first;
  let last: Entry | null = null;
  for (;;) {
    const object = objects.at(index);
    if (maxKeys === 0 || object === undefined || !object.key.startsWith(prefix))
      return {entries, isTruncated: false, nextToken: null};
    if (entries.length === maxKeys && last !== null)
      return {entries, isTruncated: true, nextToken: tokenAfter(last)};
    const end = delimiter === '' ? -1 : object.key.indexOf(delimiter, prefix.length);
    if (end < 0) {
      last = {type: 'object', object};
      index++;
    } else {
      last = {type: 'prefix', prefix: object.key.slice(0, end + delimiter.length)};
      index = objects.afterPrefix(Buffer.from(last.prefix));
    }
    entries.push(last);
  }
}

function withFaults(page: Page, query: ListingQuery, request: S3Request, faults: S3Faults): Page {
  let {entries, isTruncated, nextToken} = page;
  const [first, second, ...rest] = entries;
  if (first && second && faults.take('unsorted-page', request)) entries = [second, first, ...rest];
  if (first && faults.take('duplicate-key', request)) entries = [first, ...entries];
  if (first && faults.take('empty-page', request)) {
    entries = [];
    isTruncated = true;
    nextToken = sameAgain(query);
  }
  if (isTruncated && faults.take('truncated-without-token', request)) nextToken = null;
  if (isTruncated && nextToken !== null && faults.take('token-loop', request))
    nextToken = query.token ?? makeToken('from', query.startAfter ?? '');
  if (isTruncated && nextToken !== null && faults.take('token-back', request))
    nextToken = makeToken('from', '');
  return {entries, isTruncated, nextToken};
}

function tokenAfter(entry: Entry): string {
  return entry.type === 'object' ? makeToken('after', entry.object.key) : makeToken('beyond', entry.prefix);
}

/** Opaque to clients: a place just after a key, just beyond all keys with a prefix, or where a listing began. */
function makeToken(place: 'after' | 'beyond' | 'from', text: string): string {
  return Buffer.from(`${place}:${text}`).toString('base64url');
}

/** Another token to where the one of the request leads. */
function sameAgain({token, startAfter}: ListingQuery): string {
  const place = token?.split('.').at(-1) ?? makeToken('from', startAfter ?? '');
  const again = token?.includes('.') === true ? Number.parseInt(token, 10) : 0;
  return `${again + 1}.${place}`;
}

function indexOfToken(objects: S3Objects, token: string): number {
  const [, place, text = ''] =
    /^(after|beyond|from):([\s\S]*)$/.exec(
      Buffer.from(token.replace(/^\d+\./, ''), 'base64url').toString(),
    ) ?? [];
  if (place === undefined) throw badToken();
  const bytes = Buffer.from(text);
  if (place === 'beyond') return objects.afterPrefix(bytes);
  return place === 'from' && text === '' ? 0 : objects.after(bytes);
}

function badToken(): S3Error {
  return new S3Error('InvalidArgument', {
    message: 'The continuation token provided is incorrect',
    elements: {ArgumentName: 'continuation-token'},
  });
}
