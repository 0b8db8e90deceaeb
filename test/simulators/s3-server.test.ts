import {createHash} from 'node:crypto';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {awkwardText} from '../support/awkward.ts';
import {inByteOrder} from '../support/ranges.ts';
import type {S3SimulatorOptions} from './s3-server.ts';
import {s3UnderTest, sdkClient} from './s3-under-test.ts';

const awkwardKeys = [
  'a b',
  ' leading',
  'trailing ',
  'a & b+c %2F',
  '%2F',
  '100%',
  '/leading',
  'trailing/',
  'double//slash',
  '//',
  '.',
  '..',
  'a/../b',
  './a',
  'new\nline',
  'return\rline',
  'tab\t',
  'nul\u0000',
  'bell\u0007',
  'del\u007f',
  'caf\u00e9',
  'cafe\u0301',
  '🚢',
  '\ue000',
  '\uffff',
  '<Key>&amp;</Key>',
  `quotes '"`,
  "!'()*~",
  '?list-type=2',
  '#',
  'a'.repeat(1_024),
];

const md5 = (content: string) => `"${createHash('md5').update(content).digest('hex')}"`;

async function started(options: S3SimulatorOptions = {}) {
  const simulator = await s3UnderTest(options);
  const client = sdkClient(simulator);
  const Bucket = simulator.bucket;
  return {
    simulator,
    client,
    Bucket,
    list: async (narrowed: Omit<ConstructorParameters<typeof ListObjectsV2Command>[0], 'Bucket'> = {}) =>
      client.send(new ListObjectsV2Command({Bucket, ...narrowed})),
    get: (Key: string, more: Partial<GetObjectCommandInput> = {}) =>
      client.send(new GetObjectCommand({Bucket, Key, ...more})),
    head: (Key: string) => client.send(new HeadObjectCommand({Bucket, Key})),
  };
}

describe('keys', () => {
  it.each(awkwardKeys)('such as %j are listed, read, written and removed as they are', async key => {
    const {simulator, client, Bucket, list, get, head} = await started();
    await client.send(new PutObjectCommand({Bucket, Key: key, Body: 'content'}));
    expect((await list()).Contents?.map(({Key}) => Key)).toEqual([key]);
    expect(await (await get(key)).Body?.transformToString()).toBe('content');
    expect(await head(key)).toMatchObject({ContentLength: 7, ETag: md5('content')});
    expect(new Set(simulator.requests.slice(2).map(request => request.key))).toEqual(new Set([key]));
    await client.send(new DeleteObjectCommand({Bucket, Key: key}));
    expect((await list()).KeyCount).toBe(0);
  });

  it('that only look the same are different objects', async () => {
    const {simulator, list, get} = await started();
    simulator.putMany(['caf\u00e9', 'cafe\u0301', '%2F', '/'], key => ({content: key}));
    expect((await list()).KeyCount).toBe(4);
    for (const key of ['caf\u00e9', 'cafe\u0301', '%2F', '/'])
      expect(await (await get(key)).Body?.transformToString()).toBe(key);
  });
});

