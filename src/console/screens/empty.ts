import type {Layout} from '../layout.ts';
import {roomOf, type Screen} from './screen.ts';
import {paragraph} from './wrapped.ts';

/** A screen that has nothing to show yet, and says what fills it. */
export function emptyPanel(layout: Layout, title: string, text: string): Screen {
  const {width} = roomOf(layout, layout.rows);
  return {
    panels: [
      {
        title,
        note: '',
        height: layout.rows,
        blocks: [{type: 'lines', lines: paragraph(text, width, 'dim')}],
      },
    ],
  };
}
