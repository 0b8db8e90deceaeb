import {unescaped} from './s3-xml.ts';

/**
 * Reads the XML of listings, and nothing else. The SDK's parser makes an object tree of it first and is what bounds a
 * listing (120,000 keys a second); this one walks the text once. What it does not know, it refuses.
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
  contents: tagOf('Contents'),
  isTruncated: tagOf('IsTruncated'),
  encoding: tagOf('EncodingType'),
  nextToken: tagOf('NextContinuationToken'),
};

export interface Tag {
  readonly name: string;
  readonly open: string;
  readonly close: string;
  readonly empty: string;
}

export function tagOf(name: string): Tag {
  return {name, open: `<${name}>`, close: `</${name}>`, empty: `<${name}/>`};
}

export class NotAListing extends Error {}

/** ListObjectsV2. */
export function parseListing(xml: string): ListedPage {
  const contents: ListedObject[] = [];
  const rest = eachEntry(xml, 'ListBucketResult', [tags.contents], (_, entry) =>
    contents.push(parseObject(entry)),
  );
  return {contents, isTruncated: isTruncated(rest), nextToken: element(rest, tags.nextToken)};
}

/** Calls back for every entry that has one of the tags, as they stand in the root element; returns the rest of it. */
export function eachEntry(
  xml: string,
  root: string,
  names: readonly Tag[],
  onEntry: (tag: Tag, entry: string) => void,
): string {
  const start = xml.indexOf(`<${root}`);
  const end = xml.lastIndexOf(`</${root}>`);
  if (start === -1 || end < start)
    throw new NotAListing(`not a listing: ${xml.slice(0, 80).replace(/\s+/g, ' ')}`);
  if (xml.includes('<![CDATA[') || xml.includes('<!--'))
    throw new NotAListing('a listing with CDATA or comments in it');
  // Where each of them begins next: what is not there at all is looked for once.
  const next = names.map(tag => ({tag, at: xml.indexOf(tag.open, start)}));
  let rest = '';
  let from = start;
  for (;;) {
    let first: (typeof next)[number] | null = null;
    for (const each of next) {
      if (each.at !== -1 && each.at < from) each.at = xml.indexOf(each.tag.open, from);
      if (each.at !== -1 && (first === null || each.at < first.at)) first = each;
    }
    if (first === null) break;
    const {tag, at} = first;
    const close = xml.indexOf(tag.close, at);
    if (close === -1) throw new NotAListing('a listing that breaks off');
    rest += xml.slice(from, at);
    onEntry(tag, xml.slice(at + tag.open.length, close));
    from = close + tag.close.length;
  }
  return rest + xml.slice(from, end);
}

/** What stands around the entries says whether they are all, and that nothing is encoded. */
export function isTruncated(rest: string): boolean {
  const said = element(rest, tags.isTruncated);
  if (said !== 'true' && said !== 'false')
    throw new NotAListing('a listing that does not say whether it is truncated');
  if (element(rest, tags.encoding))
    throw new NotAListing('a listing with encoded keys, which were not asked for');
  return said === 'true';
}

export function parseObject(xml: string): ListedObject {
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
export function element(xml: string, {name, open, close, empty}: Tag): string | null {
  const start = xml.indexOf(open);
  if (start === -1) return xml.includes(empty) ? '' : null;
  const from = start + open.length;
  const end = xml.indexOf(close, from);
  if (end === -1) throw new NotAListing(`a listing that breaks off in ${name}`);
  return unescaped(xml.slice(from, end));
}

/** A slice keeps the whole page in memory for as long as it lives: one kept object of each page would keep them all. */
export function detached(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}