describe('a listing', () => {
  const keySets = fc.uniqueArray(
    awkwardText().filter(key => key !== ''),
    {maxLength: 30},
  );
  const decoded = (key: string | undefined) => decodeURIComponent((key ?? '').replaceAll('+', ' '));

  it('of any prefix, after any key, in pages of any size, is what byte order has there', async () => {
    const {simulator, list} = await started();
    await fc.assert(
      fc.asyncProperty(
        keySets,
        fc.record({prefix: awkwardText(), after: awkwardText(), pageSize: fc.integer({min: 1, max: 8})}),
        async (keys, {prefix: text, after, pageSize}) => {
          simulator.putMany(keys);
          const prefix = text.slice(0, 1).isWellFormed() ? text.slice(0, 1) : '';
          const found: string[] = [];
          for (let token: string | undefined, pages = 0; ; pages++) {
            const page = await list({
              Prefix: prefix,
              StartAfter: after,
              MaxKeys: pageSize,
              ContinuationToken: token,
              EncodingType: 'url',
            });
            expect(page.Contents?.length ?? 0).toBeLessThanOrEqual(pageSize);
            found.push(...(page.Contents ?? []).map(({Key}) => decoded(Key)));
            token = page.NextContinuationToken;
            expect(page.IsTruncated).toBe(token !== undefined);
            if (token === undefined) break;
            expect(pages).toBeLessThan(keys.length);
          }
          expect(found).toEqual(
            inByteOrder(keys).filter(
              key => key.startsWith(prefix) && Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0,
            ),
          );
          for (const key of keys) simulator.remove(key);
          expect((await list()).KeyCount).toBe(0);
        },
      ),
      {numRuns: 60},
    );
  });

  it('has as few keys a page as the simulator is told to give, whatever is asked for', async () => {
    const {simulator, list} = await started({pageKeys: 2});
    simulator.putMany(['a', 'b', 'c']);
    expect(await list({MaxKeys: 1_000})).toMatchObject({KeyCount: 2, MaxKeys: 2, IsTruncated: true});
    expect(await list({MaxKeys: 1})).toMatchObject({KeyCount: 1, IsTruncated: true});
    expect(await list({StartAfter: 'a'})).toMatchObject({KeyCount: 2, IsTruncated: false});
  });

  it('has at most 1,000 keys a page, and goes on where it was when objects come and go', async () => {
    const {simulator, list} = await started();
    const keys = Array.from({length: 2_345}, (_, number) => `${number % 7}/${number}.bin`);
    simulator.putMany(keys);
    const sorted = inByteOrder(keys);
    const first = await list({MaxKeys: 5_000});
    expect(first).toMatchObject({KeyCount: 1_000, MaxKeys: 1_000, IsTruncated: true});
    simulator.remove(sorted[999] ?? '');
    simulator.put('0/0 earlier', '');
    const second = await list({ContinuationToken: first.NextContinuationToken});
    const third = await list({ContinuationToken: second.NextContinuationToken});
    expect([first, second, third].flatMap(({Contents = []}) => Contents.map(({Key}) => Key))).toEqual(sorted);
    expect(third.IsTruncated).toBe(false);
  });

  it('tells of each object its size, time, ETag, storage class and kind of checksum', async () => {
    const {simulator, list} = await started();
    simulator.put('a', 'content', {modifiedAt: Date.UTC(2026, 0, 1, 0, 0, 0, 999)});
    simulator.put('b', '', {
      etag: 'opaque-2',
      checksum: {sha256: 'c2hh', type: 'COMPOSITE'},
      storageClass: 'GLACIER',
    });
    const {Contents} = await list();
    expect(Contents).toMatchObject([
      {
        Key: 'a',
        Size: 7,
        ETag: md5('content'),
        LastModified: new Date('2026-01-01'),
        StorageClass: 'STANDARD',
      },
      {
        Key: 'b',
        Size: 0,
        ETag: '"opaque-2"',
        ChecksumAlgorithm: ['SHA256'],
        ChecksumType: 'COMPOSITE',
        StorageClass: 'GLACIER',
      },
    ]);
    expect(Contents?.[0]).not.toHaveProperty('ChecksumType');
  });

  it('rolls keys up at a delimiter, each prefix once over all pages', async () => {
    const {simulator, list} = await started();
    simulator.putMany(['a/1', 'a/2', 'a/b/3', 'a0', 'b/1', 'c']);
    const pages = [await list({Delimiter: '/', MaxKeys: 1})];
    for (let last = pages.at(-1); last?.NextContinuationToken; last = pages.at(-1))
      pages.push(await list({Delimiter: '/', MaxKeys: 1, ContinuationToken: last.NextContinuationToken}));
    expect(pages.map(page => page.CommonPrefixes?.[0]?.Prefix ?? page.Contents?.[0]?.Key)).toEqual([
      'a/',
      'a0',
      'b/',
      'c',
    ]);
    const within = await list({Delimiter: '/', Prefix: 'a/'});
    expect(within.Contents?.map(({Key}) => Key)).toEqual(['a/1', 'a/2']);
    expect(within.CommonPrefixes).toEqual([{Prefix: 'a/b/'}]);
  });

  it('refuses a token that it did not give', async () => {
    const {list} = await started();
    await expect(list({ContinuationToken: 'made up'})).rejects.toMatchObject({
      name: 'InvalidArgument',
      $metadata: {httpStatusCode: 400},
    });
  });
});

