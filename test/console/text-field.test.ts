import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {graphemesOf, safeText, widthOf} from '../../src/console/text.ts';
import {
  editField,
  emptyField,
  fieldOf,
  type TextField,
  type TextFieldAction,
  viewField,
} from '../../src/console/text-field.ts';

const type = (text: string): TextFieldAction => ({type: 'insert', text});
const [backspace, left, right, home, end, clear]: readonly TextFieldAction[] = [
  {type: 'backspace'},
  {type: 'left'},
  {type: 'right'},
  {type: 'home'},
  {type: 'end'},
  {type: 'clear'},
];

function after(actions: readonly (TextFieldAction | undefined)[]): string {
  const {text, cursor} = actions
    .filter(action => action !== undefined)
    .reduce<TextField>(editField, emptyField);
  return `${text.slice(0, cursor)}|${text.slice(cursor)}`;
}

describe('a text field', () => {
  it.each<[string, readonly (TextFieldAction | undefined)[], string]>([
    ['typing', [type('a'), type('bc')], 'abc|'],
    ['typing in the middle', [type('ac'), left, type('b')], 'ab|c'],
    ['backspace', [type('abc'), left, backspace], 'a|c'],
    ['backspace at the start', [type('abc'), home, backspace], '|abc'],
    ['home and end', [type('abc'), home, type('x'), end, type('y')], 'xabcy|'],
    ['right at the end', [type('ab'), right, right], 'ab|'],
    ['clear', [type('ab'), clear], '|'],
    ['an emoji is one step', [type('a👨‍👩‍👧b'), left, backspace], 'a|b'],
    ['an accent is part of its letter', [type('e'), type('\u0301'), backspace], '|'],
    ['right over a whole letter', [type('e\u0301x'), home, right], 'e\u0301|x'],
    ['a pasted newline', [type('dev_kc\nasset\r\n')], 'dev_kcasset|'],
    ['escapes and invisible characters', [type('a\x1b[2J\u202e\u200bb')], 'a[2Jb|'],
  ])('%s', (_, actions, expected) => {
    expect(after(actions)).toBe(expected);
  });

  it('starts with a text, the cursor at its end', () => {
    expect(fieldOf('bgm/\n')).toEqual({text: 'bgm/', cursor: 4});
  });

  const actions = fc.array(
    fc.oneof(
      fc.constantFrom('backspace', 'left', 'right', 'home', 'end').map(name => ({type: name}) as const),
      fc.oneof(fc.string({unit: 'grapheme'}), fc.string({unit: 'binary'})).map(text => type(text)),
      fc.constantFrom('\u0301', '\u200d', '🚢', '🇯', '艦').map(text => type(text)),
    ),
    {maxLength: 12},
  );

  it('stands behind the whole of what melts into one when what was between is taken away', () => {
    const field = editField({text: '🇯x🇵', cursor: 3}, {type: 'backspace'});
    expect(field).toEqual({text: '🇯🇵', cursor: 4});
  });

  it('keeps its cursor at the edge of a grapheme, in sight, in a view of the width asked for', () => {
    fc.assert(
      fc.property(actions, fc.integer({min: 1, max: 20}), (steps, width) => {
        const field = steps.reduce<TextField>(editField, emptyField);
        const before = graphemesOf(field.text.slice(0, field.cursor));
        const behind = graphemesOf(field.text.slice(field.cursor));
        expect([...before, ...behind]).toEqual(graphemesOf(field.text));
        expect(field.text).toBe(safeText(field.text));
        const view = viewField(field, width);
        expect(widthOf(view.before) + widthOf(view.at) + widthOf(view.after)).toBe(width);
        expect(widthOf(view.at)).toBeGreaterThanOrEqual(1);
      }),
      {numRuns: 500},
    );
  });
});

describe('what is seen of a field', () => {
  it.each<[string, number, number, readonly [string, string, string]]>([
    ['abc', 3, 6, ['abc', ' ', '  ']],
    ['abc', 1, 6, ['a', 'b', 'c   ']],
    ['abcdefgh', 8, 4, ['fgh', ' ', '']],
    ['abcdefgh', 4, 4, ['bcd', 'e', '']],
    ['abcdefgh', 0, 4, ['', 'a', 'bcd']],
    ['艦これ', 3, 4, ['れ', ' ', ' ']],
    ['艦これ', 0, 4, ['', '艦', 'こ']],
    ['', 0, 3, ['', ' ', '  ']],
  ])('%j with its cursor at %i, in %i cells', (text, cursor, width, [before, at, rest]) => {
    expect(viewField({text, cursor}, width)).toEqual({before, at, after: rest});
  });
});
