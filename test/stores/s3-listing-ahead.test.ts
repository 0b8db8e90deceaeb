import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {Fault, isRetryable} from '../../src/core/failure.ts';
import {inRange} from '../../src/core/keys.ts';
import type {Listing, ObjectStore} from '../../src/stores/object-store.ts';
import {maxPagesAhead} from '../../src/stores/s3-listing-ahead.ts';
import type {S3Fault} from '../simulators/s3-faults.ts';
import {awkwardText} from '../support/awkward.ts';
import {listedKeys, never} from '../support/listing.ts';
import {inByteOrder, rangesOf} from '../support/ranges.ts';
import {type BucketUnderTest, bucketUnderTest} from './bucket-under-test.ts';
import {keyShapes, keysOf} from './key-shapes.ts';
import {storeOf} from './stranger.ts';
import {watchRequests} from './watch-requests.ts';

const whole = {prefix: '', lo: '', hi: null};

const keySets = fc.oneof(
  fc
    .tuple(fc.constantFrom(...keyShapes()), fc.integer({min: 0, max: 120}))
    .map(([shape, count]) => keysOf(shape, count)),
  fc
    .array(
      awkwardText().filter(key => key !== ''),
      {maxLength: 40},
    )
    .map(keys => inByteOrder([...new Set(keys)])),
);

async function bucketWith(keys: Iterable<string>, pageKeys: number): Promise<BucketUnderTest> {
  const bucket = await bucketUnderTest({pageKeys});
  bucket.server.putMany(keys);
  return bucket;
}

/** As the engine does it: what fails and may succeed later is taken up after the last key. */
async function listedAtLast(
  store: ObjectStore,
  {prefix, lo, hi}: Omit<Listing, 'signal'>,
): Promise<readonly string[]> {
  const keys: string[] = [];
  for (let attempts = 0; attempts < 50; attempts++)
    try {
      for await (const page of store.list({prefix, lo: keys.at(-1) ?? lo, hi, signal: never}))
        keys.push(...page.map(({key}) => key));
      return keys;
    } catch (error) {
      if (!(error instanceof Fault) || !isRetryable(error.kind)) throw error;
    }
  throw new Error('50 attempts failed');
}

const transient: fc.Arbitrary<S3Fault> = fc
  .tuple(
    fc.oneof(
      fc
        .constantFrom('SlowDown', 'InternalError', 'ServiceUnavailable')
        .map(code => ({type: 'error', code}) as const),
      fc.constant({type: 'reset'} as const),
      fc.constant({type: 'start-after-ignored'} as const),
      fc.constant({type: 'truncated-without-token'} as const),
      fc.constant({type: 'empty-page'} as const),
      fc.constant({type: 'html', status: 200} as const),
      fc.record({
        type: fc.constant('cut-body' as const),
        after: fc.nat(2_000),
        by: fc.constantFrom('reset', 'close'),
      }),
      fc.record({type: fc.constant('latency' as const), ms: fc.nat(5)}),
      fc.record({
        type: fc.constant('wrong-length' as const),
        off: fc.integer({min: -300, max: -20}),
        sends: fc.constantFrom('declared', 'object'),
      }),
    ),
    fc.nat(12),
    fc.integer({min: 1, max: 3}),
  )
  .map(([fault, skip, times]) => ({...fault, skip, times}));

