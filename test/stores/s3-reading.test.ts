import {hash} from 'node:crypto';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {Fault} from '../../src/core/failure.ts';
import type {S3Fault} from '../simulators/s3-faults.ts';
import {never, theOne} from '../support/listing.ts';
import {bucketUnderTest} from './bucket-under-test.ts';
import {watchRequests} from './watch-requests.ts';

/** All that may happen to a body, and that ends soon. */
const fault: fc.Arbitrary<S3Fault> = fc
  .tuple(
    fc.oneof(
      fc.record({
        type: fc.constant('cut-body' as const),
        after: fc.nat(3_000),
        by: fc.constantFrom('reset' as const, 'close' as const),
      }),
      fc.record({
        type: fc.constant('wrong-length' as const),
        off: fc.integer({min: -20, max: 20}),
        sends: fc.constantFrom('declared' as const, 'object' as const),
      }),
      fc
        .constantFrom('SlowDown', 'InternalError', 'AccessDenied', 'PreconditionFailed', 'InvalidRange')
        .map(code => ({type: 'error', code}) as const),
      fc.constantFrom(200, 502).map(status => ({type: 'html', status}) as const),
      fc
        .constantFrom('reset' as const, 'range-ignored' as const, 'if-match-ignored' as const)
        .map(type => ({type})),
    ),
    fc.nat(3),
    fc.integer({min: 1, max: 3}),
  )
  .map(([kind, skip, times]) => ({...kind, skip, times, operation: 'GetObject'}));

const scenario = fc.record({
  body: fc.uint8Array({maxLength: 3_000}),
  faults: fc.array(fault, {maxLength: 5}),
  /** The object is written anew when so many bytes were read. */
  rewrittenAt: fc.option(fc.nat(3_000)),
  attempts: fc.integer({min: 1, max: 4}),
});

type Scenario = typeof scenario extends fc.Arbitrary<infer S> ? S : never;

/** The hash, or the kind of the last failure. */
async function read({body, faults, rewrittenAt, attempts}: Scenario): Promise<string> {
  const {store, server, put} = await bucketUnderTest();
  await put('object', body);
  const object = await theOne(store, 'object');
  for (const each of faults) server.inject(each);
  let bytes = 0;
  const onBytes = (count: number) => {
    bytes += count;
    if (rewrittenAt !== null && bytes >= rewrittenAt) server.put('object', body.toReversed().fill(7, 0, 1));
  };
  let kind = 'none';
  for (let attempt = 0; attempt < attempts; attempt++)
    try {
      return await store.sha256(object, {signal: never, onBytes});
    } catch (error) {
      expect(error).toBeInstanceOf(Fault);
      kind = error instanceof Fault ? error.kind : 'unknown';
    }
  return kind;
}

describe('the SHA-256 of an object', () => {
  it('is the right one or none, whatever happens on the way, and to the object', async () => {
    const ends = {right: 0, failed: 0};
    await fc.assert(
      fc.asyncProperty(fc.array(scenario, {minLength: 30, maxLength: 30}), async scenarios => {
        const results = await Promise.all(scenarios.map(read));
        results.forEach((result, index) => {
          const isRight = result === hash('sha256', scenarios[index]?.body ?? '');
          if (!isRight) expect(result).toMatch(/^[a-z-]+$/);
          ends[isRight ? 'right' : 'failed']++;
        });
      }),
      {numRuns: 10},
    );
    expect(ends.right).toBeGreaterThan(60);
    expect(ends.failed).toBeGreaterThan(20);
  });

  it('goes on with the rest where a body broke, of the listed version alone, and counts each byte once', async () => {
    const {store, server, put} = await bucketUnderTest();
    const content = Buffer.alloc(400_000, 'headgate');
    await put('object', content);
    const object = await theOne(store, 'object');
    server.inject({type: 'cut-body', after: 150_000, by: 'close', times: 1});
    let bytes = 0;
    const onBytes = (count: number) => (bytes += count);
    expect(await store.sha256(object, {signal: never, onBytes})).toBe(hash('sha256', content));
    expect(bytes).toBe(400_000);
    const [, first, second, ...more] = server.requests;
    expect(more).toEqual([]);
    expect(first?.headers).toMatchObject({'if-match': object.version});
    expect(first?.headers).not.toHaveProperty('range');
    expect(second).toMatchObject({
      status: 206,
      headers: {'if-match': object.version, range: 'bytes=150000-'},
    });
  });

  it('stops with the reason also while it waits to go on', async () => {
    const {store, server, put} = await bucketUnderTest();
    await put('object', Buffer.alloc(100_000));
    const object = await theOne(store, 'object');
    server.inject({type: 'cut-body', after: 1_000, by: 'close', times: 1});
    const pushback = server.inject({type: 'error', code: 'SlowDown', retryAfter: 15, skip: 1});
    const requests = watchRequests();
    const stop = new AbortController();
    const reading = store.sha256(object, {signal: stop.signal});
    while (pushback.fired === 0) await requests.quiet();
    await requests.quiet();
    const reason = new Error('paused');
    stop.abort(reason);
    await expect(reading).rejects.toBe(reason);
  });

  it('ends with a failure where a store breaks off every time, and begins anew every time', async () => {
    const {store, server, put} = await bucketUnderTest();
    await put('object', Buffer.alloc(100_000));
    const object = await theOne(store, 'object');
    server.inject({type: 'range-ignored'});
    // Now further, now less far: each is more than the one before the last.
    for (const after of [50_000, 20_000, 40_000, 20_000, 40_000, 20_000])
      server.inject({type: 'cut-body', after, by: 'close', times: 1});
    server.inject({type: 'cut-body', after: 10, by: 'close'});
    await expect(store.sha256(object, {signal: never})).rejects.toMatchObject({kind: 'connection'});
    expect(server.requests.length).toBeLessThanOrEqual(6);
  });
});
