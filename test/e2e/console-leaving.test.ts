import {createServer} from 'node:net';
import {expect, it} from 'vitest';
import {
  expectGivenBack,
  goLive,
  isGivenBack,
  isLive,
  lastWords,
  toRunbook,
} from '../support/console-steps.ts';
import {ConsoleWorld, headgateFunction, openProgram} from '../support/console-world.ts';
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
  using index = world.held();
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
  using index = world.held();
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
  using index = world.held();
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
  using index = world.held();
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

it('q leaves at once though the source has not answered yet', {timeout: 25_000}, async () => {
  // It takes connections, and says nothing.
  const server = createServer(() => undefined);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const world = new ConsoleWorld();
  const bucket = ['--source', 's3://bucket', '--endpoint', `http://127.0.0.1:${port}`, '--region', 'auto'];
  await using terminal = openProgram(
    ['console', ...bucket, '--target', 'index.sqlite', '--ledger', 'ledger.sqlite'],
    world.cwd,
    {env: {AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret'}},
  );
  const asked = new Promise<void>(resolve => server.once('connection', () => resolve()));
  await toRunbook(terminal);
  await terminal.until('enter probe');
  terminal.press('enter');
  await asked;
  await terminal.until('connecting');
  terminal.type('q');
  expect(await terminal.exit).toEqual({code: 0, signal: 0});
  expectGivenBack(terminal);
  expect(lastWords(terminal)).toBe('Nothing was run.\n');
  server.close();
});
