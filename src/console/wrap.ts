import {graphemesOf, safeText, widthOf} from './text.ts';

/**
 * Wraps at spaces; a word longer than a row (a key, a path) is broken where the row ends. Nothing but the spaces at
 * which it breaks is lost. From a width of two cells on, no row is wider than that; below, a wide character still is.
 */
export function wrapText(text: string, width: number): readonly string[] {
  return text.split(/\r?\n/).flatMap(paragraph => wrapParagraph(safeText(paragraph), Math.max(1, width)));
}

function wrapParagraph(text: string, width: number): readonly string[] {
  const rows: string[] = [];
  let row = '';
  let spaces = '';
  for (const part of text.split(/( +)/)) {
    if (part.startsWith(' ')) {
      spaces = part;
      continue;
    }
    if (widthOf(row + spaces + part) <= width) {
      row += spaces + part;
    } else {
      if (row !== '') rows.push(row);
      const broken = brokenWord(part, width);
      rows.push(...broken.slice(0, -1));
      row = broken.at(-1) ?? '';
    }
    spaces = '';
  }
  return [...rows, row];
}

function brokenWord(word: string, width: number): readonly string[] {
  const rows: string[] = [];
  let row = '';
  // Few characters are so wide that they have to be taken apart: signs with marks that have cells of their own.
  const parts = graphemesOf(word).flatMap(part => (widthOf(part) > width ? [...part] : [part]));
  for (const part of parts) {
    if (row !== '' && widthOf(row + part) > width) {
      rows.push(row);
      row = '';
    }
    row += part;
  }
  return [...rows, row];
}
