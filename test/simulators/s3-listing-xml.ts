import type {Entry, ListingQuery, Page} from './s3-listing.ts';
import type {S3Object} from './s3-objects.ts';
import {uriEncode} from './s3-request.ts';
import {element, escapeXml, xmlStart} from './s3-xml.ts';

type Encode = (text: string) => string;

/** The answer to ListObjectsV2. Keys are XML-escaped, or with encoding-type=url encoded as in a form: a space is "+". */
export function listingDocument(bucket: string, query: ListingQuery, page: Page): string {
  const encode = query.urlEncoded ? formEncode : escapeXml;
  const {token, startAfter, delimiter} = query;
  return [
    `${xmlStart}<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">`,
    element('Name', bucket),
    `<Prefix>${encode(query.prefix)}</Prefix>`,
    startAfter === null ? '' : `<StartAfter>${encode(startAfter)}</StartAfter>`,
    token === null ? '' : element('ContinuationToken', token),
    page.nextToken === null ? '' : element('NextContinuationToken', page.nextToken),
    element('KeyCount', page.entries.length),
    element('MaxKeys', query.maxKeys),
    delimiter === '' ? '' : `<Delimiter>${encode(delimiter)}</Delimiter>`,
    query.urlEncoded ? element('EncodingType', 'url') : '',
    element('IsTruncated', page.isTruncated),
    ...page.entries.map(entry => (entry.type === 'object' ? contents(entry.object, encode) : '')),
    ...page.entries.map(entry => commonPrefix(entry, encode)),
    '</ListBucketResult>',
  ].join('');
}

function contents(object: S3Object, encode: Encode): string {
  const {key, content, etag, modifiedAt, checksum, storageClass} = object;
  const checksums =
    checksum === null
      ? ''
      : `<ChecksumAlgorithm>SHA256</ChecksumAlgorithm><ChecksumType>${checksum.type}</ChecksumType>`;
  return `<Contents><Key>${encode(key)}</Key><LastModified>${isoTime(modifiedAt)}</LastModified><ETag>${escapeXml(etag)}</ETag>${checksums}<Size>${content.length}</Size><StorageClass>${storageClass}</StorageClass></Contents>`;
}

function commonPrefix(entry: Entry, encode: Encode): string {
  return entry.type === 'object'
    ? ''
    : `<CommonPrefixes><Prefix>${encode(entry.prefix)}</Prefix></CommonPrefixes>`;
}

function isoTime(time: number): string {
  return new Date(time).toISOString();
}

function formEncode(text: string): string {
  return uriEncode(text).replaceAll('%20', '+').replaceAll('%2F', '/');
}
