import fc from 'fast-check';
import stringWidth from 'string-width';
import {describe, expect, it} from 'vitest';
import type {Line} from '../../src/console/line.ts';
import {
  type Cut,
  columns,
  fitLine,
  fitted,
  lineWidth,
  safeText,
  textOf,
  widthOf,
  withoutUnprintable,
} from '../../src/console/text.ts';

/** Text as keys may hold it: any code point, half of a surrogate pair, marks, wide characters, escapes. */
const awkward = fc
  .array(
    fc.oneof(
      fc.string({unit: 'grapheme', maxLength: 6}),
      fc.string({unit: 'binary', maxLength: 6}),
      fc.constantFrom(
        '艦これ',
        '🚢',
        'e\u0301',
        '\u0301',
        '\x1b[2J',
        '\r\n',
        '\x9b',
        '\ud83d',
        '👨‍👩‍👧',
        '🇯🇵',
        '\u1100',
        '\u1161',
        '\u202e',
        ' ',
      ),
    ),
    {maxLength: 8},
  )
  .map(parts => parts.join(''));
const width = fc.integer({min: 0, max: 30});
const where = fc.constantFrom<Cut>('end', 'middle', 'start');
const line: fc.Arbitrary<Line> = fc.array(
  fc.oneof(fc.record({text: awkward}), fc.record({text: awkward, tone: fc.constant('bad' as const)})),
  {maxLength: 5},
);

describe('safe text', () => {
  it.each([
    ['bgm/01.mp3', 'bgm/01.mp3'],
    ['艦これ 🚢 e\u0301', '艦これ 🚢 e\u0301'],
    ['a\nb\tc', 'a\\x0ab\\x09c'],
    ['\x1b[31mred', '\\x1b[31mred'],
    ['\x9b31m', '\\x9b31m'],
    ['\u202egpj.exe', '\\u{202e}gpj.exe'],
    ['a\u2028b', 'a\\u{2028}b'],
    ['half \ud83d', 'half \\u{d83d}'],
    ['no\u200bthing', 'no\\u{200b}thing'],
  ])('%j is shown as %s', (text, shown) => {
    expect(safeText(text)).toBe(shown);
  });

  it('holds no control character, whatever it is made of', () => {
    fc.assert(
      fc.property(awkward, text => {
        expect(safeText(text)).not.toMatch(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect(withoutUnprintable(text)).not.toMatch(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});

describe('a fitted text', () => {
  it.each<[string, number, Cut | undefined, string]>([
    ['bgm', 5, undefined, 'bgm  '],
    ['bgm', 3, undefined, 'bgm'],
    ['bgm/01', 4, undefined, 'bgm…'],
    ['bgm/2013-04-23/01.mp3', 9, 'middle', 'bgm/….mp3'],
    ['bgm/2013-04-23/01.mp3', 7, 'start', '…01.mp3'],
    ['艦これ', 4, undefined, '艦… '],
    ['艦これ', 6, undefined, '艦これ'],
    ['e\u0301e\u0301e\u0301', 2, undefined, 'e\u0301…'],
    ['a\x1b[2J', 12, undefined, 'a\\x1b[2J    '],
    ['x', 0, undefined, ''],
    ['xy', 1, undefined, '…'],
  ])('%j in %i cells', (text, cells, cut, expected) => {
    expect(fitted(text, cells, cut)).toBe(expected);
  });

  it('stands at the right where asked', () => {
    expect(fitted('1,204', 7, 'end', 'right')).toBe('  1,204');
  });

  it('is exactly as wide as asked, and safe', () => {
    fc.assert(
      fc.property(
        awkward,
        width,
        where,
        fc.constantFrom('left' as const, 'right' as const),
        (text, cells, cut, align) => {
          const made = fitted(text, cells, cut, align);
          expect(stringWidth(made)).toBe(cells);
          expect(made).toBe(safeText(made));
        },
      ),
      {numRuns: 1_000},
    );
  });

  it('is the text itself where that has room', () => {
    fc.assert(
      fc.property(awkward, width, (text, more) => {
        const cells = widthOf(text) + more;
        fc.pre(cells > 0);
        expect(fitted(text, cells)).toBe(safeText(text) + ' '.repeat(more));
      }),
    );
  });
});

describe('a fitted line', () => {
  const plan: Line = [{text: '✔', tone: 'good'}, {text: ' dry run '}, {text: '2,238 listed', tone: 'dim'}];

  it.each<[number, Line]>([
    [24, [...plan, {text: '  '}]],
    [22, plan],
    [21, [...plan.slice(0, 2), {text: '2,238 list…', tone: 'dim'}]],
    [10, [plan[0] ?? {text: ''}, {text: ' dry run…'}]],
    [9, [plan[0] ?? {text: ''}, {text: ' dry ru…'}]],
    [1, [{text: '…', tone: 'good'}]],
    [0, []],
  ])('in %i cells', (cells, expected) => {
    expect(fitLine(plan, cells)).toEqual(expected);
  });

  it('is exactly as wide as asked, whatever its spans', () => {
    fc.assert(
      fc.property(line, width, (spans, cells) => {
        const made = fitLine(spans, cells);
        expect(stringWidth(textOf(made))).toBe(cells);
        expect(lineWidth(made)).toBe(cells);
        expect(textOf(made)).toBe(safeText(textOf(made)));
      }),
      {numRuns: 1_000},
    );
  });
});

it('cells stand side by side, with a gap between them', () => {
  const row = columns([
    {text: 'kcs2/', width: 7, tone: 'strong'},
    {text: '97.05 %', width: 8, align: 'right'},
    {text: 'kcs2/resources', width: 6, where: 'middle', tone: undefined},
  ]);
  expect(row).toEqual([
    {text: 'kcs2/  ', tone: 'strong'},
    {text: ' '},
    {text: ' 97.05 %'},
    {text: ' '},
    {text: 'kcs…es'},
  ]);
});
