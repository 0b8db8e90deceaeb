import {S3Error} from './s3-errors.ts';
import type {S3Faults} from './s3-faults.ts';
import type {S3Version} from './s3-history.ts';
import {parseMaxKeys} from './s3-listing.ts';
import type {S3Objects} from './s3-objects.ts';
import type {S3Request} from './s3-request.ts';
import {element, xmlStart} from './s3-xml.ts';

interface Query {
  readonly prefix: string;
  readonly keyMarker: string | null;
  readonly versionMarker: string | null;
  readonly maxKeys: number;
}

interface Marker {
  readonly key: string;
  readonly versionId: string;
}

interface Page {
  readonly versions: readonly S3Version[];
  readonly isTruncated: boolean;
  readonly next: Marker | null;
}

/**
 * ListObjectVersions: at most 1,000 versions and delete markers a page, keys in UTF-8 byte order, newest first. As AWS
 * has it, unless faults say otherwise: B2 writes delete markers first, and its markers name what comes next. A bucket
 * without versions has one of each object, called null. Left out: delimiters and encoded keys.
 */
export function listVersions(
  objects: S3Objects,
  request: S3Request,
  {faults, pageKeys}: {readonly faults: S3Faults; readonly pageKeys: number},
): string {
  const query = parseQuery(request, pageKeys);
  const matching = objects.versions().filter(({key}) => key.startsWith(query.prefix));
  const page = withFaults(readPage(matching, query, request, faults), query, request, faults);
  return document(objects, request, faults, query, page);
}

function parseQuery({query}: S3Request, atMost: number): Query {
  if (query['delimiter'] !== undefined || query['encoding-type'] !== undefined)
    throw new S3Error('NotImplemented');
  const keyMarker = query['key-marker'] ?? null;
  const versionMarker = query['version-id-marker'] ?? null;
  if (versionMarker !== null && keyMarker === null)
    throw new S3Error('InvalidArgument', {
      message: 'A version-id marker cannot be specified without a key marker.',
      elements: {ArgumentName: 'version-id-marker', ArgumentValue: versionMarker},
    });
  return {prefix: query['prefix'] ?? '', keyMarker, versionMarker, maxKeys: parseMaxKeys(query, atMost)};
}

function readPage(matching: readonly S3Version[], query: Query, request: S3Request, faults: S3Faults): Page {
  const {maxKeys} = query;
  const inclusive = faults.take(
    'inclusive-key-marker',
    request,
    ({next}) => next === 'following' || query.keyMarker !== null,
  );
  const first = firstIndex(matching, query, inclusive !== null);
  const versions = matching.slice(first, first + maxKeys);
  const isTruncated = maxKeys > 0 && first + maxKeys < matching.length;
  const next = inclusive?.next === 'following' ? matching[first + maxKeys] : versions.at(-1);
  return {versions, isTruncated, next: isTruncated && next !== undefined ? next : null};
}

function firstIndex(
  matching: readonly S3Version[],
  {keyMarker, versionMarker}: Query,
  isInclusive: boolean,
): number {
  if (keyMarker === null) return 0;
  const marker = Buffer.from(keyMarker);
  if (versionMarker !== null) {
    const place = matching.findIndex(({key, versionId}) => key === keyMarker && versionId === versionMarker);
    if (place < 0)
      throw new S3Error('InvalidArgument', {
        message: 'Invalid version id specified',
        elements: {ArgumentName: 'version-id-marker', ArgumentValue: versionMarker},
      });
    return isInclusive ? place : place + 1;
  }
  const least = isInclusive ? 0 : 1;
  const found = matching.findIndex(({key}) => Buffer.compare(Buffer.from(key), marker) >= least);
  return found < 0 ? matching.length : found;
}

function withFaults(page: Page, query: Query, request: S3Request, faults: S3Faults): Page {
  const {isTruncated} = page;
  let {versions, next} = page;
  const [first] = versions;
  const other = versions.findIndex(({key}) => key !== first?.key);
  const [swapped] = versions.slice(other);
  if (first && swapped && other > 0 && faults.take('unsorted-page', request))
    versions = [swapped, ...versions.filter(version => version !== swapped)];
  const same = {key: query.keyMarker ?? first?.key ?? '', versionId: query.versionMarker ?? ''};
  if (isTruncated && faults.take('truncated-without-marker', request)) next = null;
  if (next !== null && faults.take('marker-loop', request)) next = same;
  return {versions, isTruncated, next};
}

function document(
  objects: S3Objects,
  request: S3Request,
  faults: S3Faults,
  {prefix, keyMarker, versionMarker, maxKeys}: Query,
  {versions, isTruncated, next}: Page,
): string {
  const sizeless = versions.find(
    ({object, key}) => object !== null && faults.take('missing-size', {...request, key}) !== null,
  );
  const written = versions.map(version => versionElement(objects, version, version !== sizeless));
  const isApart = faults.take('delete-markers-apart', request) !== null;
  const deleted = versions.flatMap(({object}, index) => (object === null ? [written[index]] : []));
  const kept = versions.flatMap(({object}, index) => (object === null ? [] : [written[index]]));
  return [
    `${xmlStart}<ListVersionsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">`,
    ...(isApart ? deleted : []),
    element('Name', request.bucket),
    element('Prefix', prefix),
    element('KeyMarker', keyMarker ?? ''),
    element('VersionIdMarker', versionMarker ?? ''),
    next === null ? '' : element('NextKeyMarker', next.key),
    next === null || next.versionId === '' ? '' : element('NextVersionIdMarker', next.versionId),
    element('MaxKeys', maxKeys),
    element('IsTruncated', isTruncated),
    ...(isApart ? kept : written),
    '</ListVersionsResult>',
  ].join('');
}

function versionElement(objects: S3Objects, version: S3Version, hasSize: boolean): string {
  const {key, versionId, object, modifiedAt} = version;
  const shared = [
    element('Key', key),
    element('VersionId', versionId),
    element('IsLatest', objects.isNewest(version)),
    element('LastModified', new Date(modifiedAt).toISOString()),
  ].join('');
  const owner = '<Owner><ID>simulator</ID><DisplayName></DisplayName></Owner>';
  if (object === null) return `<DeleteMarker>${shared}${owner}</DeleteMarker>`;
  const size = hasSize ? element('Size', object.content.length) : '';
  return `<Version>${shared}${element('ETag', object.etag)}${size}${owner}${element('StorageClass', object.storageClass)}</Version>`;
}
