import {once} from 'node:events';
import {createServer} from 'node:http';
import {ListObjectsV2Command, type ListObjectsV2CommandOutput, S3Client} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import {describe, expect, it, onTestFinished} from 'vitest';
import {NotAListing, parseListing} from '../../src/stores/s3-listing-xml.ts';
import {unescaped} from '../../src/stores/s3-xml.ts';
import {awkwardText} from '../support/awkward.ts';

/** The SDK's client of a server that answers with this document. */
async function sdkOf(document: () => string): Promise<() => Promise<ListObjectsV2CommandOutput>> {
  const server = createServer((_, response) => response.end(document()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const client = new S3Client({
    endpoint: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    region: 'auto',
    forcePathStyle: true,
    credentials: {accessKeyId: 'id', secretAccessKey: 'secret'},
  });
  onTestFinished(() => client.destroy());
  return () => client.send(new ListObjectsV2Command({Bucket: 'assets'}));
}

const names: Readonly<Record<string, string>> = {'&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos'};
const writings = ['names', 'decimal', 'hex', 'least'] as const;
type Writing = (typeof writings)[number];

/** As one server or another escapes a text. */
function written(text: string, writing: Writing): string {
  return [...text]
    .map(char => {
      const code = char.codePointAt(0) ?? 0;
      const isControl = code < 0x20 || code === 0x7f;
      const name = names[char];
      // Beyond U+FFFF the SDK takes another character for it.
      if (writing === 'decimal' && (isControl || name !== undefined || (code > 0x7e && code <= 0xffff)))
        return `&#${code};`;
      if (writing === 'hex' && (isControl || name !== undefined))
        return `&#x${code.toString(16).toUpperCase()};`;
      if (writing === 'least' && char !== '&' && char !== '<' && !isControl) return char;
      return name === undefined ? (isControl ? `&#x${code.toString(16)};` : char) : `&${name};`;
    })
    .join('');
}

interface Listed {
  readonly key: string;
  readonly size: number;
  readonly time: number;
  readonly etag: string;
  readonly checksum: 'FULL_OBJECT' | 'COMPOSITE' | null;
  readonly owner: boolean;
  readonly turned: boolean;
}

const listed: fc.Arbitrary<Listed> = fc.record({
  key: awkwardText().filter(key => key !== '' && !key.includes('\0') && key.trim() === key),
  size: fc.nat({max: 5 * 2 ** 40}),
  time: fc.integer({min: 0, max: 4_000_000_000}),
  etag: fc.stringMatching(/^[0-9a-f]{32}(-\d{1,4})?$/),
  checksum: fc.constantFrom('FULL_OBJECT', 'COMPOSITE', null),
  owner: fc.boolean(),
  turned: fc.boolean(),
});

function contents(
  {key, size, time, etag, checksum, owner, turned}: Listed,
  writing: Writing,
  gap: string,
): string {
  const parts = [
    `<Key>${written(key, writing)}</Key>`,
    `<LastModified>${new Date(time * 1_000).toISOString()}</LastModified>`,
    `<ETag>${written(`"${etag}"`, writing)}</ETag>`,
    checksum === null
      ? ''
      : `<ChecksumAlgorithm>SHA256</ChecksumAlgorithm><ChecksumType>${checksum}</ChecksumType>`,
    `<Size>${size}</Size>`,
    '<StorageClass>STANDARD</StorageClass>',
    owner ? '<Owner><ID>7</ID><DisplayName>somebody</DisplayName></Owner>' : '',
  ].filter(part => part !== '');
  return `<Contents>${gap}${(turned ? parts.toReversed() : parts).join(gap)}${gap}</Contents>`;
}

const page = fc.record({
  objects: fc.array(listed, {maxLength: 8}),
  writing: fc.constantFrom(...writings),
  gap: fc.constantFrom('', '\n', '\n    '),
  token: fc.option(fc.base64String({minLength: 4})),
  last: fc.boolean(),
});

const head =
  '<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">';
const tail = '</ListBucketResult>';
const wholePage = '<IsTruncated>false</IsTruncated>';

describe('a listing', () => {
  it('is read as the SDK reads it, whoever wrote it, and whatever its keys are', async () => {
    let document = '';
    const bySdk = await sdkOf(() => document);
    await fc.assert(
      fc.asyncProperty(page, async ({objects, writing, gap, token, last}) => {
        const about = [
          '<Name>assets</Name><Prefix/><MaxKeys>1000</MaxKeys>',
          `<IsTruncated>${token !== null}</IsTruncated>`,
          token === null ? '' : `<NextContinuationToken>${token}</NextContinuationToken>`,
        ].join(gap);
        const all = objects.map(object => contents(object, writing, gap)).join(gap);
        document = head + gap + (last ? all + about : about + all) + gap + tail;
        const theirs = await bySdk();
        const ours = parseListing(document);
        expect(ours.isTruncated).toBe(theirs.IsTruncated);
        expect(ours.nextToken ?? undefined).toBe(theirs.NextContinuationToken);
        expect(ours.contents.map(({hasSha256: _, ...object}) => object)).toEqual(
          (theirs.Contents ?? []).map(({Key, Size, LastModified, ETag}) => ({
            key: Key,
            size: Size,
            modifiedAt: LastModified?.getTime(),
            etag: ETag,
          })),
        );
        expect(ours.contents.map(({hasSha256}) => hasSha256)).toEqual(
          objects.map(({checksum}) => checksum === 'FULL_OBJECT'),
        );
        expect(ours.contents.map(({key}) => key)).toEqual(objects.map(({key}) => key));
      }),
      {numRuns: 300},
    );
  });

  it('that breaks off anywhere is refused', () => {
    fc.assert(
      fc.property(fc.array(listed, {minLength: 1, maxLength: 3}), fc.nat(), (objects, cut) => {
        const document = `${head}${wholePage}${objects.map(object => contents(object, 'names', '')).join('')}${tail}`;
        expect(() => parseListing(document.slice(0, cut % document.length))).toThrow(NotAListing);
      }),
      {numRuns: 500},
    );
  });

  const object =
    '<Contents><Key>a</Key><LastModified>2026-01-01T00:00:00.500Z</LastModified><ETag>&quot;e&quot;</ETag><Size>7</Size></Contents>';

  it.each<[string, string]>([
    ['a web page', '<!doctype html><html><body>Please sign in</body></html>'],
    ['nothing', ''],
    ['an error', '<?xml version="1.0"?><Error><Code>SlowDown</Code></Error>'],
    ['one that ends before it begins', `${tail}${head}${wholePage}`],
    ['no word on whether it is all', `${head}${object}${tail}`],
    ['another word than true or false', `${head}<IsTruncated>1</IsTruncated>${tail}`],
    ['CDATA', `${head}${wholePage}${object.replace('>a<', '><![CDATA[a]]><')}${tail}`],
    ['comments', `${head}${wholePage}<!-- ${object} -->${tail}`],
    ['encoded keys', `${head}<EncodingType>url</EncodingType>${wholePage}${object}${tail}`],
    ['an object without a key', `${head}${wholePage}${object.replace('<Key>a</Key>', '')}${tail}`],
    ['an object with an empty key', `${head}${wholePage}${object.replace('<Key>a</Key>', '<Key/>')}${tail}`],
    ['an object without a size', `${head}${wholePage}${object.replace('>7<', '><')}${tail}`],
    ['a size that is no number', `${head}${wholePage}${object.replace('>7<', '>7e3<')}${tail}`],
    ['a negative size', `${head}${wholePage}${object.replace('>7<', '>-7<')}${tail}`],
    [
      'a size beyond all numbers',
      `${head}${wholePage}${object.replace('>7<', '>99999999999999999999<')}${tail}`,
    ],
    ['a time that is none', `${head}${wholePage}${object.replace('2026', 'MMXX')}${tail}`],
  ])('of %s is refused', (_, document) => {
    expect(() => parseListing(document)).toThrow(NotAListing);
  });

  it('has times of whole seconds, as a HEAD tells them, and an empty ETag where there is none', () => {
    const [first] = parseListing(
      `${head}${wholePage}${object.replace(/<ETag>.*<\/ETag>/, '')}${tail}`,
    ).contents;
    expect(first).toEqual({key: 'a', size: 7, modifiedAt: Date.UTC(2026), etag: '', hasSha256: false});
  });

  it('of a hostile server costs no more than its length', () => {
    const document = `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>${head}${wholePage}${object.replace('>a<', '>&b;<')}${tail}`;
    expect(parseListing(document).contents[0]?.key).toBe('&b;');
    const began = performance.now();
    expect(() => parseListing(head + '<Contents>'.repeat(200_000))).toThrow(NotAListing);
    expect(() => parseListing(head + '<Contents></Contents>'.repeat(200_000) + tail)).toThrow(NotAListing);
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});

describe('a text of XML', () => {
  it.each([
    ['a&amp;b', 'a&b'],
    ['&amp;quot;', '&quot;'],
    ['&amp;amp;', '&amp;'],
    ['&amp;#65;', '&#65;'],
    ['&#65;&#x41;', 'AA'],
    ['&#13;&#10;', '\r\n'],
    ['a\rb\r\nc', 'a\rb\r\nc'],
    ['&#128674;&#x1F6A2;', '🚢🚢'],
    ['&#xD83D;&#xDEA2;', '🚢'],
    ['&#1114112;&#x110000;&#99999999;', '&#1114112;&#x110000;&#99999999;'],
    ['&nbsp;&;&#;&#x;& ', '&nbsp;&;&#;&#x;& '],
  ])('%j is %j', (text, expected) => {
    expect(unescaped(text)).toBe(expected);
  });
});
