import {DatabaseSync} from 'node:sqlite';
import {expect, it} from 'vitest';
import {expectGivenBack, goLive, isLive, lastWords, toRunbook} from '../support/console-steps.ts';
import {ConsoleWorld, headgateFunction} from '../support/console-world.ts';
import {openTerminal, type RealTerminal} from '../support/terminal.ts';

/** The command among the last lines, run as it stands there, only faster. */
async function runPrinted(world: ConsoleWorld, left: RealTerminal): Promise<void> {
  const command = /: (headgate resume .*)$/m.exec(lastWords(left))?.[1];
  expect(command, lastWords(left)).toBeDefined();
  await using shell = openTerminal({
    command: 'bash',
    args: ['-c', `${headgateFunction}; ${command} --rate 100000 2>&1`],
    cwd: world.cwd,
    patience: 60_000,
  });
  expect(await shell.exit, shell.normalText()).toEqual({code: 0, signal: 0});
}

it('q while a run is live asks, and Enter stays; who leaves is told how to go on, and that completes it', async () => {
  const world = new ConsoleWorld();
  await world.planned();
  await using terminal = world.console();
  await goLive(terminal);
  terminal.type('q');
  await terminal.until('Leave while a run is at work?');
  await terminal.until('> [ Stay ]');
  terminal.press('enter');
  await terminal.until(/live at work/);
  expect(isLive(terminal)).toBe(true);
  terminal.type('q');
  await terminal.until('> [ Stay ]');
  terminal.press('esc');
  await terminal.until(/live at work/);
  terminal.type('q');
  await terminal.until('> [ Stay ]');
  terminal.press('tab');
  await terminal.until('> [ Leave ]');
  terminal.press('enter');
  expect(await terminal.exit).toEqual({code: 9, signal: 0});
  expectGivenBack(terminal);
  expect(terminal.normalText()).toMatch(/asset-index: live \S+ is paused\n.*listed/);
  const paused = await world.newest('live');
  expect(paused).toMatchObject({status: 'paused'});
  expect(Number(paused['inserted'])).toBeGreaterThan(0);
  await runPrinted(world, terminal);
  await world.expectComplete();
});

it('Ctrl+C while a run is live lets it come to rest, and leaves', async () => {
  const world = new ConsoleWorld();
  await world.planned();
  await using terminal = world.console();
  await goLive(terminal);
  using index = held(world);
  terminal.press('ctrl+c');
  await terminal.until('coming to rest');
  expect(terminal.isAlternate()).toBe(true);
  index.release();
  expect(await terminal.exit).toEqual({code: 130, signal: 0});
  expectGivenBack(terminal);
  expect(terminal.normalText()).toMatch(/asset-index: live \S+ is paused\n/);
  await runPrinted(world, terminal);
  await world.expectComplete();
});

it('Ctrl+C twice leaves at once, and the next resume settles what was under way', async () => {
  const world = new ConsoleWorld();
  await world.planned();
  await using terminal = world.console();
  await goLive(terminal);
  using index = held(world);
  terminal.press('ctrl+c');
  await terminal.until('coming to rest');
  terminal.press('ctrl+c');
  await terminal.until(isGivenBack, 'the shell');
  index.release();
  expect(await terminal.exit).toEqual({code: 130, signal: 0});
  expectGivenBack(terminal);
  expect(lastWords(terminal)).toMatch(/^left at once/);
  await runPrinted(world, terminal);
  await world.expectComplete();
});

it.each([
  ['SIGTERM', 143],
  ['SIGHUP', 129],
  ['SIGINT', 130],
] as const)('%s while a run is live lets it come to rest, and leaves with %i', async (signal, code) => {
  const world = new ConsoleWorld();
  await world.planned();
  await using terminal = world.console();
  await goLive(terminal);
  terminal.kill(signal);
  expect(await terminal.exit).toEqual({code, signal: 0});
  expectGivenBack(terminal);
  expect(terminal.normalText()).toMatch(/asset-index: live \S+ is paused\n/);
  expect(await world.newest('live')).toMatchObject({status: 'paused'});
  await runPrinted(world, terminal);
  await world.expectComplete();
});

it('a second SIGTERM leaves at once, and a resume settles what was under way', async () => {
  const world = new ConsoleWorld();
  await world.planned();
  await using terminal = world.console();
  await goLive(terminal);
  using index = held(world);
  terminal.kill('SIGTERM');
  await terminal.until('coming to rest');
  terminal.kill('SIGTERM');
  await terminal.until(isGivenBack, 'the shell');
  index.release();
  expect(await terminal.exit).toEqual({code: 143, signal: 0});
  expectGivenBack(terminal);
  expect(await world.newest('live')).toMatchObject({status: 'pausing'});
  await world.headgate('resume', 'last', '--rate', '100000');
  await world.expectComplete();
});

it('a second SIGHUP, which the shell of a closed window sends, does not hasten anything', async () => {
  const world = new ConsoleWorld();
  await world.planned();
  await using terminal = world.console();
  await goLive(terminal);
  using index = held(world);
  terminal.kill('SIGHUP');
  await terminal.until('coming to rest');
  terminal.kill('SIGHUP');
  index.release();
  expect(await terminal.exit).toEqual({code: 129, signal: 0});
  expect(await world.newest('live')).toMatchObject({status: 'paused'});
});

it('SIGTERM while nothing is at work leaves with 143, and no run is spoken of', async () => {
  const world = new ConsoleWorld();
  await world.planned();
  await using terminal = world.console();
  await toRunbook(terminal);
  terminal.kill('SIGTERM');
  expect(await terminal.exit).toEqual({code: 143, signal: 0});
  expectGivenBack(terminal);
  expect(lastWords(terminal)).toBe('Nothing was run.\n');
});

/** Before the process has ended: its thread at the index waits for whoever holds that. */
const isGivenBack = ({isAlternate}: RealTerminal) => !isAlternate();

/** Somebody else writes to the index: the run's next transaction has to wait, and so has whoever waits for its rest. */
function held({index}: ConsoleWorld): Disposable & {release(): void} {
  const db = new DatabaseSync(index, {timeout: 5_000});
  db.exec('BEGIN IMMEDIATE');
  const release = () => {
    if (db.isOpen) db.close();
  };
  return {release, [Symbol.dispose]: release};
}
