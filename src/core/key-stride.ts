import {compareKeys} from './keys.ts';

/**
 * Guesses where a listing will be some pages on, from one page of it: keys are read as numbers whose digits, place by
 * place, are the characters in use there. A guess decides only where another request begins; whatever keys there are,
 * none is lost by a bad one.
 */

/** Characters behind the page's shared beginning that are counted with; what follows them hardly moves a guess. */
const reach = 8;
/** Keys of a page that are looked at for the characters in use. */
const samples = 128;

/** Every sign of ASCII: parts a key into folders, dates, numbers and words. */
const sign = /[ -/:-@[-`{-~]/;

/**
 * Texts beyond the page's last key, ascending, `count` at most: about `pages` pages of the same density on, twice as
 * many, and so on. Where the folder should end before that, it is the end of the folder, and of those above it.
 */
export function keysAhead(page: readonly string[], pages: number, count: number): readonly string[] {
  const [first] = page;
  const last = page.at(-1);
  if (first === undefined || last === undefined || first === last) return [];
  const shared = sharedLength(first, last);
  const folder = folderOf(last.slice(0, shared));
  const counted = [...first.slice(folder.length, shared)].length + reach;
  const charsOf = (key: string) => [...key.slice(folder.length)].slice(0, counted);
  const every = Math.ceil(page.length / samples);
  const places = placesOf([...page.filter((_, index) => index % every === 0), last].map(charsOf));
  const high = numberOf(charsOf(last), places);
  const stride = (high - numberOf(charsOf(first), places)) * BigInt(pages);
  if (stride <= 0n) return [];
  const found: string[] = [];
  for (let hop = 1; found.length < count; hop++) {
    const text = textOf(high + stride * BigInt(hop), places);
    if (text === null) return [...found, ...folderEnds(folder, count - found.length, hop > 1)];
    if (!isBeyond(folder + text, found.at(-1) ?? last)) return found;
    found.push(folder + text);
  }
  return found;
}

function isBeyond(guess: string, last: string): boolean {
  return compareKeys(guess, last) > 0 && guess.isWellFormed();
}

function sharedLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

/** A key's beginning, up to and with the last sign in it. */
function folderOf(text: string): string {
  let length = text.length;
  while (length > 0 && !sign.test(text[length - 1] ?? '')) length--;
  return text.slice(0, length);
}

/** Just beyond a folder, and those above it. A guess within it leaves out its own: there is rarely much between. */
function folderEnds(folder: string, count: number, isGuessed: boolean): readonly string[] {
  const ends: string[] = [];
  let current = isGuessed ? folderOf(folder.slice(0, -1)) : folder;
  while (current !== '' && ends.length < count) {
    ends.push(current.slice(0, -1) + String.fromCharCode(current.charCodeAt(current.length - 1) + 1));
    current = folderOf(current.slice(0, -1));
  }
  return ends;
}

/** The characters in use at one place, in order; '' where keys end before it. */
type Place = readonly string[];

/**
 * One page shows few characters at its first places and all of them further on. So those of a run (what stands between
 * two signs) are taken for all its places, and a run whose characters are all in use in another, for that one's.
 */
function placesOf(sample: readonly (readonly string[])[]): readonly Place[] {
  const length = Math.max(...sample.map(chars => chars.length));
  const seen = Array.from({length}, (_, place) => new Set(sample.map(chars => chars[place] ?? '')));
  const runs: Set<string>[] = [];
  let run: Set<string> | null = null;
  const own = seen.map(chars => {
    if ([...chars].every(char => sign.test(char))) {
      run = null;
      return chars;
    }
    if (run === null) {
      run = new Set();
      runs.push(run);
    }
    for (const char of chars) if (char !== '') run.add(char);
    return run;
  });
  const wide = new Map(
    runs.map(each => [each, runs.filter(other => [...each].every(char => other.has(char)))]),
  );
  return seen.map((chars, place) => {
    const all = wide.get(own[place] ?? chars) ?? [];
    return [...new Set([...chars, ...all.flatMap(other => [...other])])].sort(compareKeys);
  });
}

function numberOf(chars: readonly string[], places: readonly Place[]): bigint {
  let number = 0n;
  places.forEach((place, index) => {
    number = number * BigInt(place.length) + BigInt(Math.max(0, place.indexOf(chars[index] ?? '')));
  });
  return number;
}

/** Null where the number has more digits than there are places: beyond all that begins with the folder. */
function textOf(number: bigint, places: readonly Place[]): string | null {
  const chars: string[] = [];
  let rest = number;
  for (const place of places.toReversed()) {
    const base = BigInt(place.length);
    chars.unshift(place[Number(rest % base)] ?? '');
    rest /= base;
  }
  if (rest > 0n) return null;
  const end = chars.indexOf('');
  return chars.slice(0, end === -1 ? chars.length : end).join('');
}
