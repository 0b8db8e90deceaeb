import stringWidth from 'string-width';
import {graphemesOf} from './text.ts';

/** For terminals and locales without UTF-8: each cell becomes one ASCII cell, so that no layout changes. */

const replacements: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '#': '█━',
    '=': '╍▆≡',
    '-': '▄▅–—─‐‑−',
    _: '▁',
    '.': '▂▃·•',
    '^': '▇↑▲',
    v: '↓▼✔✓',
    '>': '→›▸▶≥»',
    '<': '←‹◂◀≤«',
    '+': '╭╮╰╯┌┐└┘├┤┬┴┼',
    x: '✖✗×',
    '*': '●◆★',
    o: '○◌◇',
    '|': '│┃',
    '~': '…≈',
    '!': '⚠',
    "'": '‘’',
    '"': '“”',
    ' ': '\u{a0}\u{202f}\u{2009}',
  }).flatMap(([ascii, glyphs]) => Array.from(glyphs, glyph => [glyph, ascii] as const)),
);

/** What has no replacement is `?` in each of its cells; what takes up no cell is left out. */
export function asciiOf(text: string): string {
  if (/^[ -~]*$/.test(text)) return text;
  return graphemesOf(text)
    .map(grapheme =>
      /^[ -~]$/.test(grapheme) ? grapheme : (replacements.get(grapheme) ?? '?'.repeat(stringWidth(grapheme))),
    )
    .join('');
}
