import {compareKeys} from '../core/keys.ts';

/**
 * Finds a key that parts a range, where a service lists forwards only and never tells how much there is: first the
 * place at which the range's keys part (the first key shares with all others what stands before it), then, at that
 * place, the greatest character; the middle is between the two. About fifteen requests for one key each.
 */

/** Sorts behind every character that is in use; itself a private one, so that every server takes it. */
const top = '\u{10fffd}';
const asciiTop = 0x7f;

/** The first key beyond a text, within the range; null where there is none. */
export type FirstBeyond = (text: string) => Promise<string | null>;

export async function middleKey(
  firstBeyond: FirstBeyond,
  lo: string,
  prefix: string,
): Promise<string | null> {
  const first = await firstBeyond(lo);
  if (first === null || (await firstBeyond(first)) === null) return null;
  const chars = [...first];
  const place = await branchingPlace(firstBeyond, chars, [...prefix].length);
  // All others only lengthen the first key.
  if (place === null) return first;
  const before = chars.slice(0, place).join('');
  const least = codePoint(chars[place]);
  const greatest = await greatestAt(firstBeyond, before, least);
  const cut = before + String.fromCodePoint(whole(Math.floor((least + greatest) / 2))) + top;
  const middle = await firstBeyond(cut);
  return middle !== null && compareKeys(middle, first) > 0 ? middle : null;
}

/** The first place at which a key beyond the first one differs from it, by bisection: what is shared is shared by all. */
async function branchingPlace(
  firstBeyond: FirstBeyond,
  chars: readonly string[],
  from: number,
): Promise<number | null> {
  let shared = from;
  let different = chars.length + 1;
  while (shared < different) {
    const place = Math.floor((shared + different) / 2);
    if (place > chars.length - 1) {
      if ((await firstBeyond(chars.join('') + top)) === null) return null;
      different = chars.length - 1;
    } else if ((await firstBeyond(chars.slice(0, place + 1).join('') + top)) === null) shared = place + 1;
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

/** Surrogates are no characters. */
function whole(code: number): number {
  return code >= 0xd800 && code <= 0xdfff ? 0xd7ff : code;
}

function codePoint(char: string | undefined): number {
  return char?.codePointAt(0) ?? 0;
}
