import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {actions, type Entry} from '../../src/core/entry.ts';
import {failureKinds} from '../../src/core/failure.ts';
import {packEntries, unpackEntries} from '../../src/ledger/codec.ts';
import {awkwardText} from '../support/awkward.ts';

/** As it is after JSON: there is no -0, and `__proto__` is a key like any other. */
const json = fc.jsonValue({maxDepth: 2}).map(value => JSON.parse(JSON.stringify(value)) as unknown);
const entries: fc.Arbitrary<readonly Entry[]> = fc.array(
  fc.record(
    {
      key: awkwardText(),
      bytes: fc.maxSafeNat(),
      action: fc.constantFrom(...actions),
      fingerprint: fc.option(fc.string()),
      found: json,
      change: json,
      reason: awkwardText(),
      fault: fc.record({kind: fc.constantFrom(...failureKinds), message: awkwardText()}),
      attempts: fc.nat(20),
    },
    {requiredKeys: ['key', 'bytes', 'action', 'fingerprint'], noNullPrototype: true},
  ),
  {maxLength: 20},
);

describe('a packed page', () => {
  it('is unpacked as it was', async () => {
    await fc.assert(
      fc.asyncProperty(entries, async page => {
        expect(await unpackEntries(await packEntries(page))).toEqual(page);
      }),
      {numRuns: 200},
    );
  });

  it('of a thousand hashes takes less than half its JSON', async () => {
    const page = Array.from(
      {length: 1_000},
      (_, number): Entry => ({
        key: `photos/2026/img-${number}.jpg`,
        bytes: number,
        action: 'insert',
        fingerprint: `${number}-1700000000000000000`,
        found: {hash: (number * 2_654_435_761).toString(16).padStart(64, '0'), size: number},
      }),
    );
    expect((await packEntries(page)).length).toBeLessThan(JSON.stringify(page).length / 2);
  });

  it.each([
    ['nothing', undefined],
    ['a text', '[]'],
    ['no compressed page', new Uint8Array([1, 2, 3])],
  ])('that is %s is refused', async (_, body) => {
    await expect(unpackEntries(body)).rejects.toThrow();
  });

  it('that holds something else than entries is refused', async () => {
    const foreign = await packEntries([{key: 'k'} as unknown as Entry]);
    await expect(unpackEntries(foreign)).rejects.toThrow(/action/);
  });
});
