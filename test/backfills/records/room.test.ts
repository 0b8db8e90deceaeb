import {setImmediate} from 'node:timers/promises';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {openNetwork} from '../../../src/atproto/open-network.ts';
import {recordsOptions} from '../../../src/backfills/records/options.ts';
import {Room} from '../../../src/backfills/records/room.ts';
import {recordsScope} from '../../../src/backfills/records/scope.ts';
import {readWhole} from '../../../src/backfills/records/ways.ts';
import {networkUnderTest} from '../../simulators/network-under-test.ts';
import {accountAt, note} from './worlds.ts';

const {signal} = new AbortController();
const kib = 1_024;

describe('room for what hosts send', () => {
  it('lets everybody in, and only a few at once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({min: 1, max: 2_000}), {maxLength: 30}), async sizes => {
        const room = new Room(1_024 * kib);
        let inside = 0;
        let done = 0;
        const read = async (size: number) => {
          const held = await room.enter(signal);
          inside++;
          expect(inside).toBeLessThanOrEqual(4);
          held.add(size * kib);
          await setImmediate();
          inside--;
          held.free();
          done++;
        };
        await Promise.all(sizes.map(read));
        expect(done).toBe(sizes.length);
      }),
      {numRuns: 50},
    );
  });

  it('is full where one alone turns out to be too large, until that is done with', async () => {
    const room = new Room(1_024 * kib);
    const large = await room.enter(signal);
    large.add(5_000 * kib);
    let isIn = false;
    const next = room.enter(signal).then(held => {
      isIn = true;
      return held;
    });
    await setImmediate();
    expect(isIn).toBe(false);
    large.free();
    (await next).free();
    expect(isIn).toBe(true);
  });

  it('keeps nobody waiting who was told to stop', async () => {
    const room = new Room(10);
    const held = await room.enter(signal);
    const stopping = new AbortController();
    const waiting = room.enter(stopping.signal);
    stopping.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
    held.free();
    await room.enter(signal);
  });

  it('is waited for only so long by whoever can do without', async () => {
    const room = new Room(10);
    const held = await room.enter(signal);
    expect(await room.enterWithin(20, signal)).toBeNull();
    const stopping = new AbortController();
    const waiting = room.enterWithin(60_000, stopping.signal);
    stopping.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
    held.free();
    expect(await room.enterWithin(20, signal)).not.toBeNull();
  });

  it('that one host fills and does not leave keeps no other from being read, page by page', async () => {
    const large = {$type: note, text: 'x'.repeat(1_000_000)};
    const network = await networkUnderTest({
      hosts: {slow: {}, fine: {}},
      accounts: [
        {
          name: 'hog',
          host: 'slow',
          records: {[note]: Object.fromEntries(Array.from({length: 18}, (_, n) => [`r${n}`, {...large, n}]))},
        },
        accountAt('fine', 'alice'),
      ],
    });
    network.inject({type: 'stalled-body', after: 17_000_000, account: 'hog'});
    const {relays, plc} = network;
    const source = openNetwork({label: 'test', relays, plc, allowPrivateHosts: true});
    const full = Promise.withResolvers<void>();
    let bytes = 0;
    const io = {
      source,
      options: recordsOptions.parse({}),
      scope: recordsScope.parse({}),
      placed: <T>(_: string, request: () => Promise<T>) => request(),
      onBytes: (count: number) => {
        bytes += count;
        if (bytes > 16_900_000) full.resolve();
      },
    };
    const read = async (account: string, given: AbortSignal) => {
      const did = network.didOf(account);
      const {pds} = await source.identities.resolve(did, {signal: given});
      return readWhole({pds: source.pds(pds), did, collections: [note]}, {...io, signal: given});
    };
    const stopping = new AbortController();
    const hog = read('hog', stopping.signal).catch((error: unknown) => error);
    await full.promise;
    expect(await read('alice', signal)).toBeNull();
    stopping.abort(new Error('stopped'));
    expect(await hog).toMatchObject({message: 'stopped'});
    expect([...((await read('alice', signal))?.pages ?? [])].flat()).toHaveLength(3);
  });
});
