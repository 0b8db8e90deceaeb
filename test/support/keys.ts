/** What a terminal sends for a key, as xterm does. */
const sequences = {
  enter: '\r',
  esc: '\x1b',
  tab: '\t',
  'shift+tab': '\x1b[Z',
  space: ' ',
  backspace: '\x7f',
  delete: '\x1b[3~',
  up: '\x1b[A',
  down: '\x1b[B',
  right: '\x1b[C',
  left: '\x1b[D',
  home: '\x1b[H',
  end: '\x1b[F',
  pgup: '\x1b[5~',
  pgdn: '\x1b[6~',
  f1: '\x1bOP',
} as const;

type Letter = 'a' | 'c' | 'd' | 'l' | 'r' | 'u' | 'w' | 'z';
export type Key = keyof typeof sequences | `ctrl+${Letter}`;

const isNamed = (key: Key): key is keyof typeof sequences => key in sequences;

export function sequenceOf(key: Key): string {
  if (isNamed(key)) return sequences[key];
  return String.fromCharCode(key.charCodeAt(key.length - 1) & 0x1f);
}

/** Pasted text, between the marks that a terminal sets where a program has asked for them. */
export function pasted(text: string): string {
  return `\x1b[200~${text.replaceAll('\n', '\r')}\x1b[201~`;
}
