import {compareKeys} from './keys.ts';

/**
 * Guesses where a listing will be some pages on, from one page of it: keys are read as numbers whose digits, position
 * by position, are the characters seen there. A guess decides only where another request begins; whatever keys there
 * are, none is lost by a bad one.
 */

/** Characters behind the shared beginning that are counted with; what follows them hardly moves a guess. */
const digits = 12;

/** A text beyond the page's last key, about `pages` pages of the same density on; null where that can't be told. */
export function keyAhead(keys: readonly string[], pages: number): string | null {
  const first = keys[0];
  const last = keys.at(-1);
  if (first === undefined || last === undefined || first === last) return null;
  const shared = sharedLength(first, last);
  // One place before the first difference: the next carry goes there.
  const from = Math.max(0, shared - 1);
  const alphabets = alphabetsOf(keys, from);
  const low = numberOf(first, from, alphabets);
  const high = numberOf(last, from, alphabets);
  if (high <= low) return null;
  const ahead = textOf(high + (high - low) * BigInt(pages), alphabets);
  const guess = ahead === null ? null : last.slice(0, from) + ahead;
  return guess !== null && compareKeys(guess, last) > 0 ? guess : null;
}

function sharedLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  // A surrogate pair is not parted.
  return length > 0 && /[\ud800-\udbff]/.test(a[length - 1] ?? '') ? length - 1 : length;
}

/** The characters of each place, in order; those of a place that hardly moved are taken for the whole of their kind. */
function alphabetsOf(keys: readonly string[], from: number): readonly (readonly string[])[] {
  const places = Array.from({length: digits}, () => new Set<string>());
  for (const key of keys)
    places.forEach((seen, place) => {
      const char = key[from + place];
      if (char !== undefined) seen.add(char);
    });
  const used = places.filter(seen => seen.size > 0);
  return used.map((seen, place) => {
    const all = place < 3 ? [...seen, ...[...seen].flatMap(kindOf)] : [...seen];
    return [...new Set(all)].sort(compareKeys);
  });
}

const kinds = ['0123456789', 'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'].map(kind => [
  ...kind,
]);

function kindOf(char: string): readonly string[] {
  return kinds.find(kind => kind.includes(char)) ?? [];
}

function numberOf(key: string, from: number, alphabets: readonly (readonly string[])[]): bigint {
  let number = 0n;
  alphabets.forEach((alphabet, place) => {
    const char = key[from + place];
    const digit = char === undefined ? 0 : Math.max(0, alphabet.indexOf(char));
    number = number * BigInt(alphabet.length) + BigInt(digit);
  });
  return number;
}

/** Null where the number has more digits than there are places: the guess would begin before `from`. */
function textOf(number: bigint, alphabets: readonly (readonly string[])[]): string | null {
  const chars: string[] = [];
  let rest = number;
  for (const alphabet of alphabets.toReversed()) {
    const base = BigInt(alphabet.length);
    chars.unshift(alphabet[Number(rest % base)] ?? '');
    rest /= base;
  }
  const text = chars.join('');
  return rest > 0n || !text.isWellFormed() ? null : text;
}
