import {mkdir, writeFile} from 'node:fs/promises';
import {fileURLToPath} from 'node:url';
import {openTerminal, type RealTerminal, type TerminalOptions} from '../support/terminal.ts';
import {svgOf} from './svg.ts';

/** npm run pictures: the README's pictures, taken from the built program in a real terminal. */
const folder = fileURLToPath(new URL('../../docs/pictures/', import.meta.url));

/** Starts a program, walks to the screen that is wanted, and keeps what stands there as NAME.svg. */
export async function picture(
  name: string,
  options: TerminalOptions,
  walk: (terminal: RealTerminal) => Promise<void>,
): Promise<void> {
  await using terminal = openTerminal(options);
  await walk(terminal);
  await mkdir(folder, {recursive: true});
  await writeFile(`${folder}${name}.svg`, svgOf(terminal.cells()));
}
