import {Fault} from '../core/failure.ts';
import {BlockStore} from './block-store.ts';
import {CborReader, major} from './cbor-reader.ts';
import {blockCidBytes, type Digest, digestAt, digestOf, digestOfCid} from './cid.ts';

/**
 * A CAR (version 1) as it comes in: each block is hashed as soon as it is there, and kept by its digest if it is
 * the content of its CID, so whatever can be reached from the root is what was hashed into it. What comes in pieces of
 * whatever size is looked at once. https://ipld.io/specs/transport/car/carv1/
 */

const mostHeaderBytes = 4_096;
const mostVarintBits = 42;

export interface Car {
  readonly root: Digest;
  readonly blocks: BlockStore;
}

export class CarReader {
  readonly #blocks = new BlockStore();
  readonly #mostBytes: number;
  #root: Digest | null = null;
  /** Of the section under way: how long it is, once that is known, and the bits of it that are. */
  #length: number | null = null;
  #lengthSoFar = 0;
  #bits = 0;
  /** Where a section is put together that came in pieces. */
  #pieces: Buffer | null = null;
  #filled = 0;

  /** No section is longer than the whole may be. */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; ) {
      if (this.#length === null) this.#lengthByte(chunk[at++] ?? 0);
      else at += this.#content(chunk, at, this.#length);
    }
  }

  end(): Car {
    if (this.#length !== null || this.#bits > 0) throw breaksOff('in the middle of a block');
    if (this.#root === null) throw breaksOff('before its first block');
    return {root: this.#root, blocks: this.#blocks};
  }

  /** Seven bits a byte, the lowest first. */
  #lengthByte(byte: number): void {
    this.#lengthSoFar += (byte & 0x7f) * 2 ** this.#bits;
    this.#bits += 7;
    if (byte >= 0x80) {
      if (this.#bits >= mostVarintBits) throw invalid('a block of a length that can not be');
      return;
    }
    const most = this.#root === null ? mostHeaderBytes : this.#mostBytes;
    if (this.#lengthSoFar > most)
      throw new Fault('too-large', `its CAR has a block of ${this.#lengthSoFar} bytes`);
    if (this.#lengthSoFar === 0) throw invalid('a block of no length');
    this.#length = this.#lengthSoFar;
  }

  /** How much of the chunk it took. */
  #content(chunk: Buffer, at: number, length: number): number {
    if (this.#pieces === null && chunk.length - at >= length) {
      this.#section(chunk.subarray(at, at + length));
      return length;
    }
    // Memory that is never written to is never really taken, whatever length somebody claims.
    this.#pieces ??= Buffer.allocUnsafeSlow(length);
    const taken = chunk.copy(this.#pieces, this.#filled, at);
    this.#filled += taken;
    if (this.#filled === length) this.#section(this.#pieces);
    return taken;
  }

  #section(section: Buffer): void {
    this.#length = null;
    this.#lengthSoFar = 0;
    this.#bits = 0;
    this.#pieces = null;
    this.#filled = 0;
    if (this.#root === null) this.#root = rootOf(section);
    else this.#block(section);
  }

  #block(section: Buffer): void {
    const named = digestAt(section, 0);
    if (named === null) throw invalid('a block whose CID is not of DAG-CBOR by SHA-256');
    const content = section.subarray(blockCidBytes);
    if (digestOf(content) === named) this.#blocks.add(named, content);
    else this.#blocks.addFalse(named);
  }
}

/** {roots: [CID], version: 1} */
function rootOf(header: Buffer): Digest {
  const reader = new CborReader(header);
  let root: Digest | null = null;
  let version = 0;
  for (let entries = reader.expect(major.map); entries > 0; entries--) {
    const key = reader.expectText();
    if (key === 'version') version = reader.expect(major.unsigned);
    else if (key === 'roots' && reader.expect(major.array) === 1) root = digestOfCid(reader.expectLink());
    else throw invalid('a header that says something else than a version and one root');
  }
  if (root === null || version !== 1) throw invalid('a header without version 1 and one root');
  return root;
}

function invalid(what: string): Fault {
  return new Fault('invalid', `its CAR has ${what}`);
}

function breaksOff(where: string): Fault {
  return new Fault('connection', `its CAR breaks off ${where}`);
}
