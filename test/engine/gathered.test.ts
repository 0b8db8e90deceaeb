import {setImmediate} from 'node:timers/promises';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {Gathered} from '../../src/engine/gathered.ts';

const company = {least: 0, waitMs: 0};

describe('calls that are gathered', () => {
  it('are answered each with its own, whatever goes together', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(fc.nat(), {maxLength: 5}), {maxLength: 20}), async asked => {
        const sizes: number[] = [];
        const gathered = new Gathered<number, number>(
          async all => {
            sizes.push(all.length);
            await setImmediate();
            return all.map(value => value * 2);
          },
          {most: 6, company},
        );
        const answers = await Promise.all(asked.map(items => gathered.ask(items)));
        expect(answers).toEqual(asked.map(items => items.map(value => value * 2)));
        expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(asked.flat().length);
        expect(Math.max(0, ...sizes)).toBeLessThanOrEqual(6);
      }),
    );
  });

  it('become fewer while one is under way', async () => {
    let calls = 0;
    const gathered = new Gathered<number, number>(
      async all => {
        calls++;
        await setImmediate();
        return all;
      },
      {most: 1_000, company},
    );
    await Promise.all(Array.from({length: 50}, (_, index) => gathered.ask([index])));
    expect(calls).toBe(1);
  });

  it('wait a moment for company, where they are few', async () => {
    const sizes: number[] = [];
    const gathered = new Gathered<number, number>(
      async all => {
        sizes.push(all.length);
        return all;
      },
      {most: 100, company: {least: 3, waitMs: 20}},
    );
    const first = gathered.ask([1]);
    await setImmediate();
    await Promise.all([first, gathered.ask([2])]);
    await gathered.ask([3, 4, 5]);
    expect(sizes).toEqual([2, 3]);
  });

  it('fail with those that they went with, and with no other', async () => {
    const gathered = new Gathered<number, number>(
      async all => {
        await setImmediate();
        if (all.includes(13)) throw new Error('thirteen');
        return all;
      },
      {most: 2, company},
    );
    const answers = await Promise.allSettled([[1, 2], [13], [3], [4, 5]].map(items => gathered.ask(items)));
    expect(answers.map(({status}) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(await gathered.ask([6])).toEqual([6]);
  });
});
