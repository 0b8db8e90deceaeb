import type {Command} from './command.ts';
import type {Dialog} from './dialog.ts';
import {dialogKeys} from './keys/dialog-keys.ts';
import {everywhereKeys} from './keys/everywhere-keys.ts';
import {movingKeys} from './keys/moving-keys.ts';
import {recoveryKeys} from './keys/recovery-keys.ts';
import {screenKeys} from './keys/screen-keys.ts';
import {workKeys} from './keys/work-keys.ts';
import type {ViewName} from './state.ts';

/**
 * Every key there is, once. Dispatch, footer, help, palette and the README's table are all made from this: a key that
 * is not here does nothing, and one that is here is explained.
 */
export interface Key {
  /** Names as `strokes.ts` gives them. */
  readonly strokes: readonly string[];
  /** As the footer and the help write it. */
  readonly shown: string;
  /** One or two words, for the footer. */
  readonly label: string;
  /** What it does, as a sentence without a full stop. */
  readonly help: string;
  readonly on: readonly Place[] | 'anywhere';
  readonly command: Command;
  /** The smaller, the sooner it stands in the footer; without one it stands only in the help. */
  readonly footer?: number;
}

/** Where a key is pressed: the dialog that is open, else the view that is shown. */
export type Place = ViewName | Dialog['type'] | 'filter';

/** In this order the help names them; the footer goes by `footer`. */
export const keys: readonly Key[] = [
  ...workKeys,
  ...recoveryKeys,
  ...movingKeys,
  ...screenKeys,
  ...dialogKeys,
  ...everywhereKeys,
];

/** The keys of a place, in the order of the table. */
export function keysOf(place: Place): readonly Key[] {
  return keys.filter(({on}) => on === 'anywhere' || on.includes(place));
}
