import {render} from 'ink-testing-library';
import type {ReactElement} from 'react';

/** What sets a style; any other escape would be a fault, and is left to be seen. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: escapes are what this is about
const style = /\x1b\[[\d;]*m/g;

/** The rows of one widget at 100 columns, without colours, weight and the spaces at their ends. */
export function drawWidget(node: ReactElement): readonly string[] {
  const {lastFrame, unmount} = render(node);
  const frame = lastFrame() ?? '';
  unmount();
  return frame
    .replace(style, '')
    .split('\n')
    .map(row => row.trimEnd());
}
