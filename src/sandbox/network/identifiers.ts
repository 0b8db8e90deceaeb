import {createHash} from 'node:crypto';

const base32 = 'abcdefghijklmnopqrstuvwxyz234567';
const base32Sortable = '234567abcdefghijklmnopqrstuvwxyz';

/** 2026-01-01, in microseconds. */
const firstRevision = 1_767_225_600_000_000n;

/** A did:plc of the right form. No operation stands behind it: who wants the directory's log finds none. */
export function plcDidOf(seed: string, name: string): string {
  return `did:plc:${inBase32(digest('did', seed, name)).slice(0, 24)}`;
}

/** 32 bytes of a private key. */
export function keyBytesOf(seed: string, name: string): Uint8Array {
  return digest('key', seed, name);
}

/** Revision number so many of a repository, as a TID: 13 characters that sort as the numbers do. */
export function revisionOf(number: number): string {
  return tidOf(firstRevision + BigInt(number) * 1_000_000n);
}

/** A time in microseconds as a TID, of clock 0. */
export function tidOf(microseconds: bigint): string {
  let rest = microseconds << 10n;
  let text = '';
  for (let position = 0; position < 13; position++) {
    text = base32Sortable.charAt(Number(rest & 31n)) + text;
    rest >>= 5n;
  }
  return text;
}

/** The CID of a block of DAG-CBOR, in text. */
export function cidTextOf(bytes: Uint8Array): string {
  const hash = createHash('sha256').update(bytes).digest();
  return `b${inBase32(Buffer.concat([Uint8Array.from([0x01, 0x71, 0x12, 0x20]), hash]))}`;
}

function digest(...parts: readonly string[]): Buffer {
  return createHash('sha256').update(parts.join('\n')).digest();
}

/** Of RFC 4648, in lower case and without padding. */
function inBase32(bytes: Uint8Array): string {
  let text = '';
  let [bits, count] = [0, 0];
  for (const byte of bytes) {
    bits = (bits << 8) | byte;
    for (count += 8; count >= 5; count -= 5) text += base32.charAt((bits >> (count - 5)) & 31);
    bits &= 31;
  }
  return count === 0 ? text : text + base32.charAt((bits << (5 - count)) & 31);
}
