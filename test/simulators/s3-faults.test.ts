import {
  GetObjectCommand,
  type GetObjectCommandInput,
  HeadObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
} from '@aws-sdk/client-s3';
import {describe, expect, it} from 'vitest';
import {never} from '../support/listing.ts';
import type {S3ErrorCode} from './s3-errors.ts';
import type {S3FaultType, S3VersionsFaultKind} from './s3-faults.ts';
import type {S3Simulator} from './s3-server.ts';
import {s3UnderTest, sdkClient} from './s3-under-test.ts';

const body = '0123456789';

async function started() {
  const simulator = await s3UnderTest();
  simulator.put('a', body);
  simulator.put('b', body);
  simulator.put('c', body);
  return {simulator, ...asking(simulator)};
}

function asking(simulator: S3Simulator, client = sdkClient(simulator)) {
  const Bucket = simulator.bucket;
  return {
    get: (more: Partial<GetObjectCommandInput> = {}, abortSignal = never) =>
      client.send(new GetObjectCommand({Bucket, Key: 'a', ...more}), {abortSignal}),
    head: () => client.send(new HeadObjectCommand({Bucket, Key: 'a'})),
    list: (more: Partial<ListObjectsV2CommandInput> = {}) =>
      client.send(new ListObjectsV2Command({Bucket, ...more})),
  };
}

type Read = Awaited<ReturnType<ReturnType<typeof asking>['get']>>;

/** All that came of a body, and how it ended. */
async function readBody({Body}: Read): Promise<{readonly text: string; readonly ended: string}> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of Body?.transformToWebStream() ?? []) chunks.push(chunk);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return {text: Buffer.concat(chunks).toString(), ended: code};
  }
  return {text: Buffer.concat(chunks).toString(), ended: 'well'};
}

const keysOf = ({Contents = []}: Awaited<ReturnType<ReturnType<typeof asking>['list']>>) =>
  Contents.map(({Key}) => Key);

/**
 * One of each, but for those of versions (s3-versions.test.ts): what a client meets while it is injected. The type
 * makes sure that none is left out.
 */