describe('an object', () => {
  it.each([
    ['bytes=2-4', '234', 'bytes 2-4/10'],
    ['bytes=7-', '789', 'bytes 7-9/10'],
    ['bytes=-2', '89', 'bytes 8-9/10'],
    ['bytes=8-99', '89', 'bytes 8-9/10'],
  ])('is read in part: %s', async (range, expected, contentRange) => {
    const {simulator, get} = await started();
    simulator.put('k', '0123456789');
    const part = await get('k', {Range: range});
    expect(part).toMatchObject({ContentRange: contentRange, ContentLength: expected.length});
    expect(part.$metadata.httpStatusCode).toBe(206);
    expect(await part.Body?.transformToString()).toBe(expected);
  });

  it('has nothing beyond its end', async () => {
    const {simulator, get} = await started();
    simulator.put('k', '0123456789');
    await expect(get('k', {Range: 'bytes=10-'})).rejects.toMatchObject({
      name: 'InvalidRange',
      $metadata: {httpStatusCode: 416},
    });
  });

  it('is read only as the version that was asked for', async () => {
    const {simulator, get} = await started();
    simulator.put('k', 'old');
    const read = await get('k', {IfMatch: md5('old')});
    expect(await read.Body?.transformToString()).toBe('old');
    simulator.put('k', 'new');
    await expect(get('k', {IfMatch: md5('old')})).rejects.toMatchObject({
      name: 'PreconditionFailed',
      $metadata: {httpStatusCode: 412},
    });
  });

  it('that is not there is a 404, without a body where only its head was asked for', async () => {
    const {get, head} = await started();
    await expect(get('k')).rejects.toMatchObject({name: 'NoSuchKey', $metadata: {httpStatusCode: 404}});
    await expect(head('k')).rejects.toMatchObject({name: 'NotFound', $metadata: {httpStatusCode: 404}});
  });

  it('tells its checksum only to who asks', async () => {
    const {simulator, get} = await started();
    const sha256 = createHash('sha256').update('content').digest('base64');
    simulator.put('k', 'content', {checksum: {sha256, type: 'FULL_OBJECT'}});
    expect(await get('k')).not.toHaveProperty('ChecksumSHA256');
    expect(await get('k', {ChecksumMode: 'ENABLED'})).toMatchObject({
      ChecksumSHA256: sha256,
      ChecksumType: 'FULL_OBJECT',
    });
    expect(await get('k', {ChecksumMode: 'ENABLED', Range: 'bytes=0-1'})).not.toHaveProperty(
      'ChecksumSHA256',
    );
  });

  it('in an archive has a head, and can not be read', async () => {
    const {simulator, get, head} = await started();
    simulator.put('k', 'content', {storageClass: 'DEEP_ARCHIVE'});
    expect(await head('k')).toMatchObject({ContentLength: 7, StorageClass: 'DEEP_ARCHIVE'});
    await expect(get('k')).rejects.toMatchObject({
      name: 'InvalidObjectState',
      StorageClass: 'DEEP_ARCHIVE',
      $metadata: {httpStatusCode: 403},
    });
  });

  it('is written only if it is new, where that was asked for', async () => {
    const {client, Bucket, get} = await started();
    const put = (Body: string) =>
      client.send(new PutObjectCommand({Bucket, Key: 'k', Body, IfNoneMatch: '*'}));
    expect(await put('first')).toMatchObject({ETag: md5('first')});
    await expect(put('second')).rejects.toMatchObject({name: 'PreconditionFailed'});
    expect(await (await get('k')).Body?.transformToString()).toBe('first');
  });

  it('keeps a checksum that it was written with, if that is true', async () => {
    const {client, Bucket, get} = await started();
    const sha256 = createHash('sha256').update('content').digest('base64');
    const put = (Body: string) =>
      client.send(new PutObjectCommand({Bucket, Key: 'k', Body, ChecksumSHA256: sha256}));
    await expect(put('other')).rejects.toMatchObject({name: 'BadDigest'});
    await put('content');
    expect(await get('k', {ChecksumMode: 'ENABLED'})).toMatchObject({ChecksumSHA256: sha256});
  });
});

describe('the server', () => {
  it('knows one bucket', async () => {
    const {client, Bucket} = await started();
    expect((await client.send(new ListBucketsCommand())).Buckets).toMatchObject([{Name: Bucket}]);
    expect(await client.send(new HeadBucketCommand({Bucket}))).toMatchObject({BucketRegion: 'us-east-1'});
    await expect(client.send(new HeadBucketCommand({Bucket: 'other'}))).rejects.toMatchObject({
      name: 'NotFound',
    });
    await expect(client.send(new GetObjectCommand({Bucket: 'other', Key: 'k'}))).rejects.toMatchObject({
      name: 'NoSuchBucket',
    });
  });

  it('refuses what it does not do, rather than guess', async () => {
    const {simulator, client, Bucket, get} = await started();
    simulator.put('k', 'content');
    const refused = {name: 'NotImplemented', $metadata: {httpStatusCode: 501}};
    await expect(client.send(new ListObjectsCommand({Bucket}))).rejects.toMatchObject(refused);
    await expect(get('k', {VersionId: 'v'})).rejects.toMatchObject(refused);
    expect((await fetch(`${simulator.endpoint}/assets/%GG`)).status).toBe(400);
  });

  it('remembers what it was asked, and how it answered', async () => {
    const {simulator, Bucket, list, get} = await started();
    const before = Date.now();
    await list({Prefix: 'a b/'});
    await expect(get('a b/c', {Range: 'bytes=1-'})).rejects.toThrow();
    expect(simulator.requests).toMatchObject([
      {
        operation: 'ListObjectsV2',
        method: 'GET',
        bucket: Bucket,
        key: '',
        query: {prefix: 'a b/'},
        status: 200,
      },
      {operation: 'GetObject', key: 'a b/c', headers: {range: 'bytes=1-'}, status: 404},
    ]);
    expect(simulator.requests[0]?.at).toBeGreaterThanOrEqual(before);
  });
});
