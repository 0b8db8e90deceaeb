/**
 * Keys are compared by their UTF-8 bytes, as S3, SQLite and Postgres ("C") order them. JavaScript compares
 * UTF-16 code units, which differs as soon as a key holds an emoji: everything that orders keys comes here.
 */

/** Negative, zero or positive, as Buffer.compare over the UTF-8 bytes of both keys would answer. */
export function compareKeys(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index++) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return codePointRank(left) - codePointRank(right);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above U+FFFF, so they sort after U+E000–U+FFFF. */
function codePointRank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}

/** A key range: after `lo` (exclusive, '' is the start) up to `hi` (inclusive, null is the end). */
export interface KeyRange {
  readonly lo: string;
  readonly hi: string | null;
}

export function inRange(key: string, {lo, hi}: KeyRange): boolean {
  return compareKeys(key, lo) > 0 && (hi === null || compareKeys(key, hi) <= 0);
}

/** A key on one line of a terminal: control characters are shown as \xHH, all else as it is. */
export function printableKey(key: string): string {
  return key.replace(/\p{Cc}/gu, char => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
