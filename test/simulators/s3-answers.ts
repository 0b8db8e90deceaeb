import {hash} from 'node:crypto';
import {S3Error} from './s3-errors.ts';
import type {S3Faults} from './s3-faults.ts';
import type {S3Version} from './s3-history.ts';
import type {S3Object, S3Objects} from './s3-objects.ts';
import type {S3Request} from './s3-request.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body: Buffer | string;
}

const archived = ['GLACIER', 'DEEP_ARCHIVE'];

/** GetObject and HeadObject: If-Match, one range, checksums for who asks. Left out: older versions, parts, other conditions. */
export function readObject(objects: S3Objects, request: S3Request, faults: S3Faults): Answer {
  const object = objects.get(request.key);
  if (object === undefined) throw noSuchKey(objects, request);
  const ifMatch = request.headers['if-match'];
  if (
    ifMatch !== undefined &&
    !matches(ifMatch, object.etag) &&
    faults.take('if-match-ignored', request) === null
  )
    throw new S3Error('PreconditionFailed', {elements: {Condition: 'If-Match'}});
  if (request.method === 'GET' && archived.includes(object.storageClass))
    throw new S3Error('InvalidObjectState', {elements: {StorageClass: object.storageClass}});

  const asked = parseRange(request.headers.range, object.content.length);
  const range = asked !== null && faults.take('range-ignored', request) === null ? asked : null;
  const headers: Record<string, string | number> = {
    'accept-ranges': 'bytes',
    'content-type': 'binary/octet-stream',
    ...object.headers,
    etag: object.etag,
    'last-modified': new Date(object.modifiedAt).toUTCString(),
    ...versionHeader(objects, object),
  };
  if (object.storageClass !== 'STANDARD') headers['x-amz-storage-class'] = object.storageClass;
  if (range !== null) {
    headers['content-length'] = range.end - range.start;
    headers['content-range'] = `bytes ${range.start}-${range.end - 1}/${object.content.length}`;
    return {status: 206, headers, body: object.content.subarray(range.start, range.end)};
  }
  headers['content-length'] = object.content.length;
  if (object.checksum !== null && request.headers['x-amz-checksum-mode']?.toString() === 'ENABLED') {
    headers['x-amz-checksum-sha256'] = object.checksum.sha256;
    headers['x-amz-checksum-type'] = object.checksum.type;
  }
  return {status: 200, headers, body: object.content};
}

/** PutObject of a plain body, if the conditions hold. Its SHA-256 is verified where it came along, and then kept. */
export function putObject(objects: S3Objects, request: S3Request, body: Buffer): Answer {
  const {key, headers} = request;
  requireConditions(objects.get(key), request);
  if (Buffer.byteLength(key) > 1024) throw new S3Error('KeyTooLongError');
  const sha256 = headers['x-amz-checksum-sha256']?.toString();
  if (sha256 === undefined) {
    const object = objects.put(key, body);
    const told = {etag: object.etag, 'content-length': 0, ...versionHeader(objects, object)};
    return {status: 200, headers: told, body: ''};
  }
  if (sha256 !== hash('sha256', body, 'base64')) throw new S3Error('BadDigest');
  const object = objects.put(key, body, {checksum: {sha256, type: 'FULL_OBJECT'}});
  const answered = {
    etag: object.etag,
    ...versionHeader(objects, object),
    'content-length': 0,
    'x-amz-checksum-sha256': sha256,
    'x-amz-checksum-type': 'FULL_OBJECT',
  };
  return {status: 200, headers: answered, body: ''};
}

/** Gone, or with versions hidden behind a delete marker. */
export function deleteObject(objects: S3Objects, {key}: S3Request): Answer {
  return {status: 204, headers: deleteHeaders(objects.remove(key)), body: ''};
}

function deleteHeaders(marker: S3Version | null): Readonly<Record<string, string>> {
  return marker === null ? {} : {'x-amz-delete-marker': 'true', 'x-amz-version-id': marker.versionId};
}

function versionHeader(objects: S3Objects, {versionId}: S3Object): Readonly<Record<string, string>> {
  return objects.hasVersions ? {'x-amz-version-id': versionId} : {};
}

function noSuchKey(objects: S3Objects, {key}: S3Request): S3Error {
  const headers = deleteHeaders(objects.deleteMarkerOf(key));
  return new S3Error('NoSuchKey', {headers, elements: {Key: key}});
}

function requireConditions(existing: S3Object | undefined, {key, headers}: S3Request): void {
  const ifMatch = headers['if-match'];
  if (ifMatch !== undefined && existing === undefined) throw new S3Error('NoSuchKey', {elements: {Key: key}});
  if (ifMatch !== undefined && existing !== undefined && !matches(ifMatch, existing.etag))
    throw new S3Error('PreconditionFailed', {elements: {Condition: 'If-Match'}});
  if (headers['if-none-match'] === '*' && existing !== undefined)
    throw new S3Error('PreconditionFailed', {elements: {Condition: 'If-None-Match'}});
}

function matches(condition: string, etag: string): boolean {
  return condition === '*' || condition === etag || `"${condition}"` === etag;
}

/** First byte and the one after the last; null where there is none, or more than one: then all is sent. */
function parseRange(header: string | undefined, size: number): {start: number; end: number} | null {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (from === '' && to === '') return null;
  if (from !== '' && to !== '' && Number(to) < Number(from)) return null;
  const start = from === '' ? Math.max(size - Number(to), 0) : Number(from);
  const end = from === '' || to === '' ? size : Math.min(Number(to) + 1, size);
  if (start >= end)
    throw new S3Error('InvalidRange', {
      headers: {'content-range': `bytes */${size}`},
      elements: {RangeRequested: header ?? '', ActualObjectSize: String(size)},
    });
  return {start, end};
}
