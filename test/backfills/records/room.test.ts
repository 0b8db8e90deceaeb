import {setImmediate} from 'node:timers/promises';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {Room} from '../../../src/backfills/records/room.ts';

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
});
