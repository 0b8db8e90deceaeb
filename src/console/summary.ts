import type {Tone} from './line.ts';
import {fitted, widthOf} from './text.ts';

/** The cells of a summary table, made to fit a width before anything is drawn. */

export interface SummaryColumn {
  readonly title: string;
  /** Numbers stand at the right; they are the last to be cut. */
  readonly align?: 'left' | 'right';
  readonly tone?: Tone;
}

export interface SummaryLayout {
  /** Of each column's cells, without padding and borders. */
  readonly widths: readonly number[];
  readonly titles: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Rows beyond the eighth, which aren't drawn. */
  readonly hidden: number;
}

const mostRows = 8;

export function summaryLayout(
  columns: readonly SummaryColumn[],
  rows: readonly (readonly string[])[],
  width: number,
): SummaryLayout {
  const shown = rows.slice(0, mostRows);
  const natural = columns.map(({title}, column) =>
    Math.max(1, widthOf(title), ...shown.map(row => widthOf(row[column] ?? ''))),
  );
  // A border before each column and one at the end, a space at both sides of each cell.
  const widths = narrowed(natural, columns, width - 1 - 3 * columns.length);
  const fitRow = (row: readonly string[]) =>
    widths.map((each, column) => fitted(row[column] ?? '', each, 'end', columns[column]?.align));
  return {
    widths,
    titles: fitRow(columns.map(({title}) => title)),
    rows: shown.map(fitRow),
    hidden: rows.length - shown.length,
  };
}

/** Rows of the terminal that the table of so many rows takes. */
export function summaryHeight(rows: number): number {
  return 2 * Math.min(rows, mostRows) + 3 + (rows > mostRows ? 1 : 0);
}

/** Takes a cell at a time from the widest column of words, and from numbers only once words have given all they can. */
function narrowed(
  natural: readonly number[],
  columns: readonly SummaryColumn[],
  room: number,
): readonly number[] {
  const widths = [...natural];
  const least = (column: number) => (columns[column]?.align === 'right' ? natural[column] : 4) ?? 1;
  let over = widths.reduce((sum, each) => sum + each, 0) - room;
  for (const floor of [least, () => 1])
    for (; over > 0; over--) {
      const widest = widestAbove(widths, floor);
      if (widest === -1) break;
      widths[widest] = (widths[widest] ?? 1) - 1;
    }
  return widths;
}

function widestAbove(widths: readonly number[], least: (column: number) => number): number {
  const free = widths.map((width, column) => (width > least(column) ? width : 0));
  const most = Math.max(0, ...free);
  return most === 0 ? -1 : free.indexOf(most);
}
