import {panelContent} from '../edges.ts';
import type {Layout} from '../layout.ts';
import type {Line} from '../line.ts';
import type {SummaryColumn} from '../summary.ts';
import type {TextField} from '../text-field.ts';
import {windowStart} from '../window.ts';

/** A screen as data: panels, from top to bottom, each of exactly the rows that it says. */
export interface Screen {
  readonly panels: readonly PanelSpec[];
  /** There is more than is seen, behind PgDn. */
  readonly isCut?: boolean;
}

export interface PanelSpec {
  readonly title: string;
  /** Stands at the right of the title. */
  readonly note: string;
  readonly height: number;
  readonly blocks: readonly Block[];
}

export type Block =
  | {readonly type: 'lines'; readonly lines: readonly Line[]; readonly selected?: number | null}
  | {
      readonly type: 'table';
      readonly columns: readonly SummaryColumn[];
      readonly rows: readonly (readonly string[])[];
    }
  | {
      readonly type: 'field';
      readonly label: Line;
      readonly field: TextField;
      readonly isActive: boolean;
    };

export type Lines = Extract<Block, {type: 'lines'}>;

/** What fits into a panel of so many rows: cells and rows. */
export function roomOf(layout: Layout, height: number): {readonly width: number; readonly height: number} {
  return panelContent({width: layout.columns, height}, layout.isBordered);
}

/** Rows that a panel adds to its content. */
export function frameOf({isBordered}: Layout): number {
  return isBordered ? 2 : 1;
}

/** The part of a list that is seen, with its pointer. Only rows that are seen are made into lines: a list has thousands. */
export function windowed<Row>(
  rows: readonly Row[],
  lineOf: (row: Row) => Line,
  height: number,
  at: number,
): Lines {
  const start = windowStart(rows.length, height, at);
  return {type: 'lines', lines: rows.slice(start, start + height).map(lineOf), selected: at - start};
}

/** The part of a text that is seen; `at` is its first line. */
export function scrolled(lines: readonly Line[], height: number, at: number): Block {
  const start = Math.max(0, Math.min(at, lines.length - height));
  return {type: 'lines', lines: lines.slice(start, start + height)};
}

/** `3–14 of 40`, where not all is seen. */
export function seenText(count: number, height: number, at: number): string {
  if (count <= height) return '';
  const start = Math.max(0, Math.min(at, count - height));
  return `${start + 1}–${start + height} of ${count}`;
}
