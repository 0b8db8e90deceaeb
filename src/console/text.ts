import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';
import type {Line, Span, Tone} from './line.ts';

/**
 * Text measured in terminal cells. What leaves this file holds no control character, no escape and nothing that turns
 * the direction of a row: those are spelled out (\x1b, \u{202e}), so that a key can't redraw the screen. A fitted
 * text is exactly as wide as asked. Emoji joined by U+200D count two cells, which older terminals draw wider.
 */

const segmenter = new Intl.Segmenter('en', {granularity: 'grapheme'});

/** Control characters, line and paragraph separators, lone surrogates, and format characters that show nothing. */
const unprintable =
  /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u{ad}\u{61c}\u{200b}\u{200e}\u{200f}\u{202a}-\u{202e}\u{2060}-\u{2069}\u{feff}]/gu;

export function safeText(text: string): string {
  return text.replace(unprintable, char => {
    const code = char.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

/** As typed or pasted into a field: what can't be shown is left out. */
export function withoutUnprintable(text: string): string {
  return text.replace(unprintable, '');
}

export function graphemesOf(text: string): readonly string[] {
  return Array.from(segmenter.segment(text), ({segment}) => segment);
}

/** In cells, as `safeText` shows it. */
export function widthOf(text: string): number {
  return cellsOf(safeText(text));
}

/** What most rows are made of, each one cell: string-width needs 15 to 30 µs for such a row, this a tenth of one. */
const narrow = /^[ -~\u{2500}-\u{259f}·…–→›✔✖●○]*$/u;

function cellsOf(safe: string): number {
  return narrow.test(safe) ? safe.length : stringWidth(safe);
}

/** Where a text that is too long is cut, and marked with `…`: keys and paths tell most at both ends. */
export type Cut = 'end' | 'middle' | 'start';

/** Exactly `width` cells: cut with `…` or filled with spaces, which stand in front where `align` is right. */
export function fitted(
  text: string,
  width: number,
  where: Cut = 'end',
  align: 'left' | 'right' = 'left',
): string {
  const cut = truncated(safeText(text), width, where);
  const filling = ' '.repeat(Math.max(0, width - cellsOf(cut)));
  return align === 'left' ? cut + filling : filling + cut;
}

function truncated(safe: string, width: number, where: Cut): string {
  return cellsOf(safe) <= width ? safe : cliTruncate(safe, Math.max(0, width), {position: where});
}

export function lineWidth(line: Line): number {
  return widthOf(textOf(line));
}

export function textOf(line: Line): string {
  return line.map(({text}) => text).join('');
}

/** Exactly `width` cells; the span in which it is cut ends with `…`. */
export function fitLine(line: Line, width: number): Line {
  const safe = line.map(span => ({...span, text: safeText(span.text)}));
  const widths = safe.map(({text}) => cellsOf(text));
  const total = widths.reduce((sum, each) => sum + each, 0);
  // A span that begins with a combining mark melts into the one before it: then only the whole can be measured.
  if (total !== cellsOf(textOf(safe))) return [{text: fitted(textOf(safe), width)}];
  if (total === width) return safe;
  if (total < width) return [...safe, {text: ' '.repeat(width - total)}];
  return clipped(safe, widths, width);
}

function clipped(safe: Line, widths: readonly number[], width: number): Line {
  const kept: Span[] = [];
  let used = 0;
  for (const [index, span] of safe.entries()) {
    const next = used + (widths[index] ?? 0);
    // The last cell is kept for the `…`, so what is cut may be a span that by itself had fitted.
    if (next >= width) {
      if (width > 0) kept.push({...span, text: fitted(`${span.text} `, width - used)});
      break;
    }
    kept.push(span);
    used = next;
  }
  return kept;
}

export interface Cell {
  readonly text: string;
  readonly width: number;
  readonly tone?: Tone | undefined;
  readonly align?: 'left' | 'right';
  readonly where?: Cut;
}

/** Cells side by side, each exactly as wide as it says, `gap` spaces between them. */
export function columns(cells: readonly Cell[], gap = 1): Line {
  return cells.flatMap(({text, width, tone, align, where}, index) => [
    ...(index > 0 && gap > 0 ? [{text: ' '.repeat(gap)}] : []),
    {text: fitted(text, width, where, align), ...(tone === undefined ? {} : {tone})},
  ]);
}
