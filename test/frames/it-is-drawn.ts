import stringWidth from 'string-width';
import {expect, it} from 'vitest';
import {colorTheme, monoTheme} from '../../components/theme.tsx';
import {shownView} from '../../src/console/state.ts';
import {expectWellDrawn, frameAt, sizes, stillConsole, wordsOf} from './console-frame.tsx';
import type {Case} from './console-states.ts';

/** Draws each state at every size; on small screens also without colours, and in ASCII. */
export function itIsDrawn(cases: readonly Case[]): void {
  it.each(cases)('$name', async ({state, says, saysMore = [], saysNot = []}) => {
    const model = await stillConsole();
    for (const size of sizes) {
      const frame = await frameAt(model, state, size);
      expectWellDrawn(frame, size);
      expect(frame, 'a word twice').not.toMatch(/(?<![\p{L}\d_-])(\p{L}{3,}) +\1(?![\p{L}\d_-])/u);
      if (state.dialog === null && !shownView(state).isFiltering) expect(frame).toMatch(/ {2}\? keys$/);
      for (const said of size[0] >= 80 ? [...says, ...saysMore] : says)
        expect(wordsOf(frame), `at ${size.join('×')}:\n${frame}`).toContain(said);
      for (const said of saysNot) expect(wordsOf(frame)).not.toContain(said);
      if (size[0] > 80) continue;
      expect(await frameAt(model, state, size, monoTheme), 'without colours').toBe(frame);
      expectSameInAscii(frame, await frameAt(model, state, size, {...colorTheme, ascii: true}));
    }
  });
}

function expectSameInAscii(frame: string, ascii: string): void {
  expect(ascii).toMatch(/^[\n -~]*$/);
  expect(ascii.split('\n').map(row => row.length)).toEqual(frame.split('\n').map(row => stringWidth(row)));
}
