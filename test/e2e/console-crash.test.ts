import {fileURLToPath} from 'node:url';
import {expect, it} from 'vitest';
import {
  expectGivenBack,
  finish,
  goLive,
  isGivenBack,
  isLive,
  lastWords,
  quit,
  toRunbook,
} from '../support/console-steps.ts';
import {ConsoleWorld, ends} from '../support/console-world.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../support/fixtures/${name}`, import.meta.url));
const broken = {node: ['--import', fixture('broken-screen.ts')]};

it('a screen that throws gives the terminal back, says so, and leaves with 1', async () => {
  const world = new ConsoleWorld();
  await using terminal = world.console([], broken);
  await terminal.until('Backfills');
  terminal.type('5');
  expect(await terminal.exit).toEqual({code: 1, signal: 0});
  expectGivenBack(terminal);
  expect(lastWords(terminal)).toContain('thrown by a screen');
});

it('a screen that throws while a run is live lets it come to rest, and says how to go on', async () => {
  const world = new ConsoleWorld();
  await world.planned();
  await using terminal = world.console([], broken);
  await goLive(terminal);
  terminal.type('5');
  expect(await terminal.exit).toEqual({code: 1, signal: 0});
  expectGivenBack(terminal);
  const {run, status} = await world.newest('live');
  expect(status).toBe('paused');
  expect(lastWords(terminal)).toContain(`live ${run} is paused`);
  expect(lastWords(terminal)).toContain(`headgate resume ${run} --ledger ledger.sqlite`);
  expect(lastWords(terminal)).toContain('thrown by a screen');
});

it('a screen that throws while the index is held by somebody else ends at Ctrl+C, and says both', async () => {
  const world = new ConsoleWorld();
  await world.planned();
  await using terminal = world.console([], broken);
  await goLive(terminal);
  using _held = world.held();
  terminal.type('5');
  await terminal.until(isGivenBack, 'the shell');
  terminal.press('ctrl+c');
  expect(await terminal.exit).toEqual({code: 130, signal: 0});
  expectGivenBack(terminal);
  expect(lastWords(terminal)).toContain('thrown by a screen');
});

it('after a kill -9 the next console says that the process is gone, and completes the run', async () => {
  const world = new ConsoleWorld();
  await world.planned();
  await using killed = world.console();
  await goLive(killed);
  killed.kill('SIGKILL');
  expect(await killed.exit).toEqual({code: 0, signal: 9});
  expect(await world.newest('live')).toMatchObject({status: 'running'});

  await using terminal = world.console();
  await terminal.until('its process is gone');
  expect(isLive(terminal)).toBe(false);
  await toRunbook(terminal);
  await terminal.until('enter resume');
  terminal.press('enter');
  await terminal.until(isLive, 'LIVE');
  await finish(terminal);
  await quit(terminal);
  await world.expectComplete();
});

it('a window that is closed while a run is live lets it come to rest', async () => {
  const world = new ConsoleWorld();
  await world.planned();
  await using window = await world.shell([process.execPath, fixture('window.ts')]);
  window.type(`headgate console ${ends.join(' ')}\r`);
  await goLive(window);
  window.kill('SIGKILL');
  await window.exit;
  await expect.poll(() => world.newest('live'), {timeout: 20_000}).toMatchObject({status: 'paused'});
  await using terminal = world.console();
  await terminal.until('interrupted');
  await toRunbook(terminal);
  await terminal.until('enter resume');
  terminal.press('enter');
  await terminal.until(isLive, 'LIVE');
  await finish(terminal);
  await quit(terminal);
  await world.expectComplete();
});