describe('several pages at once', () => {
  it('are the same listing as one after the other, for keys of every shape, and of any range and prefix', async () => {
    await fc.assert(
      fc.asyncProperty(
        keySets,
        fc.integer({min: 1, max: 12}),
        fc.infiniteStream(awkwardText()),
        async (keys, pageKeys, texts) => {
          const {store} = await bucketWith(keys, pageKeys);
          expect(await listedKeys(store)).toEqual(keys);
          for (const narrowed of rangesOf(keys, texts).slice(0, 6))
            expect(await listedKeys(store, narrowed), JSON.stringify(narrowed)).toEqual(
              keys.filter(key => key.startsWith(narrowed.prefix) && inRange(key, narrowed)),
            );
        },
      ),
      {numRuns: 150},
    );
  });

  it('are the same listing also where requests fail on the way', async () => {
    await fc.assert(
      fc.asyncProperty(
        keySets,
        fc.integer({min: 1, max: 6}),
        fc.array(transient, {minLength: 1, maxLength: 6}),
        async (keys, pageKeys, faults) => {
          const {store, server} = await bucketWith(keys, pageKeys);
          for (const fault of faults) server.inject(fault);
          expect(await listedAtLast(store, whole)).toEqual(keys);
        },
      ),
      {numRuns: 150},
    );
  });

  it.each([
    ['one page', 3, 1],
    ['a page that is just full', 5, 1],
    ['two pages', 8, 2],
  ])('are not asked for where there is only %s', async (_, count, requests) => {
    const {store, server} = await bucketWith(keysOf('flat numbers', count), 5);
    expect(await listedKeys(store)).toHaveLength(count);
    expect(server.requests).toHaveLength(requests);
  });

  it.each(['flat numbers', 'flat hex', 'uuids', 'numbers in folders'] as const)(
    'overlap, for few requests more: %s',
    async shape => {
      const keys = keysOf(shape, 10_000);
      const {store, server} = await bucketWith(keys, 100);
      server.inject({type: 'latency', ms: 20});
      const {all} = watchRequests();
      let most = 0;
      for await (const _ of store.list({...whole, signal: never}))
        most = Math.max(most, all.filter(({destroyed}) => !destroyed).length);
      expect(most).toBeGreaterThanOrEqual(8);
      expect(all.length).toBeLessThanOrEqual(140);
    },
  );

  it('wait to be read: no more than so many, however slow the reader is', async () => {
    const {store} = await bucketWith(keysOf('flat numbers', 1_000), 5);
    const requests = watchRequests();
    const pages = store.list({...whole, signal: never})[Symbol.asyncIterator]();
    for (let page = 0; page < 3; page++) await pages.next();
    await requests.quiet();
    expect(requests.all.length).toBeLessThanOrEqual(3 + maxPagesAhead + 1);
    expect(requests.all.length).toBeGreaterThan(maxPagesAhead / 2);
    await pages.return?.();
  });

  it('leave no request running when the reader stops early', async () => {
    const {store, server} = await bucketWith(keysOf('flat numbers', 1_000), 5);
    const requests = watchRequests();
    server.inject({type: 'stalled-headers', skip: 4});
    let read = 0;
    for await (const _ of store.list({...whole, signal: never})) if (++read === 3) break;
    expect(requests.all.length).toBeGreaterThan(read);
    expect(requests.all.every(({destroyed}) => destroyed)).toBe(true);
    const sent = requests.all.length;
    await requests.quiet();
    expect(requests.all).toHaveLength(sent);
  });

  it('end at once when they are told to stop, with the reason, whether some wait to be read or none', async () => {
    const {store, server} = await bucketWith(keysOf('flat numbers', 1_000), 5);
    const requests = watchRequests();
    const stop = new AbortController();
    const reason = new Error('paused');
    const pages = store.list({...whole, signal: stop.signal})[Symbol.asyncIterator]();
    for (let page = 0; page < 3; page++) await pages.next();
    await requests.quiet();
    stop.abort(reason);
    await expect(pages.next()).rejects.toBe(reason);

    server.inject({type: 'stalled-headers'});
    const again = new AbortController();
    const waiting = store
      .list({...whole, signal: again.signal})
      [Symbol.asyncIterator]()
      .next();
    const sent = requests.all.length;
    while (requests.all.length === sent) await new Promise(resolve => setImmediate(resolve));
    again.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    expect(requests.all.every(({destroyed}) => destroyed)).toBe(true);
  });

  it('are asked for again only when it is their turn, where they were refused ahead', async () => {
    const keys = keysOf('flat numbers', 1_000);
    const refused: string[] = [];
    const store = await storeOf((request, response) => {
      const after = new URL(request.url ?? '', 'http://host').searchParams.get('start-after') ?? '';
      // The first pages come, the next one never does, and all that is asked for ahead of it is refused.
      if (after === keys[14]) return;
      if (after !== '' && after > (keys[14] ?? '')) {
        refused.push(after);
        response.writeHead(503).end();
      } else response.end(pageAfter(keys, after));
    });
    const stop = new AbortController();
    const pages = store.list({...whole, signal: stop.signal})[Symbol.asyncIterator]();
    for (let page = 0; page < 3; page++) await pages.next();
    const {all} = watchRequests();
    const next = pages.next().catch(() => null);
    for (let turns = 0; turns < 200; turns++) await new Promise(resolve => setImmediate(resolve));
    expect(refused.length).toBeGreaterThan(0);
    expect(new Set(refused).size, refused.join(' ')).toBe(refused.length);
    expect(all.length).toBeLessThan(15);
    stop.abort();
    await next;
  });

  it('are not tried again where the server has shown that it begins where it likes', async () => {
    const {store, server} = await bucketWith(keysOf('flat numbers', 40), 4);
    server.inject({type: 'start-after-ignored'});
    await listedKeys(store);
    const before = server.requests.length;
    await listedKeys(store);
    expect(server.requests.slice(before).map(({query}) => 'start-after' in query)).toEqual(
      Array(10).fill(false),
    );
  });

  it('are the whole listing all the same where one of them fails ahead, and soon as many as before', async () => {
    const keys = keysOf('flat numbers', 1_500);
    const {store, server} = await bucketWith(keys, 5);
    const {all} = watchRequests();
    let survived = 0;
    for (let skip = 15; skip < 25; skip++) {
      server.inject({type: 'error', code: 'SlowDown', skip, times: 1});
      const before = all.length;
      let most = 0;
      const listed: string[] = [];
      try {
        for await (const page of store.list({...whole, signal: never})) {
          listed.push(...page.map(({key}) => key));
          if (listed.length > 1_000)
            most = Math.max(most, all.slice(before).filter(({destroyed}) => !destroyed).length);
        }
        expect(listed).toEqual(keys);
        expect(most).toBeGreaterThanOrEqual(8);
        survived++;
      } catch (error) {
        // It was the first one that failed: that is for the engine.
        expect(error).toMatchObject({kind: 'rate-limited'});
      }
    }
    expect(survived).toBeGreaterThanOrEqual(5);
  });
});

function pageAfter(keys: readonly string[], after: string): string {
  const beyond = keys.filter(key => key > after);
  const contents = beyond
    .slice(0, 5)
    .map(
      key =>
        `<Contents><Key>${key}</Key><LastModified>2026-01-01T00:00:00Z</LastModified><Size>0</Size></Contents>`,
    );
  return `<ListBucketResult>${contents.join('')}<IsTruncated>${beyond.length > 5}</IsTruncated></ListBucketResult>`;
}
