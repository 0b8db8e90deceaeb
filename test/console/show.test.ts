import {fileURLToPath} from 'node:url';
import {describe, expect, it} from 'vitest';
import {openTerminal, type RealTerminal} from '../support/terminal.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const program = fileURLToPath(new URL('../support/fixtures/shown-program.ts', import.meta.url));
const start = (way: string) => `'${process.execPath}' '${program}' ${way}`;

/** The program under a shell that afterwards says how it ended and how the terminal is set. */
function openProgram(way: string): RealTerminal {
  const script = `echo before; ${start(way)}; echo "left with $?"; stty -a`;
  return openTerminal({command: 'bash', args: ['-c', script], cwd: root});
}

/** A shell with job control, as a user has it. */
async function openShell(way: string): Promise<RealTerminal> {
  const terminal = openTerminal({
    command: 'bash',
    args: ['--norc', '-i'],
    cwd: root,
    env: {PS1: 'ready> ', INPUTRC: '/dev/null'},
  });
  await terminal.until('ready>');
  terminal.type(`${start(way)}\r`);
  await untilUp(terminal);
  return terminal;
}

async function untilUp(terminal: RealTerminal): Promise<void> {
  await terminal.until(/^console of \d+×\d+\n[\s\S]*\nlast row$/, 'the whole console');
  await terminal.until(({marksPastes}) => marksPastes(), 'marked pastes');
}

async function expectGivenBack(terminal: RealTerminal): Promise<void> {
  await terminal.exit;
  expect(terminal.isAlternate()).toBe(false);
  expect(terminal.isCursorVisible()).toBe(true);
  expect(terminal.marksPastes()).toBe(false);
  expect(terminal.normalText()).toMatch(/^before$/m);
  expect(terminal.normalText()).not.toContain('still raw');
  expectCooked(terminal);
}

function expectCooked(terminal: RealTerminal): void {
  expect(terminal.normalText()).toMatch(/\n(?:.* )?isig icanon iexten echo /);
}

describe('the terminal is given back', () => {
  it.each([
    {key: 'q', how: 'by a close', says: ['closed', 'left with 0']},
    {key: 'x', how: 'by process.exit()', says: ['left with 3']},
    {key: 'r', how: 'by a component that throws', says: ['failed: thrown by a component', 'left with 1']},
    {key: 'h', how: 'by a key whose handling throws', says: ['Error: thrown by a key', 'left with 1']},
    {key: 't', how: 'by an uncaught exception', says: ['Error: thrown by a timer', 'left with 1']},
    {
      key: 'n',
      how: 'by an unhandled rejection',
      says: ['Error: rejected, and nobody listened', 'left with 1'],
    },
  ])('$how, and what is said then can be read', async ({key, says}) => {
    await using terminal = openProgram('paste');
    await untilUp(terminal);
    expect(terminal.isAlternate()).toBe(true);
    expect(terminal.isCursorVisible()).toBe(false);
    terminal.type(key);
    await expectGivenBack(terminal);
    for (const words of says) expect(terminal.normalText()).toContain(words);
    expect(terminal.normalText()).not.toContain('console of');
  });

  it.each([
    ['SIGTERM', 15],
    ['SIGHUP', 1],
    ['SIGINT', 2],
  ] as const)('by %s where nobody handles it', async (name, signal) => {
    await using terminal = openTerminal({command: process.execPath, args: [program, 'paste'], cwd: root});
    await untilUp(terminal);
    terminal.kill(name);
    expect(await terminal.exit).toEqual({code: 0, signal});
    expect(terminal.isAlternate()).toBe(false);
    expect(terminal.isCursorVisible()).toBe(true);
    expect(terminal.marksPastes()).toBe(false);
  });

  it('by a component that throws at the first render', async () => {
    await using terminal = openProgram('crash');
    await expectGivenBack(terminal);
    expect(terminal.raw()).toContain('\x1b[?1049h');
    expect(terminal.normalText()).toContain('failed: thrown by a component\nleft with 1');
  });

  it("by a screen reader's console, which never left the normal screen", async () => {
    await using terminal = openProgram('spoken');
    await terminal.until('last row');
    expect(terminal.isAlternate()).toBe(false);
    terminal.type('q');
    await expectGivenBack(terminal);
    expect(terminal.normalText()).toMatch(/console of 80×24[\s\S]*last row\s*closed\nleft with 0/);
  });
});

describe('Ctrl+Z', () => {
  it('gives the shell its terminal, and fg draws the console anew', async () => {
    await using terminal = await openShell('paste');
    terminal.press('ctrl+z');
    await terminal.until(/Stopped[^>]*ready>$/m);
    expect(terminal.isAlternate()).toBe(false);
    expect(terminal.isCursorVisible()).toBe(true);
    terminal.type('stty -a\r');
    await terminal.until(/echoke[^>]*ready>$/m);
    expectCooked(terminal);
    terminal.type('fg\r');
    await untilUp(terminal);
    expect(terminal.isCursorVisible()).toBe(false);
    terminal.type('j');
    await terminal.until('input "j"');
    terminal.press('ctrl+z');
    await terminal.until(/Stopped[^>]*ready>$/m);
    terminal.type('fg\r');
    await untilUp(terminal);
    terminal.type('q');
    await terminal.until(/closed\nready>$/m);
  });

  it('finds the size that the terminal has by then', async () => {
    await using terminal = await openShell('paste');
    terminal.press('ctrl+z');
    await terminal.until('Stopped');
    terminal.resize(100, 30);
    terminal.type('fg\r');
    await terminal.until(/^console of 100×30\n[\s\S]*\nlast row$/);
  });

  it('waits in the background until it is in front again', async () => {
    await using terminal = await openShell('paste');
    terminal.press('ctrl+z');
    await terminal.until('Stopped');
    terminal.type('clear; bg; wait %1; echo still $((40 + 2))\r');
    await terminal.until('still 42');
    expect(terminal.isAlternate()).toBe(false);
    terminal.type('fg\r');
    await untilUp(terminal);
    terminal.type('j');
    await terminal.until('input "j"');
  });

  it('comes back by itself where no shell could continue it', async () => {
    await using terminal = openTerminal({command: process.execPath, args: [program, 'paste'], cwd: root});
    await untilUp(terminal);
    terminal.press('ctrl+z');
    await terminal.until('input "z" ctrl');
    await untilUp(terminal);
    terminal.type('j');
    await terminal.until('input "j"');
    expect(terminal.raw().split('\x1b[?1049h')).toHaveLength(3);
  });
});

