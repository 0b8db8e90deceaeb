import {layoutOf} from './layout.ts';
import {rowsOf} from './rows.ts';
import {invariantHeight} from './screens/invariants.ts';
import {reviewHeight} from './screens/review.ts';
import type {ConsoleState, View} from './state.ts';

/** How many positions the pointer of a view has: its rows or, where it scrolls, the lines that can be the first. */
export function heightOf(state: ConsoleState, view: View): number {
  const layout = layoutOf(state.size, state.notice !== null);
  switch (view.name) {
    case 'review':
      return reviewHeight(state, layout);
    case 'invariant':
      return invariantHeight(state, layout);
    default:
      return rowsOf(state, view).length;
  }
}

/** Rows that PgUp and PgDn pass over. */
export function pageOf({size, notice}: ConsoleState): number {
  return Math.max(1, layoutOf(size, notice !== null).rows - 4);
}
