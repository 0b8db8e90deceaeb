import {expect, it} from 'vitest';
import {fill, quit, toConfirmation} from '../support/console-steps.ts';
import {openSandbox} from '../support/console-world.ts';
import {tempFolder} from '../support/temp.ts';

it('the sandbox is recovered by keys: looked at, confirmed by its name, mended, and what is left is named', {
  timeout: 120_000,
}, async () => {
  await using terminal = openSandbox(tempFolder());
  await terminal.until('artifacts-cleanup');
  terminal.type('j');
  await terminal.until('R recovery');
  terminal.type('R');
  await terminal.until('Recovery of artifacts.sqlite');
  terminal.press('enter');
  await terminal.until('step 2 of 5: watch');
  await terminal.until('looked: nothing was written');
  await terminal.until(/! artifacts-cleanup +127 changes to make, 3 left alone/);
  await terminal.until('enter recover …');
  await toConfirmation(terminal);
  await fill(terminal, 'target', 'artifacts.sqlite');
  await terminal.until('no other Headgate writes to it');
  await terminal.until(/\bdone ─╮/);
  await terminal.until(/! artifacts-cleanup +127 changes made, 3 left alone/);
  await terminal.until(/every object has one row at most +130 → +3/);
  terminal.type('G');
  await terminal.until('7 lists them');
  terminal.type('6');
  await terminal.until('conflict');
  terminal.press('esc');
  await terminal.until('Outcome');
  await quit(terminal);
  expect(terminal.normalText()).toContain('The sandbox is removed');
});
