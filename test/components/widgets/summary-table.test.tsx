import {Box, Text, useInput} from 'ink';
import {useState} from 'react';
import {afterEach, describe, expect, it} from 'vitest';
import {colorTheme, monoTheme, ThemeProvider} from '../../../components/theme.tsx';
import {SummaryTable, type SummaryTableProps} from '../../../components/widgets/summary-table.tsx';
import {drawWidget} from '../../frames/draw-widget.ts';
import {type Frame, renderFrame} from '../../frames/render-frame.tsx';

const open: Frame[] = [];

afterEach(async () => {
  for (const frame of open.splice(0)) await frame.unmount();
});

const columns: SummaryTableProps['columns'] = [
  {title: 'outcome'},
  {title: 'items', align: 'right', tone: 'strong'},
];
const rows = [
  ['updated', '2,172'],
  ['艦これ 🚢', '66'],
  ['cafe\u0301', '0'],
];

function drawn(props: Partial<SummaryTableProps>, ascii = false) {
  const table = (
    <ThemeProvider value={{...monoTheme, ascii}}>
      <SummaryTable columns={columns} rows={rows} width={40} {...props} />
    </ThemeProvider>
  );
  return drawWidget(table);
}

function Changing() {
  const [hasChanged, setHasChanged] = useState(false);
  useInput(() => setHasChanged(true));
  return (
    <ThemeProvider value={{...monoTheme, ascii: hasChanged}}>
      <SummaryTable
        columns={hasChanged ? columns.toReversed() : columns}
        rows={hasChanged ? [['66', 'skipped']] : rows}
        width={40}
      />
    </ThemeProvider>
  );
}

describe('a summary', () => {
  it('is a table with its numbers at the right', () => {
    expect(drawn({})).toEqual([
      '┌───────────┬───────┐',
      '│ outcome   │ items │',
      '├───────────┼───────┤',
      '│ updated   │ 2,172 │',
      '├───────────┼───────┤',
      '│ 艦これ 🚢 │    66 │',
      '├───────────┼───────┤',
      '│ cafe\u0301      │     0 │',
      '└───────────┴───────┘',
    ]);
  });

  it('is cut to its width, words before numbers', () => {
    expect(drawn({rows: [['not found at the source', '1,234,567']], width: 24})).toEqual([
      '┌──────────┬───────────┐',
      '│ outcome  │     items │',
      '├──────────┼───────────┤',
      '│ not fou… │ 1,234,567 │',
      '└──────────┴───────────┘',
    ]);
  });

  it('is drawn in ASCII', () => {
    expect(drawn({rows: [['→ 艦これ', '5 %']]}, true)).toEqual([
      '+----------+-------+',
      '| outcome  | items |',
      '+----------+-------+',
      '| > ?????? |   5 % |',
      '+----------+-------+',
    ]);
  });

  it('has eight rows at most, and says that there are more', () => {
    const lines = drawn({rows: Array.from({length: 10}, (_, index) => [`group ${index}`, '1'])});
    expect(lines).toHaveLength(20);
    expect(lines.filter(line => line.includes('group'))).toHaveLength(8);
    expect(lines.at(-1)).toBe('and 2 more');
  });

  it('has a title where it has no rows', () => {
    expect(drawn({rows: []})).toEqual(['┌─────────┬───────┐', '│ outcome │ items │', '└─────────┴───────┘']);
  });

  it('leaves what is beside it alone, however narrow it is', () => {
    const beside = (
      <Box>
        <SummaryTable columns={columns} rows={rows} width={6} />
        <Text>beside</Text>
      </Box>
    );
    expect(drawWidget(beside)[0]).toBe('┌───┬─beside');
  });

  it('follows what changes: its theme, its columns and its rows', async () => {
    const frame = await renderFrame(<Changing />);
    open.push(frame);
    frame.press('x');
    await frame.settled();
    expect(frame.frame().split('\n')).toEqual([
      '+-------+---------+',
      '| items | outcome |',
      '+-------+---------+',
      '|    66 | skipped |',
      '+-------+---------+',
    ]);
  });

  it('has the tones of its columns', async () => {
    const frame = await renderFrame(
      <ThemeProvider value={colorTheme}>
        <SummaryTable columns={[{title: 'outcome', tone: 'bad'}]} rows={[['failed']]} width={40} />
      </ThemeProvider>,
    );
    open.push(frame);
    expect(frame.cells()[1]?.[2]).toMatchObject({text: 'o', bold: true, foreground: null});
    expect(frame.cells()[3]?.[2]).toMatchObject({text: 'f', bold: true, foreground: 1});
    expect(frame.cells()[3]?.[0]).toMatchObject({text: '│', dim: true});
  });
});
