import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {distanceOf, SimilarHashes, similarBits} from '../../src/core/similar.ts';

const hash = fc.bigInt({min: 0n, max: 2n ** 64n - 1n}).map(hexOf);

function hexOf(bits: bigint): string {
  return bits.toString(16).padStart(16, '0');
}

function flipped(of: string, places: readonly number[]): string {
  return hexOf(places.reduce((bits, place) => bits ^ (1n << BigInt(place)), BigInt(`0x${of}`)));
}

describe('perceptual hashes', () => {
  it('differ in as many bits as were flipped', () => {
    fc.assert(
      fc.property(hash, fc.uniqueArray(fc.nat(63)), (of, places) => {
        expect(distanceOf(of, flipped(of, places))).toBe(places.length);
      }),
    );
  });

  it('are found exactly where a comparison with each of them finds one', () => {
    fc.assert(
      fc.property(
        fc.array(hash, {maxLength: 30}),
        hash,
        fc.uniqueArray(fc.nat(63), {maxLength: 8}),
        (others, of, places) => {
          const all = [...others, flipped(of, places)];
          const similar = new SimilarHashes();
          for (const each of all) similar.add(each, `image ${each}`);
          const nearest = Math.min(...all.map(each => distanceOf(of, each)));
          const found = similar.nearest(of);
          if (nearest > similarBits) expect(found).toBeNull();
          else expect(found?.distance).toBe(nearest);
        },
      ),
    );
  });

  it('keep the first name', () => {
    const similar = new SimilarHashes();
    similar.add('00000000000000ff', 'asset 1');
    similar.add('00000000000000ff', 'asset 2');
    expect(similar.nearest('00000000000000fe')).toEqual({name: 'asset 1', distance: 1});
  });
});
