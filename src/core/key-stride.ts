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
const decimals = [...'0123456789'];

/**
 * Texts beyond the page's last key, ascending, `count` at most: about `pages` pages of the same density on, twice as
 * many, and so on. Where that is beyond all that can be counted, it is the end of the folder, and of those above it.
 */
export function keysAhead(page: readonly string[], pages: number, count: number): readonly string[] {
  const [first] = page;
  const last = page.at(-1);
  if (first === undefined || last === undefined || first === last) return [];
  const shared = sharedBeginning(first, last);
  const from = shared.join('').length;
  const charsOf = (key: string) => [...key.slice(from)].slice(0, reach);
  const every = Math.ceil(page.length / samples);
  const sample = [...page.filter((_, index) => index % every === 0), last];
  const places = placesOf(shared, sample.map(charsOf));
  const high = numberOf([...shared, ...charsOf(last)], places);
  const stride = (high - numberOf([...shared, ...charsOf(first)], places)) * BigInt(pages);
  if (stride <= 0n) return [];
  const found: string[] = [];
  while (found.length < count) {
    const text = textOf(high + stride * BigInt(found.length + 1), places);
    if (text === null)
      return [...found, ...folderEnds(shared.join(''), count - found.length, found.length > 0)];
    if (compareKeys(text, found.at(-1) ?? last) <= 0 || !text.isWellFormed()) return found;
    found.push(text);
  }
  return found;
}

/** In characters, so that none is parted. */
function sharedBeginning(a: string, b: string): readonly string[] {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return [...a.slice(0, length)].filter(char => char.isWellFormed());
}

/** A key's beginning, up to and with the last sign in it. */
function folderOf(text: string): string {
  let length = text.length;
  while (length > 0 && !sign.test(text[length - 1] ?? '')) length--;
  return text.slice(0, length);
}

/** Just beyond a folder, and those above it. A guess within it leaves out its own: there is rarely much between. */
function folderEnds(shared: string, count: number, isGuessed: boolean): readonly string[] {
  const ends: string[] = [];
  const folder = folderOf(shared);
  let current = isGuessed ? folderOf(folder.slice(0, -1)) : folder;
  while (current !== '' && ends.length < count) {
    ends.push(current.slice(0, -1) + String.fromCharCode(current.charCodeAt(current.length - 1) + 1));
    current = folderOf(current.slice(0, -1));
  }
  return ends;
}

/** The characters in use at one place, in order; '' where keys end before it. */
type Place = readonly string[];

/** What stands between two signs. */
interface Run {
  readonly chars: Set<string>;
  /** Keys of the page differ in it. */
  moves: boolean;
}

/**
 * One page shows few characters at its first places and all of them further on. So those of a run are taken for all its
 * places; a run whose characters are all in use in another, for that one's; and a number that all keys share, such as a
 * folder's, for one that is counted on. Other words that all share stay as they are.
 */
function placesOf(shared: readonly string[], sample: readonly (readonly string[])[]): readonly Place[] {
  const length = Math.max(...sample.map(chars => chars.length));
  const seen = [
    ...shared.map(char => new Set([char])),
    ...Array.from({length}, (_, place) => new Set(sample.map(chars => chars[place] ?? ''))),
  ];
  const runs: Run[] = [];
  let run: Run | null = null;
  const runAt = seen.map((chars, place) => {
    if ([...chars].every(char => sign.test(char))) {
      run = null;
      return null;
    }
    if (run === null) {
      run = {chars: new Set(), moves: false};
      runs.push(run);
    }
    if (place >= shared.length) run.moves = true;
    for (const char of chars) if (char !== '') run.chars.add(char);
    return run;
  });
  const wide = new Map(runs.map(each => [each, inUse(each, runs)]));
  return seen.map((chars, place) => {
    const own = runAt[place];
    return [...new Set([...chars, ...(own == null ? [] : (wide.get(own) ?? []))])].sort(compareKeys);
  });
}

function inUse({chars, moves}: Run, runs: readonly Run[]): readonly string[] {
  if (!moves) return [...chars].every(char => decimals.includes(char)) ? decimals : [];
  return runs
    .filter(other => other.moves && [...chars].every(char => other.chars.has(char)))
    .flatMap(other => [...other.chars]);
}

function numberOf(chars: readonly string[], places: readonly Place[]): bigint {
  let number = 0n;
  places.forEach((place, index) => {
    if (place.length > 1)
      number = number * BigInt(place.length) + BigInt(Math.max(0, place.indexOf(chars[index] ?? '')));
  });
  return number;
}

/** Null where the number has more digits than there are places. */
function textOf(number: bigint, places: readonly Place[]): string | null {
  const chars: string[] = [];
  let rest = number;
  for (const place of places.toReversed()) {
    const base = BigInt(place.length);
    chars.push(place[Number(rest % base)] ?? '');
    rest /= base;
  }
  if (rest > 0n) return null;
  const text = chars.reverse();
  const end = text.indexOf('');
  return text.slice(0, end === -1 ? text.length : end).join('');
}
