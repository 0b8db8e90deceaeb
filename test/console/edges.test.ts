import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {hintLine, panelContent, panelTop, spread} from '../../src/console/edges.ts';
import {lineWidth, textOf} from '../../src/console/text.ts';
import {windowStart} from '../../src/console/window.ts';

const words = fc.string({unit: 'grapheme', maxLength: 30});
const width = fc.integer({min: 0, max: 80});

describe('the top of a panel', () => {
  it.each([
    ['Coverage', '1 h old', 40, '╭ Coverage ────────────────── 1 h old ─╮'],
    ['Coverage', '', 20, '╭ Coverage ────────╮'],
    ['', '', 10, '╭────────╮'],
    ['Coverage', 'a very long note', 20, '╭ Coverage ────────╮'],
    ['Coverage of every group', '', 20, '╭ Coverage of ev… ─╮'],
    ['Log', '9 wide in', 20, '╭ Log ─ 9 wide in ─╮'],
    ['Log', '10 wide in', 20, '╭ Log ─────────────╮'],
    ['艦これ', '', 12, '╭ 艦これ ──╮'],
    ['Log', '', 4, '╭──╮'],
    ['Log', '', 1, '…'],
  ])('%s, %s, %i wide', (title, note, cells, expected) => {
    expect(textOf(panelTop(title, note, cells, true))).toBe(expected);
  });

  it('is a row with the title where there is no border', () => {
    expect(textOf(panelTop('Log', '3 new', 12, false))).toBe('Log    3 new');
  });

  it('is exactly as wide as the panel', () => {
    fc.assert(
      fc.property(words, words, width, fc.boolean(), (title, note, cells, isBordered) => {
        expect(lineWidth(panelTop(title, note, cells, isBordered))).toBe(cells);
      }),
    );
  });
});

it('the content of a panel is what its border leaves', () => {
  expect(panelContent({width: 80, height: 10}, true)).toEqual({width: 76, height: 8});
  expect(panelContent({width: 80, height: 10}, false)).toEqual({width: 80, height: 9});
  expect(panelContent({width: 3, height: 1}, true)).toEqual({width: 0, height: 0});
});

describe('left and right', () => {
  it.each([
    ['headgate', 'LIVE', 16, 'headgate    LIVE'],
    ['headgate › runbook', 'LIVE', 16, 'headgate ›… LIVE'],
    ['headgate', '', 10, 'headgate  '],
    ['headgate', 'LIVE', 4, 'LIVE'],
    ['headgate', 'LIVE', 3, 'LI…'],
  ])('%s and %s in %i cells', (left, right, cells, expected) => {
    expect(textOf(spread([{text: left}], [{text: right}], cells))).toBe(expected);
  });

  it('are exactly as wide as asked', () => {
    fc.assert(
      fc.property(words, words, width, (left, right, cells) => {
        expect(lineWidth(spread([{text: left}], [{text: right}], cells))).toBe(cells);
      }),
    );
  });
});

describe('hints', () => {
  const hints = ['p pause', 's cancel', 'esc back', '? keys'].map(text => [{text}]);

  it.each([
    [40, ' p pause  s cancel  esc back  ? keys    '],
    [36, ' p pause  s cancel  esc back  ? keys'],
    [35, ' p pause  s cancel  ? keys         '],
    [15, ' ? keys        '],
    [7, ' ? keys'],
    [5, ' ? k…'],
  ])('in %i cells', (cells, expected) => {
    expect(textOf(hintLine(hints, cells))).toBe(expected);
  });
});

describe('the window of a list', () => {
  it.each([
    [5, 10, 4, 0],
    [100, 10, 0, 0],
    [100, 10, 50, 45],
    [100, 10, 99, 90],
    [100, 10, -1, 0],
    [0, 10, -1, 0],
  ])('%i lines in %i rows, focus on %i: from %i', (count, height, focus, expected) => {
    expect(windowStart(count, height, focus)).toBe(expected);
  });

  it('holds the focused line', () => {
    fc.assert(
      fc.property(
        fc.integer({min: 1, max: 500}),
        fc.integer({min: 1, max: 50}),
        fc.nat(),
        (count, height, at) => {
          const focus = at % count;
          const start = windowStart(count, height, focus);
          expect(focus).toBeGreaterThanOrEqual(start);
          expect(focus).toBeLessThan(start + height);
        },
      ),
    );
  });
});
