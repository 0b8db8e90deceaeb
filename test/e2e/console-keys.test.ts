import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {
  expectGivenBack,
  finish,
  goLive,
  isLive,
  lastWords,
  toConfirmation,
  toReview,
  toRunbook,
} from '../support/console-steps.ts';
import {ConsoleWorld, targetName} from '../support/console-world.ts';
import type {RealTerminal} from '../support/terminal.ts';

it.each([
  ['pasted', (terminal: RealTerminal) => terminal.paste(`${targetName}\n`)],
  ['pasted where no paste is marked', (terminal: RealTerminal) => terminal.type(`${targetName}\r`)],
  ['pasted with a line feed', (terminal: RealTerminal) => terminal.type(`${targetName}\n`)],
])('the name with a line break, %s, confirms nothing; Enter by itself does', async (_, put) => {
  const world = new ConsoleWorld();
  await world.planned();
  await using terminal = world.console();
  await toRunbook(terminal);
  await toReview(terminal);
  await toConfirmation(terminal);
  put(terminal);
  await terminal.until(new RegExp(`> target +${targetName} +│`));
  terminal.press('tab');
  await terminal.until('> [ Cancel ]');
  expect((await world.headgate('status')).map(({mode}) => mode)).toEqual(['dry-run']);
  terminal.press('shift+tab');
  await terminal.until('> target');
  terminal.press('enter');
  await terminal.until(isLive, 'LIVE');
  await finish(terminal);
});

it('a confirmation whose focus is on Cancel is closed by Enter, and nothing is written', async () => {
  const world = new ConsoleWorld();
  await world.planned();
  await using terminal = world.console();
  await toRunbook(terminal);
  await toReview(terminal);
  await toConfirmation(terminal);
  terminal.press('enter');
  await terminal.until('Review of');
  expect((await world.headgate('status')).map(({mode}) => mode)).toEqual(['dry-run']);
});

it('keys of one read are each a key: jjjj is four rows down', async () => {
  const world = new ConsoleWorld();
  await world.planned();
  await using terminal = world.console();
  await toRunbook(terminal);
  terminal.type('3');
  await terminal.until('> to insert');
  terminal.type('jjjj');
  await terminal.until('> to skip');
  terminal.type('kkj');
  await terminal.until('> unchanged');
  terminal.press('up', 'up', 'up');
  await terminal.until('> to insert');
});

it('Ctrl+C that comes together with other keys, or with another Ctrl+C, is none the less one', async () => {
  const world = new ConsoleWorld();
  await world.planned();
  await using idle = world.console();
  await toRunbook(idle);
  idle.type('jj\x03');
  expect(await idle.exit).toEqual({code: 130, signal: 0});
  expectGivenBack(idle);

  await using terminal = world.console();
  await goLive(terminal);
  terminal.type('\x03\x03');
  expect(await terminal.exit).toEqual({code: 130, signal: 0});
  expectGivenBack(terminal);
  expect(lastWords(terminal)).toMatch(/^left at once/);
});

it('Ctrl+L draws the screen anew over what another program wrote across it', async () => {
  const world = new ConsoleWorld();
  await using terminal = await world.shell();
  terminal.type('mkfifo go; (cat go; printf "\\033[4;4Hstray words") & headgate console\r');
  await terminal.until('Backfills');
  await terminal.until('? keys');
  writeFileSync(join(world.cwd, 'go'), '');
  await terminal.until('stray words');
  terminal.press('ctrl+l');
  await terminal.until(({screen}) => !screen().join('').includes('stray words'), 'a screen without them');
  await terminal.until('Backfills');
});
