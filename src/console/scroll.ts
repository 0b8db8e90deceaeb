import {layoutOf} from './layout.ts';
import {rowsOf} from './rows.ts';
import {invariantHeight} from './screens/invariants.ts';
import {recoveryHeight, recoveryPage} from './screens/recovery.ts';
import {reviewHeight} from './screens/review.ts';
import {roomOf} from './screens/screen.ts';
import {type ConsoleState, shownView, type View} from './state.ts';
import {summaryHeight} from './summary.ts';

/** How many positions the pointer of a view has: its rows or, where it scrolls, the lines that can be the first. */
export function heightOf(state: ConsoleState, view: View): number {
  const layout = layoutOf(state.size, state.notice !== null);
  switch (view.name) {
    case 'review':
      return reviewHeight(state, layout);
    case 'invariant':
      return invariantHeight(state, layout);
    case 'recovery':
      return recoveryHeight(state, layout);
    default:
      return rowsOf(state, view).length;
  }
}

/** Rows that PgUp and PgDn pass over: of a text never more than was seen of it. */
export function pageOf(state: ConsoleState): number {
  const layout = layoutOf(state.size, state.notice !== null);
  const {height} = roomOf(layout, layout.rows);
  if (state.dialog === null && shownView(state).name === 'recovery')
    return Math.max(1, recoveryPage(state, layout) - 1);
  const isReview = state.dialog === null && shownView(state).name === 'review';
  return Math.max(1, isReview ? height - summaryHeight(1) - 1 : height - 1);
}
