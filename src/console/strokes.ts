import {graphemesOf} from './text.ts';

/** What Ink says of a key, as far as it matters here. */
export interface PressedKey {
  readonly upArrow: boolean;
  readonly downArrow: boolean;
  readonly leftArrow: boolean;
  readonly rightArrow: boolean;
  readonly pageDown: boolean;
  readonly pageUp: boolean;
  readonly home: boolean;
  readonly end: boolean;
  readonly return: boolean;
  readonly escape: boolean;
  readonly ctrl: boolean;
  readonly shift: boolean;
  readonly tab: boolean;
  readonly backspace: boolean;
  readonly delete: boolean;
  readonly meta: boolean;
}

const named: readonly (readonly [keyof PressedKey, string])[] = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'page-up'],
  ['pageDown', 'page-down'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['escape', 'esc'],
  ['backspace', 'backspace'],
  // Terminals send the byte of Delete for the key named Backspace.
  ['delete', 'backspace'],
];

/**
 * The strokes of one read of the keyboard, by the names that the key table uses. Several letters may come as one read:
 * `jjjj` is four strokes. A line break among them is an Enter too; what that means for a text is its field's affair.
 */
export function strokesOf(input: string, key: PressedKey): readonly string[] {
  if (key.tab) return [key.shift ? 'shift+tab' : 'tab'];
  const name = named.find(([flag]) => key[flag])?.[1];
  if (name !== undefined) return [name];
  if (key.ctrl) return input === '' ? [] : [`ctrl+${input}`];
  if (key.meta) return [];
  return graphemesOf(input).flatMap(strokeOf);
}

function strokeOf(grapheme: string): readonly string[] {
  if (grapheme === '\r' || grapheme === '\n' || grapheme === '\r\n') return ['enter'];
  if (grapheme === '\t') return ['tab'];
  if (grapheme === ' ') return ['space'];
  if (grapheme === '\x7f' || grapheme === '\b') return ['backspace'];
  const code = grapheme.charCodeAt(0);
  // Ctrl+C that comes together with other keys, as over a slow line, is still one.
  if (code >= 0x01 && code <= 0x1a) return [`ctrl+${String.fromCharCode(code + 0x60)}`];
  return /\p{Cc}/u.test(grapheme) ? [] : [grapheme];
}

/** The text of a stroke that is one; null for a key with a name. */
export function textOfStroke(stroke: string): string | null {
  if (stroke === 'space') return ' ';
  return graphemesOf(stroke).length === 1 ? stroke : null;
}
