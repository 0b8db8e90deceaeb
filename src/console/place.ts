import type {Place} from './keys.ts';
import {type ConsoleState, shownView} from './state.ts';

/** Where a key goes: to the dialog that is open, to a filter that is typed, else to the view. */
export function placeOf(state: ConsoleState): Place {
  if (state.dialog !== null) return state.dialog.type;
  const view = shownView(state);
  return view.isFiltering ? 'filter' : view.name;
}

/** Where letters are text and no keys. */
export function takesText(place: Place): boolean {
  return place === 'palette' || place === 'confirm' || place === 'filter';
}
