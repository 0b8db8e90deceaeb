import {Fault} from '../core/failure.ts';
import {cidOfDigest, type Digest} from './cid.ts';

const segmentBytes = 1_048_576;
/** The first piece is this small, and each is four times the one before: most repositories fit into the first. */
const firstSegmentBytes = 16_384;
/** Before each block: how long it is. */
const lengthBytes = 4;
/** As many as one Map holds, about; beyond 600 MB of the smallest. */
const mostBlocks = 16_000_000;
/** Of blocks that are not what they should be: beyond that it is not worth while to tell them one by one. */
const mostFalse = 1_000;

/**
 * Blocks by their digest, end to end in large pieces of memory: a million of small ones take a hundred bytes each beyond
 * their content, where a Buffer each would take three times that and give the garbage collector a million things to do.
 */
export class BlockStore {
  readonly #segments: Buffer[] = [];
  /** Where a block begins: the segment's number times `segmentBytes`, and the place in it. */
  readonly #places = new Map<Digest, number>();
  readonly #false = new Set<Digest>();
  /** Where the last segment is not filled yet. */
  #free = 0;

  has(digest: Digest): boolean {
    return this.#places.has(digest);
  }

  /** Copies it. One that is there already is the same. */
  add(digest: Digest, content: Buffer): void {
    if (this.#places.has(digest)) return;
    if (this.#places.size === mostBlocks)
      throw new Fault('too-large', `its CAR has more than ${mostBlocks} blocks`);
    const needed = lengthBytes + content.length;
    const segment = this.#segmentFor(needed);
    const number = this.#segments.length - 1;
    segment.writeUInt32LE(content.length, this.#free);
    segment.set(content, this.#free + lengthBytes);
    this.#places.set(digest, number * segmentBytes + this.#free);
    // What is larger than a segment fills one of its own, and has only its beginning addressed.
    this.#free += needed;
  }

  #segmentFor(needed: number): Buffer {
    const last = this.#segments.at(-1);
    if (last !== undefined && needed <= last.length - this.#free) return last;
    const next = Math.min(segmentBytes, firstSegmentBytes * 4 ** this.#segments.length);
    const segment = Buffer.allocUnsafeSlow(Math.max(needed, next));
    this.#segments.push(segment);
    this.#free = 0;
    return segment;
  }

  /** Its content, not copied; null where there is none. */
  get(digest: Digest): Buffer | null {
    const place = this.#places.get(digest);
    const segment = place === undefined ? undefined : this.#segments[Math.floor(place / segmentBytes)];
    if (place === undefined || segment === undefined) return null;
    const start = (place % segmentBytes) + lengthBytes;
    return segment.subarray(start, start + segment.readUInt32LE(start - lengthBytes));
  }

  /** Something else came in the place of what has this digest. */
  addFalse(digest: Digest): void {
    this.#false.add(digest);
    if (this.#false.size > mostFalse)
      throw new Fault(
        'invalid',
        `its CAR has more than ${mostFalse} blocks that are not the content of their CIDs`,
      );
  }

  /** Why there is no block of this digest. One that was never sent may be there the next time. */
  whyMissing(digest: Digest): Fault {
    const cid = cidOfDigest(digest);
    return this.#false.has(digest)
      ? new Fault('invalid', `its host gives something else for ${cid} than what has this CID`)
      : new Fault('changed', `its CAR lacks a block that it names, ${cid}`);
  }

  isFalse(digest: Digest): boolean {
    return !this.#places.has(digest) && this.#false.has(digest);
  }
}
