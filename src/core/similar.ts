/** Perceptual hashes that differ in at most so many of their 64 bits are of images that look much the same. */
export const similarBits = 5;

/** Bits that two hashes of 16 hex digits differ in. */
export function distanceOf(a: string, b: string): number {
  return ones(halfOf(a, 0) ^ halfOf(b, 0)) + ones(halfOf(a, 1) ^ halfOf(b, 1));
}

export interface Similar {
  /** What it was added as. */
  readonly name: string;
  /** Bits that differ. */
  readonly distance: number;
}

/**
 * Finds hashes that are near to one. Of two that differ in at most five bits, at least one of six parts is the same, so
 * only those are compared that share a part: of random ones, six in 2,000.
 */
export class SimilarHashes {
  readonly #byPart = new Map<number, string[]>();
  readonly #names = new Map<string, string>();

  /** The first name of a hash stays. */
  add(hash: string, name: string): void {
    if (this.#names.has(hash)) return;
    this.#names.set(hash, name);
    for (const part of partsOf(hash)) {
      const among = this.#byPart.get(part);
      if (among === undefined) this.#byPart.set(part, [hash]);
      else among.push(hash);
    }
  }

  /** The nearest one; null where none is near. */
  nearest(hash: string): Similar | null {
    const known = this.#names.get(hash);
    if (known !== undefined) return {name: known, distance: 0};
    let best: Similar | null = null;
    for (const part of partsOf(hash))
      for (const other of this.#byPart.get(part) ?? []) {
        const distance = distanceOf(hash, other);
        if (distance <= similarBits && distance < (best?.distance ?? Number.POSITIVE_INFINITY))
          best = {name: this.#names.get(other) ?? '', distance};
      }
    return best;
  }
}

const partBits = [11, 11, 11, 11, 10, 10] as const;

/** Six numbers that say which part it is, and what it is. */
function partsOf(hash: string): readonly number[] {
  let rest = BigInt(`0x${hash}`);
  return partBits.map((bits, part) => {
    const value = Number(rest & ((1n << BigInt(bits)) - 1n));
    rest >>= BigInt(bits);
    return part * 4_096 + value;
  });
}

function halfOf(hash: string, half: 0 | 1): number {
  return Number.parseInt(hash.slice(half * 8, half * 8 + 8), 16);
}

/** Of 32 bits. */
function ones(bits: number): number {
  let left = bits - ((bits >>> 1) & 0x55555555);
  left = (left & 0x33333333) + ((left >>> 2) & 0x33333333);
  return (((left + (left >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
