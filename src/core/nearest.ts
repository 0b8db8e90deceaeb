import {distance} from 'fastest-levenshtein';

/** The one that was most likely meant by a word with a typing error; null where none is near. */
export function nearest(word: string, known: readonly string[]): string | null {
  // One letter in three may be wrong, and never so many that any short word would do.
  const most = Math.min(3, Math.floor(Math.max(word.length, 3) / 3));
  const [best] = known
    .map(name => ({name, edits: distance(word.toLowerCase(), name.toLowerCase())}))
    .filter(({edits}) => edits <= most)
    .toSorted((one, other) => one.edits - other.edits);
  return best?.name ?? null;
}
