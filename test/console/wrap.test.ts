import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {safeText, widthOf} from '../../src/console/text.ts';
import {wrapText} from '../../src/console/wrap.ts';

describe('wrapped text', () => {
  it.each([
    ['one two three', 9, ['one two', 'three']],
    ['one two three', 7, ['one two', 'three']],
    ['', 10, ['']],
    ['  indented text', 10, ['  indented', 'text']],
    ['kcs2/resources/bgm/battle/001.mp3', 10, ['kcs2/resou', 'rces/bgm/b', 'attle/001.', 'mp3']],
    ['see kcs2/resources/x for', 10, ['see', 'kcs2/resou', 'rces/x for']],
    ['艦これの資産', 5, ['艦こ', 'れの', '資産']],
    ['two\nlines\r\nmore', 10, ['two', 'lines', 'more']],
    ['a\x1b[2Jb', 4, ['a\\x1', 'b[2J', 'b']],
    ['a  b', 10, ['a  b']],
  ])('%j in %i cells', (text, width, rows) => {
    expect(wrapText(text, width)).toEqual(rows);
  });

  const texts = fc.string({
    unit: fc.oneof(
      fc.constantFrom(' ', ' ', '艦', '🚢', 'e\u0301', '\x1b', 'a', 'b', '/'),
      fc.string({unit: 'grapheme', minLength: 1, maxLength: 1}),
    ),
    maxLength: 60,
  });

  it('fits, and loses nothing but spaces', () => {
    const squeezed = (text: string) => text.replaceAll(' ', '');
    fc.assert(
      fc.property(texts, fc.integer({min: 2, max: 20}), (text, width) => {
        const rows = wrapText(text, width);
        for (const row of rows) expect(widthOf(row)).toBeLessThanOrEqual(width);
        const whole = text.split(/\r?\n/).map(safeText).join('');
        expect(squeezed(rows.join(''))).toBe(squeezed(whole));
      }),
      {numRuns: 500},
    );
  });
});
