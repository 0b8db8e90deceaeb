import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {type SummaryColumn, summaryHeight, summaryLayout} from '../../src/console/summary.ts';
import {widthOf} from '../../src/console/text.ts';

const columns: readonly SummaryColumn[] = [{title: 'outcome'}, {title: 'items', align: 'right'}];

describe('the layout of a summary', () => {
  it('pads every cell to its column, numbers at the right', () => {
    expect(
      summaryLayout(
        columns,
        [
          ['updated', '2,172'],
          ['failed', '0'],
        ],
        40,
      ),
    ).toEqual({
      widths: [7, 5],
      titles: ['outcome', 'items'],
      rows: [
        ['updated', '2,172'],
        ['failed ', '    0'],
      ],
      hidden: 0,
    });
  });

  it('cuts words before numbers', () => {
    const {widths, rows} = summaryLayout(columns, [['resource not found', '1,234,567']], 25);
    expect(widths).toEqual([9, 9]);
    expect(rows).toEqual([['resource…', '1,234,567']]);
  });

  it('cuts words before wider numbers, down to four cells', () => {
    expect(summaryLayout(columns, [['updated', '1,234,567,890']], 24).widths).toEqual([4, 13]);
    expect(summaryLayout(columns, [['updated', '1,234,567,890']], 23).widths).toEqual([4, 12]);
  });

  it('shows eight rows, and says how many it does not', () => {
    const {rows, hidden} = summaryLayout(columns, Array(11).fill(['updated', '1']), 40);
    expect([rows.length, hidden, summaryHeight(11), summaryHeight(8)]).toEqual([8, 3, 20, 19]);
  });

  it('fits wherever each column has a cell', () => {
    const cell = fc.string({unit: 'grapheme', maxLength: 20});
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell, cell), {maxLength: 10}),
        fc.integer({min: 9, max: 60}),
        (rows, width) => {
          const layout = summaryLayout(columns, rows, width);
          expect(layout.widths.reduce((sum, each) => sum + each + 3, 1)).toBeLessThanOrEqual(width);
          for (const row of [layout.titles, ...layout.rows]) expect(row.map(widthOf)).toEqual(layout.widths);
        },
      ),
    );
  });
});
