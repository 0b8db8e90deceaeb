import {describe, expect, it} from 'vitest';
import {NotAListing} from '../../src/stores/s3-listing-xml.ts';
import {parseVersions} from '../../src/stores/s3-versions-xml.ts';

/** In the form of B2's documented example: elements by their names, so that delete markers come first of all. */
const ofB2 = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<ListVersionsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
    <DeleteMarker>
        <IsLatest>true</IsLatest>
        <Key>b &amp; c</Key>
        <LastModified>2026-01-02T00:00:00.000Z</LastModified>
        <Owner>
            <ID>15f9</ID>
            <DisplayName></DisplayName>
        </Owner>
        <VersionId>4_z2</VersionId>
    </DeleteMarker>
    <IsTruncated>true</IsTruncated>
    <MaxKeys>1000</MaxKeys>
    <Name>media</Name>
    <NextKeyMarker>c &amp; d</NextKeyMarker>
    <NextVersionIdMarker>4_z3</NextVersionIdMarker>
    <Version>
        <ETag>"85f3"</ETag>
        <IsLatest>false</IsLatest>
        <Key>a</Key>
        <LastModified>2026-01-01T00:00:00.000Z</LastModified>
        <Owner>
            <ID>15f9</ID>
            <DisplayName></DisplayName>
        </Owner>
        <Size>0</Size>
        <StorageClass>STANDARD</StorageClass>
        <VersionId>4_z1</VersionId>
    </Version>
</ListVersionsResult>`;

describe('a listing of versions', () => {
  it('is read as B2 writes it', () => {
    const object = {key: 'a', size: 0, modifiedAt: Date.UTC(2026), etag: '"85f3"', hasSha256: false};
    expect(parseVersions(ofB2)).toEqual({
      entries: [
        {key: 'b & c', isLatest: true, versionId: '4_z2', object: null},
        {key: 'a', isLatest: false, versionId: '4_z1', object},
      ],
      isTruncated: true,
      nextKey: 'c & d',
      nextVersion: '4_z3',
    });
  });

  it('without an entry is one', () => {
    const xml = '<ListVersionsResult><IsTruncated>false</IsTruncated></ListVersionsResult>';
    expect(parseVersions(xml)).toEqual({entries: [], isTruncated: false, nextKey: null, nextVersion: null});
  });

  it.each<[string, string]>([
    ['a version without a size', ofB2.replace('<Size>0</Size>', '')],
    ['a version without a key', ofB2.replace('<Key>a</Key>', '')],
    ['a delete marker without a key', ofB2.replace('<Key>b &amp; c</Key>', '<Key/>')],
    ['encoded keys', ofB2.replace('<Name>', '<EncodingType>url</EncodingType><Name>')],
    ['no word on whether it is all', ofB2.replace('<IsTruncated>true</IsTruncated>', '')],
    ['a listing of another kind', ofB2.replaceAll('ListVersionsResult', 'ListBucketResult')],
    ['comments', ofB2.replace('<Name>', '<!-- --><Name>')],
  ])('of %s is refused', (_, xml) => {
    expect(() => parseVersions(xml)).toThrow(NotAListing);
  });

  it('that breaks off anywhere is refused', () => {
    for (let end = 0; end < ofB2.length; end++)
      expect(() => parseVersions(ofB2.slice(0, end))).toThrow(NotAListing);
  });

  it('of a hostile server costs no more than its length', () => {
    const began = performance.now();
    const head = '<ListVersionsResult>';
    for (const entries of ['<Version>'.repeat(200_000), '<DeleteMarker></DeleteMarker>'.repeat(200_000)])
      expect(() => parseVersions(`${head}${entries}</ListVersionsResult>`)).toThrow(NotAListing);
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});