const meets: Readonly<Record<Exclude<S3FaultType, S3VersionsFaultKind['type']>, () => Promise<void>>> = {
  latency: async () => {
    const {simulator, get} = await started();
    const fault = simulator.inject({type: 'latency', ms: 40});
    const began = performance.now();
    await get();
    expect(performance.now() - began).toBeGreaterThanOrEqual(39);
    expect(fault.fired).toBe(1);
  },
  error: async () => {
    const {simulator, get, list} = await started();
    const fault = simulator.inject({type: 'error', code: 'SlowDown', retryAfter: 7});
    const refused = {name: 'SlowDown', $metadata: {httpStatusCode: 503}};
    await expect(get()).rejects.toMatchObject({
      ...refused,
      $response: {headers: {'retry-after': '7'}},
    });
    await expect(list()).rejects.toMatchObject(refused);
    expect(fault.fired).toBe(2);
  },
  'wrong-region': async () => {
    const {simulator, get} = await started();
    const expected = 'eu-west-1';
    const malformed = simulator.inject({type: 'wrong-region', expected, as: 'AuthorizationHeaderMalformed'});
    await expect(get()).rejects.toMatchObject({Region: expected, $metadata: {httpStatusCode: 400}});
    malformed.end();
    const redirect = simulator.inject({type: 'wrong-region', expected, as: 'PermanentRedirect'});
    await expect(get()).rejects.toMatchObject({
      name: 'PermanentRedirect',
      $metadata: {httpStatusCode: 301},
      $response: {headers: {'x-amz-bucket-region': expected}},
    });
    expect([malformed.fired, redirect.fired]).toEqual([1, 1]);
  },
  'expired-token': async () => {
    const {simulator, get} = await started();
    const {accessKeyId} = simulator;
    const fault = simulator.inject({type: 'expired-token', accessKeyId, skip: 1});
    await get();
    await expect(get()).rejects.toMatchObject({name: 'ExpiredToken', $metadata: {httpStatusCode: 403}});
    simulator.addAccessKey('renewed', 'secret');
    const credentials = {accessKeyId: 'renewed', secretAccessKey: 'secret'};
    await asking(simulator, sdkClient(simulator, {credentials})).get();
    await expect(get()).rejects.toMatchObject({name: 'ExpiredToken'});
    fault.end();
    await get();
    expect(fault.fired).toBe(2);
  },
  'clock-skew': async () => {
    const {simulator, get} = await started();
    const fault = simulator.inject({type: 'clock-skew', minutes: 60});
    await expect(get()).rejects.toMatchObject({
      name: 'RequestTimeTooSkewed',
      $metadata: {httpStatusCode: 403},
    });
    expect((await readBody(await get())).text, 'the SDK has set its clock by the answer').toBe(body);
    expect(fault.fired).toBe(2);
  },
  html: async () => {
    const {simulator, get, list} = await started();
    const fault = simulator.inject({type: 'html', status: 200});
    expect((await readBody(await get())).text).toMatch(/^<!doctype html>/);
    expect(await list(), 'the SDK takes it for a page without anything').not.toHaveProperty('KeyCount');
    expect(fault.fired).toBe(2);
  },
  'stalled-headers': async () => {
    const {simulator, get} = await started();
    const fault = simulator.inject({type: 'stalled-headers', key: 'a'});
    const gaveUp = new AbortController();
    let isOver = false;
    const stalled = get({}, gaveUp.signal).finally(() => {
      isOver = true;
    });
    while (fault.fired === 0) await get({Key: 'b'});
    expect(isOver).toBe(false);
    expect(simulator.requests.map(({key, status}) => [key, status])).toContainEqual(['a', 0]);
    gaveUp.abort();
    await expect(stalled).rejects.toMatchObject({name: 'AbortError'});
  },
  reset: async () => {
    const {simulator, get} = await started();
    const fault = simulator.inject({type: 'reset'});
    await expect(get()).rejects.toMatchObject({code: 'ECONNRESET'});
    expect(fault.fired).toBe(1);
  },
  'cut-body': async () => {
    const {simulator, get} = await started();
    for (const by of ['reset', 'close'] as const) {
      const fault = simulator.inject({type: 'cut-body', after: 4, by});
      const cut = await get();
      expect(cut.ContentLength).toBe(10);
      expect(await readBody(cut)).toEqual({text: '0123', ended: 'ECONNRESET'});
      expect(await readBody(await get({Range: 'bytes=0-3'})), 'there is no more to cut').toMatchObject({
        ended: 'well',
      });
      expect(fault.fired).toBe(1);
      fault.end();
    }
  },
  'stalled-body': async () => {
    const {simulator, get} = await started();
    const fault = simulator.inject({type: 'stalled-body', after: 4, key: 'a'});
    const gaveUp = new AbortController();
    const stalled = await get({}, gaveUp.signal);
    expect(stalled.ContentLength).toBe(10);
    let isOver = false;
    const read = readBody(stalled).finally(() => {
      isOver = true;
    });
    expect((await readBody(await get({Key: 'b'}))).ended).toBe('well');
    expect(isOver).toBe(false);
    gaveUp.abort();
    expect(await read).toMatchObject({text: '0123', ended: expect.not.stringContaining('well')});
    expect(fault.fired).toBe(1);
  },
  'wrong-length': async () => {
    const {simulator, get} = await started();
    const met = async (off: number, sends: 'declared' | 'object') => {
      const fault = simulator.inject({type: 'wrong-length', off, sends, times: 1});
      const wrong = await get();
      expect(wrong.ContentLength).toBe(10 + off);
      const read = await readBody(wrong);
      expect(fault.fired).toBe(1);
      return read;
    };
    expect(await met(-3, 'declared')).toEqual({text: '0123456', ended: 'well'});
    expect(await met(+2, 'declared')).toEqual({text: `${body}\0\0`, ended: 'well'});
    expect(await met(-3, 'object')).toMatchObject({text: '0123456'});
    expect(await met(+2, 'object')).toEqual({text: body, ended: 'ECONNRESET'});
  },
  'if-match-ignored': async () => {
    const {simulator, get} = await started();
    const fault = simulator.inject({type: 'if-match-ignored'});
    expect((await readBody(await get({IfMatch: '"of another version"'}))).text).toBe(body);
    await get();
    expect(fault.fired).toBe(1);
  },
  'range-ignored': async () => {
    const {simulator, get} = await started();
    const fault = simulator.inject({type: 'range-ignored'});
    const whole = await get({Range: 'bytes=4-'});
    expect(whole).toMatchObject({ContentLength: 10, $metadata: {httpStatusCode: 200}});
    expect((await readBody(whole)).text).toBe(body);
    expect(fault.fired).toBe(1);
  },
  'truncated-without-token': async () => {
    const {simulator, list} = await started();
    const fault = simulator.inject({type: 'truncated-without-token'});
    const page = await list({MaxKeys: 2});
    expect(page.IsTruncated).toBe(true);
    expect(page).not.toHaveProperty('NextContinuationToken');
    expect((await list()).IsTruncated, 'a last page is not truncated').toBe(false);
    expect(fault.fired).toBe(1);
  },
  'unsorted-page': async () => {
    const {simulator, list} = await started();
    const fault = simulator.inject({type: 'unsorted-page'});
    expect(keysOf(await list())).toEqual(['b', 'a', 'c']);
    await list({MaxKeys: 1});
    expect(fault.fired).toBe(1);
  },
  'duplicate-key': async () => {
    const {simulator, list} = await started();
    const fault = simulator.inject({type: 'duplicate-key'});
    expect(keysOf(await list())).toEqual(['a', 'a', 'b', 'c']);
    await list({Prefix: 'none'});
    expect(fault.fired).toBe(1);
  },
  'start-after-ignored': async () => {
    const {simulator, list} = await started();
    const fault = simulator.inject({type: 'start-after-ignored'});
    expect(keysOf(await list({StartAfter: 'b'}))).toEqual(['a', 'b', 'c']);
    await list({StartAfter: 'A'});
    expect(fault.fired).toBe(1);
  },
  'continuation-expired': async () => {
    const {simulator, list} = await started();
    const fault = simulator.inject({type: 'continuation-expired', times: 1});
    const {NextContinuationToken} = await list({MaxKeys: 2});
    await expect(list({ContinuationToken: NextContinuationToken})).rejects.toMatchObject({
      name: 'InvalidArgument',
      $metadata: {httpStatusCode: 400},
    });
    expect(keysOf(await list({StartAfter: 'b'}))).toEqual(['c']);
    expect(fault.fired).toBe(1);
  },
  'token-loop': async () => {
    const {simulator, list} = await started();
    const fault = simulator.inject({type: 'token-loop'});
    const first = await list({MaxKeys: 2, StartAfter: 'a'});
    expect(first.IsTruncated, 'nothing to loop on where there is one page').toBe(false);
    simulator.put('bb', body);
    for (const narrowed of [{StartAfter: 'a'}, {Prefix: 'b'}]) {
      const pages = [await list({MaxKeys: 1, ...narrowed})];
      for (let page = 0; page < 3; page++)
        pages.push(
          await list({MaxKeys: 1, ...narrowed, ContinuationToken: pages[page]?.NextContinuationToken}),
        );
      expect(pages.map(keysOf)).toEqual([['b'], ['b'], ['b'], ['b']]);
      expect(new Set(pages.map(page => page.NextContinuationToken)).size).toBe(1);
    }
    expect(fault.fired).toBe(8);
  },
  'token-back': async () => {
    const {simulator, list} = await started();
    const fault = simulator.inject({type: 'token-back', skip: 1});
    const first = await list({MaxKeys: 1});
    const second = await list({MaxKeys: 1, ContinuationToken: first.NextContinuationToken});
    expect(keysOf(second)).toEqual(['b']);
    expect(keysOf(await list({MaxKeys: 1, ContinuationToken: second.NextContinuationToken}))).toEqual(['a']);
    await list();
    expect(fault.fired, 'a last page has no token').toBe(2);
  },
  'empty-page': async () => {
    const {simulator, list} = await started();
    const fault = simulator.inject({type: 'empty-page', skip: 1, times: 2});
    const pages = [await list({MaxKeys: 2})];
    for (let page = 0; page < 3; page++)
      pages.push(await list({MaxKeys: 2, ContinuationToken: pages[page]?.NextContinuationToken}));
    expect(pages.map(keysOf)).toEqual([['a', 'b'], [], [], ['c']]);
    expect(pages.map(page => page.IsTruncated)).toEqual([true, true, true, false]);
    expect(new Set(pages.map(page => page.NextContinuationToken)).size).toBe(4);
    expect(fault.fired).toBe(2);
  },
};

