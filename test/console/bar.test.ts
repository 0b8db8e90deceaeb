import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {barSpans, sparkline} from '../../src/console/bar.ts';
import {textOf} from '../../src/console/text.ts';

describe('a bar', () => {
  it.each([
    [11, 6, 2, 11, '━━━━━━╍╍───'],
    [10, 0, 0, 10, '──────────'],
    [10, 10, 0, 10, '━━━━━━━━━━'],
    [10, 12, 0, 10, '━━━━━━━━━━'],
    [10, 999, 0, 1_000, '━━━━━━━━━─'],
    [10, 999, 1, 1_000, '━━━━━━━━━╍'],
    [10, 5, 9, 10, '━━━━━╍╍╍╍╍'],
    [10, 5, 5, null, '──────────'],
    [10, 0, 0, 0, '━━━━━━━━━━'],
    [1, 1, 0, 2, '─'],
    [0, 1, 0, 2, ''],
  ])('%i cells, %i done and %i under way of %s', (width, done, underWay, total, expected) => {
    expect(textOf(barSpans(width, done, underWay, total))).toBe(expected);
  });

  it('tells by its glyphs as by its tones what is done', () => {
    expect(barSpans(4, 1, 1, 4)).toEqual([
      {text: '━', tone: 'bar'},
      {text: '╍', tone: 'bar'},
      {text: '──', tone: 'track'},
    ]);
  });

  it('is full if and only if all is done, and never goes back', () => {
    const count = fc.nat(5_000);
    fc.assert(
      fc.property(fc.integer({min: 1, max: 80}), count, count, count, (width, done, underWay, total) => {
        const bar = textOf(barSpans(width, done, underWay, total));
        expect(bar).toHaveLength(width);
        expect(bar === '━'.repeat(width)).toBe(done >= total);
        const next = textOf(barSpans(width, done + 1, underWay, total));
        expect(next.lastIndexOf('━')).toBeGreaterThanOrEqual(bar.lastIndexOf('━'));
      }),
    );
  });
});

describe('a sparkline', () => {
  it.each<[readonly number[], number, string]>([
    [[0, 1, 2, 3, 4, 5, 6, 7], 8, '▁▂▃▄▅▆▇█'],
    [[0, 0, 0], 3, '▁▁▁'],
    [[1, 1_000], 2, '▂█'],
    [[5, 5], 4, '  ██'],
    [[9, 9, 0, 7], 2, '▁█'],
    [[], 3, '   '],
    [[1, 2], 0, ''],
  ])('%j in %i cells', (values, width, expected) => {
    expect(textOf(sparkline(values, width))).toBe(expected);
  });
});
