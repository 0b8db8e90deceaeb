import {availabilityOf} from './availability.ts';
import type {Command} from './command.ts';
import type {Dialog} from './dialog.ts';
import type {Availability} from './idle.ts';
import {type Key, keysOf} from './keys.ts';
import {layoutOf} from './layout.ts';
import type {Line} from './line.ts';
import {roomOf} from './screens/screen.ts';
import {type ConsoleState, shownView} from './state.ts';
import {wrapText} from './wrap.ts';

/** What help and palette show, both made from the key table. */

export interface PaletteRow {
  readonly command: Command;
  readonly key: Key;
  readonly availability: Availability;
}

/** Moving about is done by keys alone. */
const unnamed: readonly Command[] = ['up', 'down', 'page-up', 'page-down', 'first', 'last', 'palette'];

/** Commands of the view beneath, that contain what was typed; what can't be done now tells why. */
export function paletteRows(
  state: ConsoleState,
  {field}: Extract<Dialog, {type: 'palette'}>,
): readonly PaletteRow[] {
  const beneath = {...state, dialog: null};
  const part = field.text.trim().toLowerCase();
  return keysOf(shownView(state).name)
    .filter(({command}) => !unnamed.includes(command))
    .map(key => ({key, command: key.command, availability: availabilityOf(beneath, key.command)}))
    .filter(({availability}) => availability !== 'absent')
    .filter(({key}) => `${key.label} ${key.help}`.toLowerCase().includes(part));
}

const keyWidth = 12;

/** The keys of the view beneath, as lines: what can't be done now tells why. */
export function helpLines(state: ConsoleState): readonly Line[] {
  const beneath = {...state, dialog: null};
  return keysOf(shownView(state).name).flatMap((key): readonly Line[] => {
    const availability = availabilityOf(beneath, key.command);
    if (availability === 'absent') return [];
    const isNow = availability === 'now';
    return [
      [
        {text: key.shown.padEnd(keyWidth), tone: isNow ? 'accent' : 'dim'},
        isNow ? {text: key.help} : {text: `${key.help} (not now: ${availability.because})`, tone: 'dim'},
      ],
    ];
  });
}

/** The same in rows of so many cells: a long explanation goes on below itself. */
export function helpRows(state: ConsoleState, width: number): readonly Line[] {
  return helpLines(state).flatMap(([key, help]) =>
    key === undefined || help === undefined
      ? []
      : wrapText(help.text, Math.max(10, width - keyWidth)).map((part, index) => [
          index === 0 ? key : {text: ' '.repeat(keyWidth)},
          {...help, text: part},
        ]),
  );
}

/** Positions that the help can be scrolled to. */
export function helpHeight(state: ConsoleState): number {
  const layout = layoutOf(state.size, state.notice !== null);
  const {width, height} = roomOf(layout, layout.rows);
  return Math.max(1, helpRows(state, width).length - height + 1);
}
