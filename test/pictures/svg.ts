import type {Cell} from '../support/cell.ts';
import {background, type Paint, paintOf} from './colours.ts';
import {shapeOf} from './shapes.ts';

/**
 * A screen as a picture: every word stands at the exact column and has the exact width of its cells, whatever font the
 * reader has. Left out: the cursor, and glyphs that the reader's fonts don't have.
 */
const cellWidth = 9;
const cellHeight = 18;
const fontSize = 15;
const margin = 18;
const fonts =
  "ui-monospace, 'SF Mono', SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace";

export function svgOf(cells: readonly (readonly Cell[])[], title: string): string {
  const width = (cells[0]?.length ?? 0) * cellWidth + 2 * margin;
  const height = cells.length * cellHeight + 2 * margin;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" rx="8" fill="${background}"/>`,
    `<g font-family="${fonts}" font-size="${fontSize}">`,
    ...cells.flatMap((row, index) => rowOf(row, margin + index * cellHeight)),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** Cells side by side that look alike: a stretch of paper, a word, or a single shape. */
interface Run {
  readonly x: number;
  readonly cells: number;
  readonly text: string;
}

function rowOf(row: readonly Cell[], y: number): readonly string[] {
  const papers = runsOf(row, cell => paintOf(cell).paper).map(([run, cell]) =>
    paperOf(run, paintOf(cell), y),
  );
  const inks = runsOf(row, (cell, x) => {
    if (cell.text.trim() === '' && cell.width > 0) return null;
    const looks = [paintOf(cell).ink, cell.bold, cell.dim, cell.italic, cell.underline].join();
    // A shape or a wide character stands alone; the empty second half of the latter goes with it.
    if (cell.width === 0) return 'wide';
    return cell.width === 2 || isShape(cell.text) ? `${looks} at ${x}` : looks;
  });
  return [...papers, ...inks.flatMap(([run, cell]) => (cell.width === 0 ? [] : [inkOf(run, cell, y)]))];
}

/** Runs of cells with the same key, with the first cell of each; cells whose key is null belong to none. */
function runsOf(
  row: readonly Cell[],
  keyOf: (cell: Cell, at: number) => string | null,
): readonly (readonly [Run, Cell])[] {
  const runs: [Run, Cell][] = [];
  let last: string | null = null;
  for (const [at, cell] of row.entries()) {
    const key = keyOf(cell, at);
    const run = key !== null && key === last ? runs.pop() : undefined;
    if (run !== undefined)
      runs.push([{...run[0], cells: run[0].cells + 1, text: run[0].text + cell.text}, run[1]]);
    else if (key !== null)
      runs.push([{x: margin + at * cellWidth, cells: Math.max(1, cell.width), text: cell.text}, cell]);
    last = key;
  }
  return runs;
}

function paperOf({x, cells}: Run, {paper}: Paint, y: number): string {
  return `<rect x="${x}" y="${y}" width="${cells * cellWidth}" height="${cellHeight}" fill="${paper ?? background}"/>`;
}

function isShape(text: string): boolean {
  return shapeOf(text, {x: 0, y: 0, width: 1, height: 1, fill: ''}) !== null;
}

function inkOf({x, cells, text}: Run, cell: Cell, y: number): string {
  const {ink} = paintOf(cell);
  const shape = shapeOf(text, {x, y, width: cellWidth, height: cellHeight, fill: ink});
  const faint = cell.dim ? ' opacity="0.7"' : '';
  if (shape !== null) return cell.dim ? `<g${faint}>${shape}</g>` : shape;
  const looks = [
    cell.bold ? ' font-weight="700"' : '',
    cell.italic ? ' font-style="italic"' : '',
    cell.underline ? ' text-decoration="underline"' : '',
    faint,
  ].join('');
  const place = `x="${x}" y="${y + 13.5}" textLength="${cells * cellWidth}" lengthAdjust="spacingAndGlyphs"`;
  return `<text ${place} fill="${ink}"${looks}>${escaped(text)}</text>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
