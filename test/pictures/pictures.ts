import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {openTerminal, type RealTerminal} from '../support/terminal.ts';
import {keyPage} from './key-page.ts';
import {svgOf} from './svg.ts';

/** npm run pictures: the README's pictures, taken from the built program while it works on its sandbox, and the key page. */
const docs = fileURLToPath(new URL('../../docs/', import.meta.url));
const folder = join(docs, 'pictures');
const bin = fileURLToPath(new URL('../../dist/src/bin.js', import.meta.url));

const home = await mkdtemp(join(tmpdir(), 'headgate-pictures-'));
try {
  await using terminal = openTerminal({
    command: process.execPath,
    args: [bin, '--sandbox'],
    cwd: home,
    patience: 60_000,
  });
  await mkdir(folder, {recursive: true});
  await writeFile(join(docs, 'keys.md'), keyPage());
  await goLive(terminal);
  // The moment at which pace and time left are known, and much is still to come.
  await terminal.until(/1,[3-6]\d\d\/2,238.* left/s);
  await keep('runbook-live', 'The runbook while a live run is at work', terminal);
  await terminal.until('retry: ');
  terminal.type('4');
  // The footer is drawn last.
  await terminal.until('/ filter');
  await keep('coverage', 'Coverage by group, one object missing', terminal);
} finally {
  await rm(home, {recursive: true, force: true});
}

/** From the first screen to the live run, by the one key that goes on. */
async function goLive(terminal: RealTerminal): Promise<void> {
  await terminal.until('opens the guided steps');
  for (const ready of ['enter probe', 'enter dry run', 'enter review', 'costs']) {
    terminal.press('enter');
    await terminal.until(ready);
  }
  terminal.press('enter');
  await terminal.until('failures accepted');
  await typed(terminal, 'asset-index.sqlite', 1);
  await typed(terminal, '1', 2);
}

/** Enter comes by itself, as from a hand: together with the text it would be a paste. */
async function typed(terminal: RealTerminal, text: string, fields: number): Promise<void> {
  terminal.type(text);
  await terminal.until(({screen}) => screen().filter(row => row.includes('✔ enter')).length === fields);
  terminal.press('enter');
}

async function keep(name: string, title: string, terminal: RealTerminal): Promise<void> {
  await writeFile(join(folder, `${name}.svg`), svgOf(terminal.cells(), title));
}
