import {existsSync, readdirSync} from 'node:fs';
import {expect, it} from 'vitest';
import {
  dryRun,
  expectGivenBack,
  faster,
  fill,
  finish,
  goLive,
  isLive,
  probe,
  quit,
  toConfirmation,
  toReview,
  toRunbook,
} from '../support/console-steps.ts';
import {ConsoleWorld, expectIdentity, openSandbox} from '../support/console-world.ts';
import {tempFolder} from '../support/temp.ts';

it('the sandbox leads through the whole runbook: one object fails, is seen, and is taken up again', async () => {
  const tmp = tempFolder();
  const sandboxes = () => readdirSync(tmp).filter(name => name.startsWith('headgate-sandbox-'));
  await using terminal = openSandbox(tmp);
  await terminal.until('Backfills');
  await terminal.until('asset-index');
  expect(terminal.isAlternate()).toBe(true);
  expect(sandboxes()).toHaveLength(1);
  await toRunbook(terminal);
  await terminal.until('touches nothing');
  await probe(terminal);
  await terminal.until(/✔ probe/);
  await dryRun(terminal);
  await terminal.until(/dry run +2,238 listed · 2,171 to change · 1 failed/);
  expect(isLive(terminal)).toBe(false);

  await toReview(terminal);
  await terminal.until(/881 │ +1,290 │ +66 │ +1 │ +2,238/);
  await terminal.until('NULL → ');
  await toConfirmation(terminal);
  await fill(terminal, 'target', 'asset-index');
  await terminal.until('✖ this is not asset-index.sqlite');
  terminal.press('ctrl+u');
  await fill(terminal, 'target', 'asset-index.sqlite');
  await fill(terminal, 'failures accepted', '2');
  await terminal.until('✖ this is not 1');
  expect(isLive(terminal)).toBe(false);
  terminal.press('backspace');
  await fill(terminal, 'failures accepted', '1');
  await terminal.until(isLive, 'LIVE');
  faster(terminal);
  await terminal.until(/live +2,171 items written · 1 failed/);
  await terminal.until('enter retry');
  expect(isLive(terminal)).toBe(false);

  terminal.type('6');
  await terminal.until('Left open by');
  await terminal.until(/> kcs2\/resources\/\S+/);
  await terminal.until('EIO');
  await terminal.until('retry');
  terminal.type('2');
  await terminal.until('enter retry');
  terminal.press('enter');
  await terminal.until('all is done');
  await terminal.until(/882 │ +1,290 │ +66 │ +0 │ +2,238/);
  terminal.type('4');
  await terminal.until(/> all .* 100\.00 % +2,238 of 2,238/);
  terminal.type('5');
  await terminal.until(/Invariants of asset-index/);
  expect(terminal.screen().join('\n')).not.toContain('✖');
  terminal.type('7');
  await terminal.until(/live +completed +2,172 changed/);

  await quit(terminal);
  expect(terminal.normalText()).toMatch(/asset-index: live \S+ is completed\n.*2,238 listed/);
  expect(terminal.normalText()).toContain('The sandbox is removed');
  expect(sandboxes()).toEqual([]);
});

it('a folder and an index of ones own, in the smallest terminal: rows and accounts are right', async () => {
  const world = new ConsoleWorld({settings: {rate: 200}});
  await using terminal = world.console([], {columns: 60, rows: 16});
  await toRunbook(terminal);
  await probe(terminal);
  await dryRun(terminal);
  await toReview(terminal);
  await toConfirmation(terminal);
  await fill(terminal, 'target', 'index.sqlite');
  await terminal.until(isLive, 'LIVE');
  await finish(terminal);
  terminal.type('4');
  await terminal.until('100.00 %');
  await quit(terminal);
  expect(terminal.normalText()).toMatch(/asset-index: live \S+ is completed/);
  await world.expectComplete();
  expectIdentity(await world.newest('dry-run'));
  expect(existsSync(`${world.cwd}/state`), 'nothing but the ledger that was named').toBe(false);
});

it('a plan that another command made is reviewed and executed, and its undo is looked at from here', async () => {
  const world = new ConsoleWorld();
  await world.planned();
  await using terminal = world.console();
  await goLive(terminal);
  await finish(terminal);
  terminal.type('u');
  await terminal.until('DRY RUN');
  faster(terminal);
  await terminal.until('step 3 of 5');
  await toReview(terminal);
  await toConfirmation(terminal);
  await terminal.until(/Undo run/);
  await fill(terminal, 'target', 'index.sqlite');
  await terminal.until(/UNDO$/m);
  faster(terminal);
  await terminal.until(/undo +\d+ items put back/);
  terminal.type('q');
  await terminal.exit;
  expectGivenBack(terminal);
  expect(terminal.normalText()).toMatch(/undo \S+ is completed/);
});
