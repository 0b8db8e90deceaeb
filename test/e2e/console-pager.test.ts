import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {expectLeft, goLive, toRunbook} from '../support/console-steps.ts';
import {ConsoleWorld, ends} from '../support/console-world.ts';
import {bin} from '../support/program.ts';
import type {RealTerminal} from '../support/terminal.ts';

/** Shows all that it is given, reads keys by the line, and leaves the terminal as it found it, which less does too. */
const pager = `
found=$(stty -g </dev/tty)
trap 'stty "$found" </dev/tty' EXIT
trap 'echo "the pager was ended"; exit' TERM
cat
echo 'end of the text'
while read -r key </dev/tty; do
  echo "the pager got $key"
  [ "$key" = q ] && exit
done`;

/** Hears no signal that it may leave unheard, and has set the terminal as it likes it. */
const deafPager = `
trap '' TERM HUP INT
stty -icanon -echo </dev/tty
cat
echo 'end of the text'
while read -r key </dev/tty; do :; done`;

interface Opened {
  readonly world: ConsoleWorld;
  readonly terminal: RealTerminal;
  /** Signals the console, and nothing else that the shell has started. */
  kill(signal: NodeJS.Signals): void;
}

/** A console that a shell with job control has started, in a folder with the pager. */
async function openConsole(script: string, command = 'sh pager.sh'): Promise<Opened> {
  const world = new ConsoleWorld({files: 1_000});
  await world.planned();
  writeFileSync(join(world.cwd, 'pager.sh'), script);
  const program = `'${process.execPath}' '${bin}' console ${ends.join(' ')}`;
  writeFileSync(
    join(world.cwd, 'console.sh'),
    `echo $$ >console.pid\nexport PAGER='${command}'\nexec ${program}\n`,
  );
  const terminal = await world.shell();
  terminal.type('sh console.sh\r');
  return {
    world,
    terminal,
    kill: signal => {
      process.kill(Number(readFileSync(join(world.cwd, 'console.pid'), 'utf8')), signal);
    },
  };
}

/** As the ledger has it, which can also be read while its writer is stopped. */
const written = async (world: ConsoleWorld) => Number((await world.newest('live'))['inserted']);

async function toPager(terminal: RealTerminal): Promise<void> {
  terminal.type('o');
  await terminal.until('end of the text');
  expect(terminal.isAlternate()).toBe(false);
}

/** It is drawn, and hears a key without an Enter behind it. */
async function expectAwake(terminal: RealTerminal): Promise<void> {
  await terminal.until(/\? keys$/);
  await terminal.until(({marksPastes}) => marksPastes(), 'marked pastes');
  terminal.type('?');
  await terminal.until('Keys of');
  terminal.press('esc');
  await terminal.until(/\? keys$/);
}

/** As a shell has it that was given its terminal back. */
async function expectCooked(terminal: RealTerminal): Promise<void> {
  expectLeft(terminal);
  terminal.type('clear; stty -a\r');
  await terminal.until(/isig icanon iexten echo [^>]*ready>\n*$/);
}

it('Ctrl+Z in the pager stops both; fg finds the pager as it was, and then a console that hears', async () => {
  const {world, terminal} = await openConsole(pager);
  await using _ = terminal;
  await goLive(terminal);
  await toPager(terminal);
  for (const time of ['first', 'second']) {
    terminal.press('ctrl+z');
    await terminal.until(/Stopped[^>]*ready>$/m);
    const before = await written(world);
    terminal.type(`clear; echo the ${time} stop; fg\r`);
    // A console that has written two pages since has also heard that it was continued.
    await expect.poll(() => written(world), {timeout: 20_000}).toBeGreaterThan(before + 10);
    terminal.type('word\r');
    await terminal.until('the pager got word');
    expect(terminal.screen()[0]).toBe(`the ${time} stop`);
  }
  terminal.type('q\r');
  await expectAwake(terminal);
  terminal.press('ctrl+z');
  await terminal.until(/Stopped[^>]*ready>$/m);
  await expectCooked(terminal);
});

it('a console whose pager was stopped has the size that the terminal has by then', async () => {
  const {terminal} = await openConsole(pager);
  await using _ = terminal;
  await toRunbook(terminal);
  await toPager(terminal);
  terminal.press('ctrl+z');
  await terminal.until(/Stopped[^>]*ready>$/m);
  terminal.resize(100, 30);
  // The shell may lose a key while it hears of the new size: a space is none that matters.
  terminal.type(' clear; echo wider; fg\r');
  await terminal.until(/^wider\n/);
  terminal.type('q\r');
  await terminal.until(
    ({screen}) => screen().length === 30 && screen().at(-1)?.endsWith('? keys') === true,
    'a frame of 30 rows',
  );
  await expectAwake(terminal);
});

it.each([
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s ends the pager, once the run has come to rest: %i', async (signal, code) => {
  const {world, terminal, kill} = await openConsole(pager);
  await using _ = terminal;
  await goLive(terminal);
  await toPager(terminal);
  kill(signal);
  await terminal.until(/live \S+ is paused\n[\s\S]*ready>\n*$/);
  expect(terminal.normalText()).toMatch(/the pager was ended[\s\S]*live \S+ is paused/);
  terminal.type('echo left with $?\r');
  await terminal.until(`left with ${code}`);
  await expectCooked(terminal);
  expect(await world.newest('live')).toMatchObject({status: 'paused'});
});

it('a pager that hears no signal is torn away from a console that leaves', async () => {
  const {terminal, kill} = await openConsole(deafPager);
  await using _ = terminal;
  await toRunbook(terminal);
  await toPager(terminal);
  kill('SIGTERM');
  await terminal.until(/Nothing was run\.\n[\s\S]*ready>\n*$/);
  terminal.type('clear; ps -o args\r');
  await terminal.until(/COMMAND\n[^>]*ready>\n*$/);
  expect(terminal.screen().join('\n')).not.toContain('pager.sh');
  await expectCooked(terminal);
});

it('a pager that is missing is told, and rows are cut at the edge as before', async () => {
  const {terminal} = await openConsole(pager, '/no/such');
  await using _ = terminal;
  await toRunbook(terminal);
  terminal.type('o');
  await terminal.until('the pager could not be started: /no/such');
  terminal.press('esc');
  await expectAwake(terminal);
  const [wrapsOff, wrapsOn] = ['\x1b[?7l', '\x1b[?7h'].map(mode => terminal.raw().lastIndexOf(mode));
  expect(wrapsOff).toBeGreaterThan(wrapsOn ?? 0);
});
