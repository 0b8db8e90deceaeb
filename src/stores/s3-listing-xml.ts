import {unescaped} from './s3-xml.ts';

/**
 * Reads the XML of ListObjectsV2, and nothing else. The SDK's parser makes an object tree of it first and is what
 * bounds a listing (120,000 keys a second); this one walks the text once. What it does not know, it refuses.
 */

export interface ListedPage {
  readonly contents: readonly ListedObject[];
  readonly isTruncated: boolean;
  readonly nextToken: string | null;
}

export interface ListedObject {
  readonly key: string;
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
  /** As given, with its quotes; '' where there is none. */
  readonly etag: string;
  readonly hasSha256: boolean;
}

/** Written out once: half a million of them are looked for in a second. */
const tags = {
  key: tagOf('Key'),
  size: tagOf('Size'),
  modifiedAt: tagOf('LastModified'),
  etag: tagOf('ETag'),
  isTruncated: tagOf('IsTruncated'),
  encoding: tagOf('EncodingType'),
  nextToken: tagOf('NextContinuationToken'),
};

function tagOf(name: string) {
  return {name, open: `<${name}>`, close: `</${name}>`, empty: `<${name}/>`};
}

export class NotAListing extends Error {}

export function parseListing(xml: string): ListedPage {
  const start = xml.indexOf('<ListBucketResult');
  const end = xml.lastIndexOf('</ListBucketResult>');
  if (start === -1 || end < start)
    throw new NotAListing(`not a listing: ${xml.slice(0, 80).replace(/\s+/g, ' ')}`);
  if (xml.includes('<![CDATA[') || xml.includes('<!--'))
    throw new NotAListing('a listing with CDATA or comments in it');
  const contents: ListedObject[] = [];
  let rest = '';
  let from = start;
  for (;;) {
    const open = xml.indexOf('<Contents>', from);
    if (open === -1) break;
    const close = xml.indexOf('</Contents>', open);
    if (close === -1) throw new NotAListing('a listing that breaks off');
    rest += xml.slice(from, open);
    contents.push(parseObject(xml.slice(open + '<Contents>'.length, close)));
    from = close + '</Contents>'.length;
  }
  rest += xml.slice(from, end);
  const isTruncated = element(rest, tags.isTruncated);
  if (isTruncated !== 'true' && isTruncated !== 'false')
    throw new NotAListing('a listing that does not say whether it is truncated');
  if (element(rest, tags.encoding))
    throw new NotAListing('a listing with encoded keys, which were not asked for');
  return {contents, isTruncated: isTruncated === 'true', nextToken: element(rest, tags.nextToken)};
}

function parseObject(xml: string): ListedObject {
  const key = element(xml, tags.key);
  const size = element(xml, tags.size);
  const modifiedAt = Date.parse(element(xml, tags.modifiedAt) ?? '');
  if (key === null || key === '' || size === null || !/^\d{1,15}$/.test(size) || Number.isNaN(modifiedAt))
    throw new NotAListing(`an object without key, size or time: ${xml.slice(0, 120)}`);
  return {
    key: detached(key),
    size: Number(size),
    // A HEAD tells whole seconds: the same object must look the same either way.
    modifiedAt: Math.floor(modifiedAt / 1_000) * 1_000,
    etag: detached(element(xml, tags.etag) ?? ''),
    hasSha256: xml.includes('<ChecksumAlgorithm>SHA256<') && !xml.includes('<ChecksumType>COMPOSITE<'),
  };
}

/** An element's text; null where there is none. `<Key/>` is empty. */
function element(xml: string, {name, open, close, empty}: ReturnType<typeof tagOf>): string | null {
  const start = xml.indexOf(open);
  if (start === -1) return xml.includes(empty) ? '' : null;
  const from = start + open.length;
  const end = xml.indexOf(close, from);
  if (end === -1) throw new NotAListing(`a listing that breaks off in ${name}`);
  return unescaped(xml.slice(from, end));
}

/** A slice keeps the whole page in memory for as long as it lives: one kept object of each page would keep them all. */
function detached(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}
