import {textOfStroke} from './strokes.ts';
import type {TextFieldAction} from './text-field.ts';

const edits: Readonly<Record<string, TextFieldAction>> = {
  backspace: {type: 'backspace'},
  left: {type: 'left'},
  right: {type: 'right'},
  home: {type: 'home'},
  end: {type: 'end'},
  'ctrl+a': {type: 'home'},
  'ctrl+e': {type: 'end'},
  'ctrl+u': {type: 'clear'},
};

/** What a stroke does to a text field; null where it is no text, and so a key. */
export function editOf(stroke: string): TextFieldAction | null {
  const text = textOfStroke(stroke);
  return text === null ? (edits[stroke] ?? null) : {type: 'insert', text};
}
