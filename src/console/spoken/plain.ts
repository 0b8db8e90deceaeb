import type {Line} from '../line.ts';
import {safeText, textOf} from '../text.ts';

/**
 * A line of a screen as words: what is drawn (bars, signs, columns, arrows) becomes what it means, so that nothing is
 * spelled out glyph by glyph. Names and keys stay as they are; what is long is not cut.
 */

export type Signs = Readonly<Record<'✔' | '✖' | '!' | '○' | '●', string>>;

/** For whatever holds or doesn't. */
export const factSigns: Signs = {
  '✔': 'ok:',
  '✖': 'not ok:',
  '!': 'note:',
  '○': 'not yet:',
  '●': 'now:',
};

/** For steps. */
export const stepSigns: Signs = {
  ...factSigns,
  '✔': 'done:',
  '✖': 'failed:',
  '!': 'needs you:',
  '●': 'at work:',
};

const bars = /[▁▂▃▄▅▆▇█━╍─]+/g;

/** Whether a part of it is a bar or a sparkline. */
export function isDrawn(text: string): boolean {
  return text.search(bars) !== -1;
}

export function plainText(line: Line | string, signs: Signs = factSigns): string {
  const text = safeText(typeof line === 'string' ? line : textOf(named(line)));
  const counted = isDrawn(text) ? text.replace(/(\d)\/(?=\d|about )/g, '$1 of ') : text;
  return counted
    .replace(bars, '   ')
    .replace(/> \[ (.+?) \]/g, 'chosen: $1')
    .replace(/\[ (.+?) \]/g, '$1')
    .replace(/^\s*[>=] /, '')
    .replace(/(^|\s)([✔✖!○●])(?= )/g, (_, before: string, sign: keyof Signs) => before + signs[sign])
    .trim()
    .split(/ {2,}/)
    .reduce(joined, '')
    .replace(/(\d)–(\d)/g, '$1 to $2')
    .replace(/ → /g, ' to ')
    .replace(/ [·›] /g, ', ')
    .replace(/ ×(\d[\d,]*)/g, ', $1 times')
    .replace(/\(−(\d)/g, '(minus $1')
    .replace(/\(\+(\d)/g, '(plus $1')
    .replace(/ ?…$/, '')
    .replace(/…/g, '...')
    .replace(/(\d)\/s\b/g, '$1 per second')
    .replace(/\b(\d[\d.,]*) (s|min|h)\b/g, unitText);
}

/** A first column that its text fills up to the last cell is a column all the same. */
function named(line: Line): Line {
  const [first, ...rest] = line;
  if (first?.tone !== 'dim' || rest.length === 0 || !/\S $/.test(first.text)) return line;
  return [{...first, text: `${first.text} `}, ...rest];
}

const units: Readonly<Record<string, string>> = {s: 'second', min: 'minute', h: 'hour'};

function unitText(text: string, count: string, unit: string): string {
  const name = units[unit];
  return name === undefined ? text : `${count} ${name}${count === '1' ? '' : 's'}`;
}

/** What stood in the first column names the rest. */
function joined(before: string, column: string): string {
  if (before === '') return column;
  const isName = before.length <= 40 && !/[:,]/.test(before) && !column.startsWith('chosen: ');
  return /[:,]$/.test(before) ? `${before} ${column}` : `${before}${isName ? ': ' : ', '}${column}`;
}

const keyNames: Readonly<Record<string, string>> = {
  '?': 'question mark',
  '/': 'slash',
  ':': 'colon',
  '+': 'plus',
  '-': 'minus',
  '↑': 'up',
  '↓': 'down',
  PgUp: 'page up',
  PgDn: 'page down',
  enter: 'Enter',
  esc: 'Escape',
  tab: 'Tab',
};

/** A key by its name, since signs are passed over by many a voice. */
export function keyName(shown: string): string {
  return shown
    .trim()
    .split(' ')
    .map(key => keyNames[key] ?? (/^[A-Z]$/.test(key) ? `shift+${key.toLowerCase()}` : key))
    .join(' or ');
}
