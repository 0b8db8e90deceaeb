import {fileURLToPath} from 'node:url';
import {expect, it} from 'vitest';
import {tempFolder} from '../../support/temp.ts';
import {openTerminal, type RealTerminal} from '../../support/terminal.ts';

const bin = fileURLToPath(new URL('../../../dist/src/bin.js', import.meta.url));

/** What a screen reader would have read since the last time: it follows what is written, and knows no screen. */
function listener(terminal: RealTerminal) {
  let heardTo = 0;
  return async (until: RegExp): Promise<string> => {
    await terminal.until(() => until.test(terminal.raw().slice(heardTo)), `${until} in what is said`);
    const said = terminal.raw().slice(heardTo);
    heardTo += said.length;
    return said;
  };
}

/** Marked pastes, a write that belongs together, a cursor that is shown: none of them moves or erases anything. */
const harmless = ['?2004h', '?2004l', '?2026h', '?2026l', '?25h'];

it.each([
  {way: 'by its flag', args: ['--screen-reader'], env: {}},
  {way: 'by the environment', args: [], env: {ACCESSIBLE: '1'}},
])('a sandbox is walked by what is said alone, $way', async ({args, env}) => {
  const cwd = tempFolder();
  await using terminal = openTerminal({
    command: process.execPath,
    args: [bin, '--sandbox', ...args],
    cwd,
    env: {XDG_STATE_HOME: `${cwd}/state`, ...env},
    columns: 200,
    patience: 40_000,
  });
  const hears = listener(terminal);
  expect(await hears(/Keys: .*Enter open/)).toMatch(/Screen: overview/);
  terminal.press('enter');
  // Until the ledger has answered, there is nothing to press.
  expect(await hears(/Keys(?: now also)?: .*Enter probe/)).toMatch(/Screen: runbook of asset-index/);
  terminal.press('enter');
  await hears(/done: probe[\s\S]*Keys now also: .*Enter dry run/);
  terminal.press('enter');
  await hears(/dry run of asset-index began/);
  const ended = await hears(/dry run of asset-index ended: \w+[\s\S]*Keys now also: .*Enter review/);
  expect(ended).toMatch(/2,238 listed = /);
  terminal.type('q');
  expect(await terminal.exit).toEqual({code: 0, signal: 0});
  expect(terminal.isAlternate()).toBe(false);
  expect(terminal.isCursorVisible()).toBe(true);
  const written = harmless.reduce((text, mode) => text.replaceAll(`\x1b[${mode}`, ''), terminal.raw());
  expect(written).not.toContain('\x1b');
  expect(written).not.toContain('\b');
  expect(written.replaceAll('\r\n', ''), 'no line is written over').not.toContain('\r');
  expect(written).not.toMatch(/[\u2190-\u21ff\u2500-\u27bf]/);
});
