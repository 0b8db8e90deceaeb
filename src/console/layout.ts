import type {Size} from './state.ts';

/** What there is room for. Pure, so that it is tested without a terminal. */
export interface Layout {
  readonly columns: number;
  /** Rows between header and footer. */
  readonly rows: number;
  /** Small screens spend no rows on borders. */
  readonly isBordered: boolean;
  readonly isCompact: boolean;
  /** For a pager: rows are not cut. */
  readonly isWhole: boolean;
}

export const leastSize: Size = {columns: 60, rows: 16};

export function isTooSmall({columns, rows}: Size): boolean {
  return columns < leastSize.columns || rows < leastSize.rows;
}

/** Header and footer take a row each, and a notice one more. */
export function layoutOf({columns, rows}: Size, hasNotice: boolean): Layout {
  const isCompact = columns < 72 || rows < 20;
  return {
    columns,
    rows: Math.max(0, rows - (hasNotice ? 3 : 2)),
    isBordered: !isCompact,
    isCompact,
    isWhole: false,
  };
}