describe('a child', () => {
  it('gets every key, and the console is drawn anew after it', async () => {
    await using terminal = openProgram('paste');
    await untilUp(terminal);
    terminal.type('c');
    await terminal.until('cat reads');
    expect(terminal.isAlternate()).toBe(false);
    for (const word of ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight']) {
      terminal.type(`${word}\r`);
      await terminal.until(new RegExp(`^${word}\\n${word}$`, 'm'));
    }
    terminal.press('ctrl+c');
    await untilUp(terminal);
    terminal.type('q');
    await expectGivenBack(terminal);
    expect(terminal.normalText()).toContain('eight\neight\n^Cclosed\nleft with 0');
  });

  it('may use the whole screen, while the terminal changes its size', async () => {
    await using terminal = openProgram('paste');
    await untilUp(terminal);
    terminal.type('l');
    await terminal.until(/^\/\*\*\n[\s\S]*\n\S*shown-program\.ts$/, 'the first page');
    terminal.resize(90, 20);
    await terminal.until(/^\/\*\*\n[\s\S]*\n:$/, 'a smaller first page');
    terminal.type('q');
    await terminal.until(/^console of 90×20\n[\s\S]*\nlast row$/);
  });

  it('that fails leaves the console as it was', async () => {
    await using terminal = openProgram('paste');
    await untilUp(terminal);
    terminal.type('f');
    await terminal.until('input "f"');
    await untilUp(terminal);
    terminal.type('j');
    await terminal.until('input "j"');
    terminal.type('q');
    await expectGivenBack(terminal);
  });
});

describe('the screen', () => {
  it('begins at its first cell, wherever the cursor was', async () => {
    const script = `echo; printf 'half a line '; ${start('paste')}`;
    await using terminal = openTerminal({command: 'bash', args: ['-c', script], cwd: root});
    await untilUp(terminal);
    terminal.type('q');
    await terminal.exit;
    expect(terminal.normalText()).toBe('\nhalf a line closed');
  });

  it('fills the terminal at every size', async () => {
    await using terminal = openProgram('paste');
    await untilUp(terminal);
    for (const [columns, rows] of [
      [120, 40],
      [60, 16],
      [61, 15],
      [80, 24],
    ] as const) {
      terminal.resize(columns, rows);
      await terminal.until(
        ({screen}) => screen()[0] === `console of ${columns}×${rows}` && screen()[rows - 1] === 'last row',
        `a console of ${columns}×${rows}`,
      );
      expect(
        terminal
          .screen()
          .join('')
          .match(/last row/g),
      ).toHaveLength(1);
    }
  });

  it('is drawn anew over what another program wrote across it', async () => {
    await using terminal = openProgram('paste');
    await untilUp(terminal);
    terminal.type('g');
    await terminal.until('stray words');
    await terminal.until('input "g"');
    terminal.press('ctrl+l');
    await terminal.until(/^console of 80×24\ninput "g"\ninput "l" ctrl\n\n+last row$/);
  });

  it('is drawn anew also where nothing on it has changed', async () => {
    await using terminal = openTerminal({command: process.execPath, args: [program, 'paste'], cwd: root});
    await untilUp(terminal);
    for (const time of ['first', 'second', 'third']) {
      const before = terminal.raw().length;
      terminal.kill('SIGUSR2');
      const isDrawn = () => /console of 80×24[\s\S]*last row/.test(terminal.raw().slice(before));
      await terminal.until(isDrawn, `the ${time} drawing anew`);
      await untilUp(terminal);
    }
    terminal.type('q');
    expect(await terminal.exit).toEqual({code: 0, signal: 0});
  });

  it('keeps whole what a library says on the console', async () => {
    await using terminal = openProgram('paste');
    await untilUp(terminal);
    terminal.type('w');
    await terminal.until(/^console of 80×24\ninput "w"\n\n+last row$/);
    expect(terminal.raw()).toContain('a library warns');
  });
});

describe('input', () => {
  it('is not echoed into the first frame, before anything listens', async () => {
    await using terminal = openTerminal({command: process.execPath, args: [program, 'mute'], cwd: root});
    await terminal.until('last row');
    terminal.type('zzz');
    terminal.kill('SIGUSR2');
    await terminal.until(({raw}) => /last row[\s\S]*last row/.test(raw()), 'a second drawing');
    expect(terminal.raw()).not.toContain('z');
  });

  it('of one read arrives as one', async () => {
    await using terminal = openProgram('paste');
    await untilUp(terminal);
    terminal.type('jjjj');
    await terminal.until('input "jjjj"');
  });

  it('that is pasted arrives as one text with its line ends', async () => {
    await using terminal = openProgram('paste');
    await untilUp(terminal);
    terminal.paste('dev_kc\nq\n');
    await terminal.until('paste "dev_kc\\rq\\r"');
    expect(terminal.screen().join('\n')).not.toContain('input');
  });
});
