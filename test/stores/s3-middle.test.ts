import {describe, expect, it} from 'vitest';
import {never} from '../support/listing.ts';
import {bucketUnderTest} from './bucket-under-test.ts';
import {type KeyShape, keysOf} from './key-shapes.ts';

/** Of keys that are named so, how large a share may lie before the middle. */
const shapes: readonly [KeyShape, least: number, most: number][] = [
  ['flat numbers', 0.3, 0.7],
  ['numbers of any length', 0.2, 0.8],
  ['flat hex', 0.25, 0.75],
  ['uuids', 0.25, 0.75],
  ['base64', 0.25, 0.75],
  ['numbers in folders', 0.3, 0.7],
  ['hex in hex folders', 0.25, 0.75],
  ['hex in numbered folders', 0.3, 0.7],
  ['dates', 0.1, 0.9],
  ['one huge prefix and a few others', 0.2, 0.8],
  ['a long shared prefix', 0.25, 0.75],
  ['words', 0.2, 0.8],
  ['emoji and hanzi', 0.1, 0.9],
];

describe('the middle of a range', () => {
  it.each(shapes)('is about there for %s, and costs few requests', async (shape, least, most) => {
    const keys = keysOf(shape, 20_000);
    const {store, server} = await bucketUnderTest();
    server.putMany(keys);
    const middle = await store.middle({prefix: '', lo: '', hi: null, signal: never});
    const share = (keys.indexOf(middle ?? '') + 1) / keys.length;
    expect(share).toBeGreaterThanOrEqual(least);
    expect(share).toBeLessThanOrEqual(most);
    expect(server.requests.length).toBeLessThanOrEqual(40);
  });

  it.each(shapes)('parts what is left of %s, again and again, down to a page', async shape => {
    const keys = keysOf(shape, 20_000);
    const {store, server} = await bucketUnderTest();
    server.putMany(keys);
    let lo = '';
    let left = keys.length;
    for (let parts = 0; left > 1_000; parts++) {
      const middle = await store.middle({prefix: '', lo, hi: null, signal: never});
      expect(middle).not.toBeNull();
      lo = middle ?? '';
      left = keys.length - 1 - keys.indexOf(lo);
      expect(parts).toBeLessThan(40);
    }
  });

  it('is exact, for one request, where there is no more than a page', async () => {
    const {store, server} = await bucketUnderTest();
    const keys = keysOf('words', 900);
    server.putMany(keys);
    expect(await store.middle({prefix: '', lo: '', hi: null, signal: never})).toBe(keys[449]);
    const [lo = '', hi = ''] = [keys[100], keys[200]];
    expect(await store.middle({prefix: '', lo, hi, signal: never})).toBe(keys[150]);
    expect(server.requests).toHaveLength(2);
  });

  it('stays within the prefix and before the end of the range', async () => {
    const {store, server} = await bucketUnderTest();
    const keys = keysOf('numbers in folders', 20_000);
    server.putMany(keys);
    const inside = keys.filter(key => key.startsWith('c/') && key <= 'c/0200');
    const middle = await store.middle({prefix: 'c/', lo: '', hi: 'c/0200', signal: never});
    expect(inside).toContain(middle);
    expect(inside.indexOf(middle ?? '') / inside.length).toBeGreaterThan(0.2);
    expect(inside.indexOf(middle ?? '') / inside.length).toBeLessThan(0.8);
  });

  it('is not looked for any further once it is told to stop', async () => {
    const {store, server} = await bucketUnderTest();
    server.putMany(keysOf('flat hex', 3_000));
    const stalled = server.inject({type: 'stalled-headers', skip: 3});
    const stop = new AbortController();
    const looking = store.middle({prefix: '', lo: '', hi: null, signal: stop.signal});
    while (stalled.fired === 0) await new Promise(resolve => setImmediate(resolve));
    const reason = new Error('paused');
    stop.abort(reason);
    await expect(looking).rejects.toBe(reason);
  });
});
