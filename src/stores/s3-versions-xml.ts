import {
  detached,
  eachEntry,
  element,
  isTruncated,
  type ListedObject,
  NotAListing,
  parseObject,
  tagOf,
} from './s3-listing-xml.ts';

/** A page of ListObjectVersions, its entries as they stand in the document. */
export interface VersionsPage {
  readonly entries: readonly ListedVersion[];
  readonly isTruncated: boolean;
  readonly nextKey: string | null;
  readonly nextVersion: string | null;
}

export interface ListedVersion {
  readonly key: string;
  /** False also where nothing is said of it. */
  readonly isLatest: boolean;
  readonly versionId: string | null;
  /** Null where it is a delete marker: B2 calls it a hidden file. */
  readonly object: ListedObject | null;
}

const tags = {
  version: tagOf('Version'),
  deleteMarker: tagOf('DeleteMarker'),
  key: tagOf('Key'),
  versionId: tagOf('VersionId'),
  isLatest: tagOf('IsLatest'),
  nextKey: tagOf('NextKeyMarker'),
  nextVersion: tagOf('NextVersionIdMarker'),
};

export function parseVersions(xml: string): VersionsPage {
  const entries: ListedVersion[] = [];
  const kinds = [tags.version, tags.deleteMarker];
  const rest = eachEntry(xml, 'ListVersionsResult', kinds, (tag, entry) => {
    const object = tag === tags.version ? parseObject(entry) : null;
    const versionId = element(entry, tags.versionId);
    entries.push({
      key: object?.key ?? keyOfMarker(entry),
      isLatest: element(entry, tags.isLatest) === 'true',
      versionId: versionId === null ? null : detached(versionId),
      object,
    });
  });
  return {
    entries,
    isTruncated: isTruncated(rest),
    nextKey: element(rest, tags.nextKey),
    nextVersion: element(rest, tags.nextVersion),
  };
}

function keyOfMarker(xml: string): string {
  const key = element(xml, tags.key);
  if (key === null || key === '')
    throw new NotAListing(`a delete marker without a key: ${xml.slice(0, 120)}`);
  return detached(key);
}
