import {Box, Text} from 'ink';
import {createContext, useContext} from 'react';
import {type SummaryColumn, summaryHeight, summaryLayout} from '../../src/console/summary.ts';
import {fitted} from '../../src/console/text.ts';
import {InkTable, type InkTableCellProps, type InkTablePieceProps} from '../ink-table.ts';
import {drawn, type TextStyle, useTheme} from '../theme.tsx';
import {StyledLine} from './styled-line.tsx';

export interface SummaryTableProps {
  readonly columns: readonly SummaryColumn[];
  /** Formatted already. Eight are drawn; of more it is said how many there are. */
  readonly rows: readonly (readonly string[])[];
  readonly width: number;
}

/** ink-table keeps the components that it is first given, so what may change reaches them as a context. */
interface Drawing {
  readonly widths: readonly number[];
  readonly titles: readonly string[];
  readonly styles: readonly TextStyle[];
}

const DrawingContext = createContext<Drawing>({widths: [], titles: [], styles: []});

/**
 * What a run came to, or what a plan holds, once it is settled: it costs ten rows of text for each of its own, so
 * nothing that moves is drawn with it. It is `width` × `summaryHeight(rows.length)`.
 *
 *     ┌──────────┬───────┐
 *     │ outcome  │ items │
 *     ├──────────┼───────┤
 *     │ updated  │ 2,172 │
 *     └──────────┴───────┘
 */
export function SummaryTable({columns, rows, width}: SummaryTableProps) {
  const {tones} = useTheme();
  const {widths, titles, rows: shown, hidden} = summaryLayout(columns, rows, width);
  const styles = columns.map(({tone}) => (tone === undefined ? {} : tones[tone]));
  return (
    <Box
      flexDirection="column"
      flexShrink={0}
      width={width}
      height={summaryHeight(rows.length)}
      overflow="hidden"
    >
      <DrawingContext value={{widths, titles, styles}}>
        <Box flexShrink={0} width={tableWidth(widths)}>
          <InkTable
            data={shown.map(row => Object.fromEntries(row.map((cell, column) => [String(column), cell])))}
            columns={columns.map((_, column) => String(column))}
            header={Title}
            cell={Cell}
            skeleton={Piece}
          />
        </Box>
      </DrawingContext>
      {hidden > 0 && <StyledLine line={[{text: `and ${hidden} more`, tone: 'dim'}]} width={width} />}
    </Box>
  );
}

function tableWidth(widths: readonly number[]): number {
  return widths.reduce((sum, each) => sum + each + 3, 1);
}

function Title({column}: InkTableCellProps) {
  const theme = useTheme();
  const {titles} = useContext(DrawingContext);
  return <Text {...theme.tones.strong}>{drawn(` ${titles[column] ?? ''} `, theme)}</Text>;
}

function Cell({column, children}: InkTableCellProps) {
  const theme = useTheme();
  const {widths, styles} = useContext(DrawingContext);
  // Padded by ink-table for its length; only the spaces at its end can be too many or too few.
  const text = fitted(String(children).trimEnd(), (widths[column] ?? 0) + 2);
  return <Text {...styles[column]}>{drawn(text, theme)}</Text>;
}

function Piece({column, children}: InkTablePieceProps) {
  const theme = useTheme();
  const {widths} = useContext(DrawingContext);
  const text = column === undefined ? String(children) : '─'.repeat((widths[column] ?? 0) + 2);
  return <Text {...theme.tones.dim}>{drawn(text, theme)}</Text>;
}
