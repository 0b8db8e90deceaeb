import {availabilityOf} from './availability.ts';
import type {Command} from './command.ts';
import {editOf} from './edit.ts';
import {keysOf} from './keys.ts';
import {isTooSmall} from './layout.ts';
import {placeOf, takesText} from './place.ts';
import type {ConsoleState} from './state.ts';
import type {TextFieldAction} from './text-field.ts';

/** What a stroke means where it is pressed. */
export type Pressed =
  | {readonly type: 'command'; readonly command: Command}
  | {readonly type: 'edit'; readonly action: TextFieldAction}
  /** It does nothing, and why. */
  | {readonly type: 'refused'; readonly text: string}
  | {readonly type: 'nothing'};

/** What can be done where nothing is seen. */
const blind: readonly Command[] = ['quit', 'interrupt', 'suspend', 'redraw'];

/** By the key table; where text is typed, letters are text first. Of several keys with the stroke it is the one that is available. */
export function pressedOn(state: ConsoleState, stroke: string): Pressed {
  const place = placeOf(state);
  const action = takesText(place) ? editOf(stroke) : null;
  if (action !== null) return {type: 'edit', action};
  const found = keysOf(place).filter(({strokes}) => strokes.includes(stroke));
  if (isTooSmall(state.size) && !found.some(({command}) => blind.includes(command))) return {type: 'nothing'};
  const availabilities = found.map(({command}) => ({command, is: availabilityOf(state, command)}));
  const now = availabilities.find(({is}) => is === 'now');
  if (now !== undefined) return {type: 'command', command: now.command};
  const refused = availabilities.map(({is}) => is).find(is => typeof is === 'object');
  if (refused !== undefined) return {type: 'refused', text: `not now: ${refused.because}`};
  // A dialog takes few keys, and shows them.
  return state.dialog === null
    ? {type: 'refused', text: `${stroke} does nothing here; ? shows the keys`}
    : {type: 'nothing'};
}