describe('an injected fault is met by a client:', () => {
  it.each(Object.entries(meets))('%s', (_, meet) => meet());
});

describe('an error', () => {
  it.each<[S3ErrorCode, number]>([
    ['AccessDenied', 403],
    ['InternalError', 500],
    ['InvalidObjectState', 403],
    ['NoSuchBucket', 404],
    ['ServiceUnavailable', 503],
    ['TooManyRequests', 429],
  ])('%s is a %d for one key, and for no other', async (code, status) => {
    const {simulator, get} = await started();
    const fault = simulator.inject({type: 'error', code, key: 'a'});
    await expect(get()).rejects.toMatchObject({name: code, $metadata: {httpStatusCode: status}});
    await get({Key: 'b'});
    expect(fault.fired).toBe(1);
  });

  it('says when to come back as a date, or not at all', async () => {
    const {simulator, get} = await started();
    const date = new Date('2026-12-01T10:00:00Z');
    simulator.inject({type: 'error', code: 'TooManyRequests', retryAfter: date, times: 1});
    const headers = {'retry-after': 'Tue, 01 Dec 2026 10:00:00 GMT'};
    await expect(get()).rejects.toMatchObject({$response: {headers}});
    simulator.inject({type: 'error', code: 'TooManyRequests'});
    await expect(get()).rejects.not.toHaveProperty('$response.headers.retry-after');
  });

  it('is only a status where only a head was asked for', async () => {
    const {simulator, head} = await started();
    simulator.inject({type: 'error', code: 'AccessDenied'});
    await expect(head()).rejects.toMatchObject({name: 'Unknown', $metadata: {httpStatusCode: 403}});
  });
});

