import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandInput,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import {describe, expect, it} from 'vitest';
import type {S3VersionsFaultKind} from './s3-faults.ts';
import {s3UnderTest, sdkClient} from './s3-under-test.ts';

/** a: twice; b: once, and deleted; c: once. */
async function started(versions = true) {
  const simulator = await s3UnderTest({versions});
  const client = sdkClient(simulator);
  const Bucket = simulator.bucket;
  simulator.put('a', '1');
  simulator.put('b', '22');
  simulator.put('a', '333');
  simulator.put('c', '');
  simulator.remove('b');
  const list = (more: Partial<ListObjectVersionsCommandInput> = {}) =>
    client.send(new ListObjectVersionsCommand({Bucket, ...more}));
  return {simulator, client, Bucket, list};
}

type Listed = Awaited<ReturnType<Awaited<ReturnType<typeof started>>['list']>>;

const keysOf = ({Versions = []}: Listed) => Versions.map(({Key}) => Key);
const deletedOf = ({DeleteMarkers = []}: Listed) => DeleteMarkers.map(({Key}) => Key);
const markersOf = ({NextKeyMarker, NextVersionIdMarker}: Listed) => ({
  KeyMarker: NextKeyMarker,
  VersionIdMarker: NextVersionIdMarker,
});

describe('a listing of versions', () => {
  it('has every version and every delete marker, the newest first', async () => {
    const {list} = await started();
    const {Versions = [], DeleteMarkers = [], IsTruncated} = await list();
    expect(Versions.map(({Key, Size, IsLatest}) => [Key, Size, IsLatest])).toEqual([
      ['a', 3, true],
      ['a', 1, false],
      ['b', 2, false],
      ['c', 0, true],
    ]);
    expect(DeleteMarkers.map(({Key, IsLatest}) => [Key, IsLatest])).toEqual([['b', true]]);
    expect(new Set([...Versions, ...DeleteMarkers].map(({VersionId}) => VersionId)).size).toBe(5);
    expect(IsTruncated).toBe(false);
  });

  it('goes on behind any version, behind all of a key, and within a prefix', async () => {
    const {simulator, list} = await started();
    const pages: Listed[] = [];
    for (let from = {}; pages.length < 5; ) {
      const page = await list({MaxKeys: 1, ...from});
      from = markersOf(page);
      pages.push(page);
    }
    expect(pages.flatMap(page => [...keysOf(page), ...deletedOf(page).map(key => `no ${key}`)])).toEqual([
      'a',
      'a',
      'no b',
      'b',
      'c',
    ]);
    expect(keysOf(await list({KeyMarker: 'a'}))).toEqual(['b', 'c']);
    expect(keysOf(await list({Prefix: 'b'}))).toEqual(['b']);
    simulator.put('d', '');
    expect(keysOf(await list({KeyMarker: 'b'}))).toEqual(['c', 'd']);
  });

  it('refuses markers that it did not give', async () => {
    const {list} = await started();
    const refused = {name: 'InvalidArgument', $metadata: {httpStatusCode: 400}};
    await expect(list({VersionIdMarker: 'x'})).rejects.toMatchObject(refused);
    await expect(list({KeyMarker: 'a', VersionIdMarker: 'x'})).rejects.toMatchObject(refused);
  });

  it('of a bucket without versions has its objects, each with the version null', async () => {
    const {list} = await started(false);
    const page = await list();
    expect(keysOf(page)).toEqual(['a', 'c']);
    expect(page.Versions?.map(({VersionId, IsLatest}) => [VersionId, IsLatest])).toEqual([
      ['null', true],
      ['null', true],
    ]);
    expect(page.DeleteMarkers).toBeUndefined();
  });
});

it('an object tells its version, and one that was deleted that it was', async () => {
  const {client, Bucket, list} = await started();
  const put = await client.send(new PutObjectCommand({Bucket, Key: 'd', Body: 'new'}));
  const head = await client.send(new HeadObjectCommand({Bucket, Key: 'd'}));
  const got = await client.send(new GetObjectCommand({Bucket, Key: 'd'}));
  const [listed] = (await list({Prefix: 'd'})).Versions ?? [];
  expect(listed?.VersionId).toEqual(expect.any(String));
  expect([put.VersionId, head.VersionId, got.VersionId]).toEqual(Array(3).fill(listed?.VersionId));
  const gone = await client.send(new DeleteObjectCommand({Bucket, Key: 'd'}));
  expect(gone).toMatchObject({DeleteMarker: true, VersionId: expect.any(String)});
  await expect(client.send(new GetObjectCommand({Bucket, Key: 'd'}))).rejects.toMatchObject({
    name: 'NoSuchKey',
    $response: {headers: {'x-amz-delete-marker': 'true'}},
  });
});

/** One of each, as in s3-faults.test.ts. */
const meets: Readonly<Record<S3VersionsFaultKind['type'], () => Promise<void>>> = {
  'truncated-without-marker': async () => {
    const {simulator, list} = await started();
    const fault = simulator.inject({type: 'truncated-without-marker'});
    const page = await list({MaxKeys: 2});
    expect(page.IsTruncated).toBe(true);
    expect(page.NextKeyMarker).toBeUndefined();
    await list();
    expect(fault.fired, 'a last page has no markers').toBe(1);
  },
  'marker-loop': async () => {
    const {simulator, list} = await started();
    const fault = simulator.inject({type: 'marker-loop', skip: 1});
    const first = await list({MaxKeys: 1});
    const second = await list({MaxKeys: 1, ...markersOf(first)});
    expect(markersOf(second)).toEqual(markersOf(first));
    expect(fault.fired).toBe(1);
  },
  'inclusive-key-marker': async () => {
    const {simulator, list} = await started();
    const fault = simulator.inject({type: 'inclusive-key-marker', next: 'last', times: 2});
    const first = await list({MaxKeys: 2});
    expect(keysOf(await list({MaxKeys: 2, ...markersOf(first)}))).toEqual(['a']);
    expect(keysOf(await list({KeyMarker: 'c'}))).toEqual(['c']);
    expect(fault.fired).toBe(2);
    simulator.inject({type: 'inclusive-key-marker', next: 'following'});
    const page = await list({MaxKeys: 2});
    expect(page.NextKeyMarker).toBe('b');
    expect(deletedOf(await list({MaxKeys: 1, ...markersOf(page)}))).toEqual(['b']);
  },
  'delete-markers-apart': async () => {
    const {simulator, Bucket, list} = await started();
    const fault = simulator.inject({type: 'delete-markers-apart'});
    const page = await list();
    expect([keysOf(page), deletedOf(page)]).toEqual([['a', 'a', 'b', 'c'], ['b']]);
    expect(page.Name).toBe(Bucket);
    expect(fault.fired).toBe(1);
  },
  'missing-size': async () => {
    const {simulator, list} = await started();
    const fault = simulator.inject({type: 'missing-size', key: 'b'});
    expect((await list()).Versions?.map(({Size}) => Size)).toEqual([3, 1, undefined, 0]);
    expect(fault.fired).toBe(1);
  },
};

describe('an injected fault is met by a client that lists versions:', () => {
  it.each(Object.entries(meets))('%s', (_, meet) => meet());
});
