import {compareKeys, type KeyRange} from '../core/keys.ts';

/**
 * Finds a key that parts a range, where a service lists forwards only and never tells how much there is. A range of one
 * page is parted exactly. In a larger one: first the place at which its keys part (they share what stands before it),
 * then the greatest character at that place; the middle is between the least and that one. Where one side of it has no
 * more than a page, the other is parted instead. About fifteen requests a round.
 */

/** Sorts behind every character that is in use; itself a private one, so that every server takes it. */
const top = '\u{10fffd}';
const asciiTop = 0x7f;
const rounds = 4;
/** As many as a page may have. */
const pageKeys = 1_000;

/** Keys of a range, from its beginning on. */
export interface FirstKeys {
  readonly keys: readonly string[];
  /** There are no more. */
  readonly isAll: boolean;
}

export type AskFirst = (range: KeyRange, count: number) => Promise<FirstKeys>;

export async function middleKey(ask: AskFirst, range: KeyRange, prefix: string): Promise<string | null> {
  let {hi} = range;
  let page = await ask(range, pageKeys);
  let middle: string | null = null;
  for (let round = 0; round < rounds && !page.isAll; round++) {
    const text = await halfway(ask, hi, page, prefix);
    const rest = await ask({lo: text, hi}, pageKeys);
    middle = rest.keys[0] ?? null;
    if (middle === null) return page.keys.at(-1) ?? null;
    if (compareKeys(middle, page.keys.at(-1) ?? '') <= 0) page = rest;
    else if (rest.isAll) hi = text;
    else break;
  }
  if (!page.isAll || page.keys.length < 2) return middle === range.hi ? null : middle;
  return page.keys[Math.floor((page.keys.length - 1) / 2)] ?? null;
}

/** A text about halfway, as characters go. */
async function halfway(ask: AskFirst, hi: string | null, {keys}: FirstKeys, prefix: string): Promise<string> {
  const firstBeyond = async (text: string) => (await ask({lo: text, hi}, 1)).keys[0] ?? null;
  const [first, last] = [[...(keys[0] ?? '')], [...(keys.at(-1) ?? '')]];
  const place = await branchingPlace(firstBeyond, first, [...prefix].length, sharedLength(first, last));
  const before = first.slice(0, place).join('');
  const least = codePoint(first[place]);
  const greatest = await greatestAt(firstBeyond, before, Math.max(least, codePoint(last[place])));
  return before + String.fromCodePoint(whole(Math.floor((least + greatest) / 2))) + top;
}

type FirstBeyond = (text: string) => Promise<string | null>;

/** The first place at which a key differs from the first one, by bisection: what is shared is shared by all. */
async function branchingPlace(
  firstBeyond: FirstBeyond,
  first: readonly string[],
  from: number,
  known: number,
): Promise<number> {
  let shared = from;
  let different = known;
  while (shared < different) {
    const place = Math.floor((shared + different) / 2);
    if ((await firstBeyond(first.slice(0, place + 1).join('') + top)) === null) shared = place + 1;
    else different = place;
  }
  return different;
}

/** The greatest character that stands behind `before`. Each answer is a key that is there, so the steps are large. */
async function greatestAt(firstBeyond: FirstBeyond, before: string, least: number): Promise<number> {
  const size = [...before].length;
  let known = least;
  let free = 0x10ffff;
  while (free - known > 1) {
    const probe = known < asciiTop && free > asciiTop ? asciiTop : whole(Math.floor((known + free) / 2));
    const found = await firstBeyond(before + String.fromCodePoint(probe) + top);
    const char = found?.startsWith(before) === true ? codePoint([...found][size]) : null;
    if (char === null || char <= probe) free = probe;
    else known = char;
  }
  return known;
}

function sharedLength(a: readonly string[], b: readonly string[]): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

/** Surrogates are no characters. */
function whole(code: number): number {
  return code >= 0xd800 && code <= 0xdfff ? 0xd7ff : code;
}

function codePoint(char: string | undefined): number {
  return char?.codePointAt(0) ?? 0;
}