describe('a fault', () => {
  it('lets the first pass, and happens as often as it should', async () => {
    const {simulator, get} = await started();
    const fault = simulator.inject({type: 'error', code: 'InternalError', skip: 1, times: 2});
    const statuses: unknown[] = [];
    for (let request = 0; request < 5; request++)
      statuses.push(
        await get().then(
          ({$metadata}) => $metadata.httpStatusCode,
          error => error.name,
        ),
      );
    expect(statuses).toEqual([200, 'InternalError', 'InternalError', 200, 200]);
    expect(fault.fired).toBe(2);
    expect(simulator.requests.map(({status}) => status)).toEqual([200, 500, 500, 200, 200]);
  });

  it('is for one operation, or for keys of a kind', async () => {
    const {simulator, get, head, list} = await started();
    simulator.inject({type: 'error', code: 'InternalError', operation: 'HeadObject'});
    simulator.inject({type: 'error', code: 'AccessDenied', operation: 'GetObject', key: /[bc]/g});
    await get();
    await list();
    await expect(head()).rejects.toMatchObject({$metadata: {httpStatusCode: 500}});
    await expect(get({Key: 'b'})).rejects.toMatchObject({name: 'AccessDenied'});
    await expect(get({Key: 'c'})).rejects.toMatchObject({name: 'AccessDenied'});
  });

  it('of the body meets listings too', async () => {
    const {simulator, list} = await started();
    const fault = simulator.inject({type: 'cut-body', after: 100, by: 'reset', operation: 'ListObjectsV2'});
    await expect(list()).rejects.toMatchObject({code: 'ECONNRESET'});
    expect(fault.fired).toBe(1);
  });
});

it('a stopped server leaves nobody waiting', async () => {
  const {simulator, get} = await started();
  simulator.inject({type: 'stalled-headers', times: 1});
  simulator.inject({type: 'latency', ms: 3_600_000, skip: 1});
  const waiting = [get(), get()];
  const ended = Promise.allSettled(waiting);
  while (simulator.requests.length < 2) await new Promise(setImmediate);
  await simulator.stop();
  expect((await ended).map(({status}) => status)).toEqual(['rejected', 'rejected']);
});
