import {graphemesOf, safeText, widthOf, withoutUnprintable} from './text.ts';

/**
 * What a text field holds, and what each key does to it. A step is a grapheme, never half of one. A pasted newline or
 * control character is left out: what is submitted is what is seen.
 */
export interface TextField {
  readonly text: string;
  /** UTF-16 units before the cursor, always at the edge of a grapheme. */
  readonly cursor: number;
}

export type TextFieldAction =
  | {readonly type: 'insert'; readonly text: string}
  | {readonly type: 'backspace' | 'left' | 'right' | 'home' | 'end' | 'clear'};

export const emptyField: TextField = {text: '', cursor: 0};

export function fieldOf(text: string): TextField {
  const kept = withoutUnprintable(text);
  return {text: kept, cursor: kept.length};
}

export function editField(field: TextField, action: TextFieldAction): TextField {
  const {text, cursor} = field;
  switch (action.type) {
    case 'insert':
      return inserted(field, withoutUnprintable(action.text));
    case 'backspace': {
      const start = edgeBefore(text, cursor);
      const left = text.slice(0, start) + text.slice(cursor);
      // What it stood between may melt into one: two halves of a flag.
      return {text: left, cursor: edgeFrom(left, start)};
    }
    case 'left':
      return {text, cursor: edgeBefore(text, cursor)};
    case 'right':
      return {text, cursor: edgeFrom(text, cursor + 1)};
    case 'home':
      return {text, cursor: 0};
    case 'end':
      return {text, cursor: text.length};
    case 'clear':
      return emptyField;
    default:
      return action satisfies never;
  }
}

function inserted({text, cursor}: TextField, added: string): TextField {
  const next = text.slice(0, cursor) + added + text.slice(cursor);
  // What was typed may melt into its neighbours (an accent, a joined emoji): the cursor stands behind the whole of it.
  return {text: next, cursor: edgeFrom(next, cursor + added.length)};
}

function edgesOf(text: string): readonly number[] {
  let edge = 0;
  return [
    0,
    ...graphemesOf(text).map(grapheme => {
      edge += grapheme.length;
      return edge;
    }),
  ];
}

function edgeBefore(text: string, position: number): number {
  return edgesOf(text).findLast(edge => edge < position) ?? 0;
}

function edgeFrom(text: string, position: number): number {
  return edgesOf(text).find(edge => edge >= position) ?? text.length;
}

/** What is seen of a field: together exactly as wide as asked, with what is `at` the cursor always among it. */
export interface FieldView {
  readonly before: string;
  readonly at: string;
  readonly after: string;
}

export function viewField({text, cursor}: TextField, width: number): FieldView {
  const [under = ' ', ...following] = graphemesOf(safeText(text.slice(cursor)));
  const at = cursorCell(under, width);
  const room = Math.max(0, width - widthOf(at));
  const before = asMany(graphemesOf(safeText(text.slice(0, cursor))).toReversed(), room)
    .toReversed()
    .join('');
  const left = room - widthOf(before);
  const after = asMany(following, left).join('');
  return {before, at, after: after + ' '.repeat(left - widthOf(after))};
}

/** A mark without a letter has no cell of its own, and a wide character may have too many. */
function cursorCell(under: string, width: number): string {
  if (widthOf(under) > width) return ' '.repeat(Math.max(0, width));
  return widthOf(under) === 0 ? ` ${under}` : under;
}

function asMany(graphemes: readonly string[], width: number): readonly string[] {
  let used = 0;
  const end = graphemes.findIndex(grapheme => {
    used += widthOf(grapheme);
    return used > width;
  });
  return end === -1 ? graphemes : graphemes.slice(0, end);
}
