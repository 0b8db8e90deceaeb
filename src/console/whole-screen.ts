import {screenOf} from './frame.ts';
import {layoutOf} from './layout.ts';
import type {Block} from './screens/screen.ts';
import type {ConsoleState} from './state.ts';
import {summaryLayout} from './summary.ts';
import {textOf} from './text.ts';

/** Rows that no screen has. */
const endless = 1_000_000;

/** All of a screen as text, also what goes beyond its rows: for a pager. */
export function wholeScreen(state: ConsoleState): string {
  const {columns} = state.size;
  const {panels} = screenOf(state, {...layoutOf({columns, rows: endless}, false), isWhole: true});
  const lines = panels.flatMap(({title, note, blocks}) => [
    note === '' ? title : `${title} (${note})`,
    '',
    ...blocks.flatMap(block => linesOf(block, columns)),
    '',
  ]);
  return `${lines.map(line => line.trimEnd()).join('\n')}\n`;
}

function linesOf(block: Block, width: number): readonly string[] {
  switch (block.type) {
    case 'lines':
      return block.lines.map(textOf);
    case 'table': {
      const {titles, rows} = summaryLayout(block.columns, block.rows, width);
      return [titles, ...rows].map(row => row.join('  '));
    }
    case 'field':
      return [`${textOf(block.label)}${block.field.text}`];
    default:
      return block satisfies never;
  }
}
