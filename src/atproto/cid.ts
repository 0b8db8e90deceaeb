import {hash} from 'node:crypto';

/**
 * Content identifiers, as text (base32, lower case) and as bytes. Those of blocks are CIDv1 of DAG-CBOR by SHA-256; links
 * within a record may lead to anything that has a CIDv1. https://atproto.com/specs/data-model#link-and-cid-formats
 */

/** A SHA-256 as 32 characters of a byte each: as the key of a map, a third of what a Buffer takes. */
export type Digest = string;

export function digestOf(bytes: Uint8Array): Digest {
  return hash('sha256', bytes, 'binary');
}

/** Version 1, DAG-CBOR, SHA-256, 32 bytes of it. */
const blockPrefix = '\x01\x71\x12\x20';
export const blockCidBytes = 36;

/** The CID of a block of DAG-CBOR, as text. */
export function cidOfDigest(digest: Digest): string {
  return `b${base32(blockPrefix + digest)}`;
}

/** The digest in the CID of a block that begins there; null where it is the CID of anything else. */
export function digestAt(bytes: Buffer, at: number): Digest | null {
  const end = at + blockCidBytes;
  const isBlock =
    bytes[at] === 1 && bytes[at + 1] === 0x71 && bytes[at + 2] === 0x12 && bytes[at + 3] === 0x20;
  return isBlock && end <= bytes.length ? bytes.toString('latin1', at + 4, end) : null;
}

/** The digest in a CID of a block; null where it is the CID of anything else. */
export function digestOfCid(cid: Buffer): Digest | null {
  return cid.length === blockCidBytes ? digestAt(cid, 0) : null;
}

/** The most that a link is taken for: hashes of 64 bytes, and room for codecs with long numbers. */
const mostCidBytes = 100;

/** The text of a link; null where the bytes are no CIDv1. */
export function linkText(cid: Buffer): string | null {
  return isCidV1(cid) ? `b${base32(cid.toString('latin1'))}` : null;
}

/** The bytes of a link; null where the text is not that of a CIDv1 in the one form that records have. */
export function linkBytes(text: string): Buffer | null {
  if (!text.startsWith('b') || text.length > mostCidBytes * 2) return null;
  const bytes = fromBase32(text.slice(1));
  return bytes !== null && linkText(bytes) === text ? bytes : null;
}

function isCidV1(cid: Buffer): boolean {
  if (cid.length > mostCidBytes || cid[0] !== 1) return false;
  const codec = varint(cid, 1);
  const algorithm = codec && varint(cid, codec.end);
  const length = algorithm && varint(cid, algorithm.end);
  return length !== null && length.end + length.value === cid.length;
}

/** Seven bits a byte, the lowest first, in as few bytes as it takes; null where there is none. */
export function varint(bytes: Uint8Array, at: number): {readonly value: number; readonly end: number} | null {
  let value = 0;
  for (let end = at; end < at + 6; end++) {
    const byte = bytes[end];
    if (byte === undefined || (byte === 0 && end > at)) return null;
    value += (byte & 0x7f) * 2 ** (7 * (end - at));
    if (byte < 0x80) return {value, end: end + 1};
  }
  return null;
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
const pairs = Array.from(
  {length: 1_024},
  (_, bits) => alphabet.charAt(bits >> 5) + alphabet.charAt(bits & 31),
);

/** RFC 4648 without padding, two characters at a time: every record's CID comes by here. */
function base32(binary: string): string {
  let text = '';
  let bits = 0;
  let count = 0;
  for (let at = 0; at < binary.length; at++) {
    bits = ((bits << 8) | binary.charCodeAt(at)) & 0x3ffff;
    count += 8;
    if (count >= 10) {
      count -= 10;
      text += pairs[(bits >> count) & 0x3ff];
    }
  }
  if (count === 0) return text;
  const last = pairs[(bits << (10 - count)) & 0x3ff] ?? '';
  return text + last.slice(0, Math.ceil(count / 5));
}

function fromBase32(text: string): Buffer | null {
  const bytes = Buffer.alloc(Math.floor((text.length * 5) / 8));
  let bits = 0;
  let count = 0;
  let end = 0;
  for (const char of text) {
    const value = alphabet.indexOf(char);
    if (value < 0) return null;
    bits = ((bits << 5) | value) & 0x1fff;
    count += 5;
    if (count < 8) continue;
    count -= 8;
    bytes[end++] = (bits >> count) & 0xff;
  }
  return bytes;
}
