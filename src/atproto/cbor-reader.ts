import {isUtf8} from 'node:buffer';
import {Fault} from '../core/failure.ts';

/** What a value is, by the first three bits of it. */
export const major = {
  unsigned: 0,
  negative: 1,
  bytes: 2,
  text: 3,
  array: 4,
  map: 5,
  tag: 6,
  simple: 7,
} as const;
/** The simple values that the data model has, and the float that it does not. */
export const simple = {false: 20, true: 21, null: 22, float64: 27} as const;

const linkTag = 42;

/**
 * Reads DAG-CBOR in the one form that it has: shortest numbers, nothing of open length, links as tag 42. What has another
 * form could not be given its CID anew from its content, so it is a Fault. https://ipld.io/specs/codecs/dag-cbor/spec/
 */
export class CborReader {
  readonly bytes: Buffer;
  at = 0;
  /** Of the head that was read last: the type, the five bits behind it, and the length, number or tag. */
  major = 0;
  info = 0;
  /** -1 where it is a number beyond 2^53: `bigArgument` has it. */
  argument = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  head(): void {
    const first = this.bytes[this.at++];
    if (first === undefined) throw breaksOff();
    this.major = first >> 5;
    this.info = first & 31;
    this.argument = this.info < 24 || this.major === major.simple ? this.info : this.#argument();
  }

  /** The whole number of the last head, where it is beyond 2^53. */
  bigArgument(): bigint {
    return this.bytes.readBigUInt64BE(this.at - 8);
  }

  float(): number {
    return this.take(8).readDoubleBE();
  }

  /** The next bytes, not copied. */
  take(length: number): Buffer {
    const {at, bytes} = this;
    if (length < 0 || length > bytes.length - at) throw breaksOff();
    this.at = at + length;
    return bytes.subarray(at, this.at);
  }

  /** Leaves the next bytes out. */
  skip(length: number): void {
    if (length < 0 || length > this.bytes.length - this.at) throw breaksOff();
    this.at += length;
  }

  /** A value of a type, and its length. */
  expect(type: number): number {
    this.head();
    if (this.major !== type) throw invalid('a value of another type than expected');
    return this.argument;
  }

  expectText(): string {
    const bytes = this.take(this.expect(major.text));
    if (!isUtf8(bytes)) throw notUtf8();
    return bytes.toString('utf8');
  }

  /** The bytes of a CID, where its tag was read already. */
  link(): Buffer {
    if (this.argument !== linkTag) throw invalid('a tag that the data model does not have');
    const bytes = this.take(this.expect(major.bytes));
    if (bytes[0] !== 0) throw invalid('a link without its leading zero');
    return bytes.subarray(1);
  }

  expectLink(): Buffer {
    this.expect(major.tag);
    return this.link();
  }

  /** The same, or null. */
  expectLinkOrNull(): Buffer | null {
    this.head();
    if (this.major === major.simple && this.info === simple.null) return null;
    if (this.major !== major.tag) throw invalid('neither a link nor nothing where one of them has to be');
    return this.link();
  }

  #argument(): number {
    const {at, bytes, info} = this;
    if (info > 27) throw invalid('a value of open length');
    const size = 1 << (info - 24);
    if (size > bytes.length - at) throw breaksOff();
    this.at = at + size;
    if (size < 8) {
      const value = bytes.readUIntBE(at, size);
      return atLeast(value, size === 1 ? 24 : 2 ** (size * 4));
    }
    const high = bytes.readUInt32BE(at);
    return high > 0x1fffff ? -1 : atLeast(high * 2 ** 32 + bytes.readUInt32BE(at + 4), 2 ** 32);
  }
}

function atLeast(value: number, least: number): number {
  if (value < least) throw invalid('a number that is written longer than it is');
  return value;
}

export function invalid(what: string): Fault {
  return new Fault('invalid', `its content has ${what}`);
}

export function notUtf8(): Fault {
  return invalid('text that is no UTF-8');
}

function breaksOff(): Fault {
  return new Fault('invalid', 'its content breaks off');
}
