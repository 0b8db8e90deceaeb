/** The one that was most likely meant by a word with a typing error; null where none is near. */
export function nearest(word: string, known: readonly string[]): string | null {
  // One letter in three may be wrong, and never so many that any short word would do.
  const most = Math.min(3, Math.floor(Math.max(word.length, 3) / 3));
  let best: {readonly name: string; readonly edits: number} | null = null;
  for (const name of known) {
    const edits = editsBetween(word.toLowerCase(), name.toLowerCase());
    if (edits <= most && edits < (best?.edits ?? Number.POSITIVE_INFINITY)) best = {name, edits};
  }
  return best?.name ?? null;
}

/** Letters that are missing, too many, others, or in the order of their neighbours (optimal string alignment). */
function editsBetween(a: string, b: string): number {
  let [older, old]: readonly [number[], number[]] = [[], Array.from({length: b.length + 1}, (_, at) => at)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(
        Math.min(
          at(old, j) + 1,
          at(row, j - 1) + 1,
          at(old, j - 1) + (isSame ? 0 : 1),
          isSwapped ? at(older, j - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    [older, old] = [old, row];
  }
  return at(old, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
