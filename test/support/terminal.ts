import {spawn} from '@lydell/node-pty';
import xterm from '@xterm/headless';
import {type Cell, cellsOf} from './cell.ts';
import {type Key, pasted, sequenceOf} from './keys.ts';

/**
 * A real terminal for a program: a pseudo-terminal of the system, read by a terminal emulator without a window. It
 * shows what a user would see and sends what a user's keyboard would; it waits for what appears, never for time. Left
 * out: what only a window has (fonts, the mouse, the clipboard).
 */
export interface TerminalOptions {
  readonly command: string;
  readonly args?: readonly string[];
  readonly cwd: string;
  /** Besides PATH, HOME, TERM and LANG: the child sees nothing of the test's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly columns?: number;
  readonly rows?: number;
  /** How long `until` waits before it fails with the screen; 10 s. */
  readonly patience?: number;
}

export interface Left {
  readonly code: number;
  /** By its number; 0 where the program ended by itself. */
  readonly signal: number;
}

export interface RealTerminal extends AsyncDisposable {
  readonly pid: number;
  /** The visible rows, without the blanks at their ends. */
  screen(): readonly string[];
  /** Everything on the normal screen, with what has scrolled off it: what stays when the program has gone. */
  normalText(): string;
  cells(): readonly (readonly Cell[])[];
  isAlternate(): boolean;
  isCursorVisible(): boolean;
  /** Whether the program has asked for pasted text to be marked. */
  marksPastes(): boolean;
  /** Everything that the program has written. */
  raw(): string;
  /** In one write, so that a program may read it at once. */
  type(text: string): void;
  press(...keys: readonly Key[]): void;
  paste(text: string): void;
  resize(columns: number, rows: number): void;
  kill(signal: NodeJS.Signals): void;
  /** Resolves once the screen shows it; fails with the last screen when that takes too long, or can't be any more. */
  until(wanted: Wanted, what?: string): Promise<void>;
  /** When the program has ended and all that it wrote is on the screen. */
  readonly exit: Promise<Left>;
  /** Kills the program if it still runs. */
  end(): Promise<void>;
}

export type Wanted = string | RegExp | ((terminal: RealTerminal) => boolean);

export function openTerminal(options: TerminalOptions): RealTerminal {
  const {columns: cols = 80, rows = 24, patience = 10_000} = options;
  const emulator = new xterm.Terminal({cols, rows, allowProposedApi: true, scrollback: 5_000});
  const pty = spawn(options.command, [...(options.args ?? [])], {
    name: 'xterm-256color',
    cols,
    rows,
    cwd: options.cwd,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: options.cwd,
      LANG: 'C.UTF-8',
      LESSHISTFILE: '-',
      ...options.env,
    },
  });
  let raw = '';
  let hasEnded = false;
  const isCursorVisible = watchCursor(emulator);
  const watchers = new Set<() => void>();
  const look = () => {
    for (const watcher of watchers) watcher();
  };
  pty.onData(data => {
    raw += data;
    emulator.write(data, look);
  });
  // Where the program asks the terminal something, the emulator answers.
  emulator.onData(answer => pty.write(answer));
  const exit = new Promise<Left>(resolve => {
    pty.onExit(({exitCode, signal = 0}) => {
      emulator.write('', () => {
        hasEnded = true;
        resolve({code: exitCode, signal});
        look();
      });
    });
  });
  const terminal: RealTerminal = {
    pid: pty.pid,
    exit,
    screen: () => linesOf(emulator.buffer.active, emulator.buffer.active.baseY, emulator.rows, emulator.cols),
    normalText: () =>
      linesOf(emulator.buffer.normal, 0, emulator.buffer.normal.length, emulator.cols).join('\n').trimEnd(),
    cells: () => cellsOf(emulator),
    isAlternate: () => emulator.buffer.active.type === 'alternate',
    isCursorVisible,
    marksPastes: () => emulator.modes.bracketedPasteMode,
    raw: () => raw,
    type: text => pty.write(text),
    press: (...keys) => pty.write(keys.map(sequenceOf).join('')),
    paste: text => pty.write(emulator.modes.bracketedPasteMode ? pasted(text) : text.replaceAll('\n', '\r')),
    resize(columns, rows) {
      emulator.resize(columns, rows);
      pty.resize(columns, rows);
    },
    kill: signal => pty.kill(signal),
    until: (wanted, what = String(wanted)) =>
      new Promise((resolve, reject) => {
        const settle = (problem: string | null) => {
          clearTimeout(deadline);
          watchers.delete(watch);
          if (problem === null) resolve();
          else reject(new Error(`${problem}, but this:\n${framed(terminal.screen())}`));
        };
        const watch = () => {
          if (isShown(wanted, terminal)) settle(null);
          else if (hasEnded) settle(`the program ended without showing ${what}`);
        };
        const deadline = setTimeout(() => settle(`no ${what} within ${patience} ms`), patience);
        watchers.add(watch);
        watch();
      }),
    async end() {
      if (!hasEnded) pty.kill('SIGKILL');
      await exit;
      emulator.dispose();
    },
    [Symbol.asyncDispose]: () => terminal.end(),
  };
  return terminal;
}

function isShown(wanted: Wanted, terminal: RealTerminal): boolean {
  if (typeof wanted === 'function') return wanted(terminal);
  const text = terminal.screen().join('\n');
  return typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text);
}

/** The emulator knows whether the cursor is shown and does not tell. */
function watchCursor(emulator: xterm.Terminal): () => boolean {
  let isVisible = true;
  for (const final of ['h', 'l'])
    emulator.parser.registerCsiHandler({prefix: '?', final}, modes => {
      if (modes.includes(25)) isVisible = final === 'h';
      return false;
    });
  return () => isVisible;
}

/** A buffer keeps what stood beyond the columns of a terminal that has become narrower: it is not shown. */
function linesOf(buffer: xterm.IBuffer, from: number, count: number, columns: number): readonly string[] {
  return Array.from(
    {length: count},
    (_, row) =>
      buffer
        .getLine(from + row)
        ?.translateToString(false, 0, columns)
        .trimEnd() ?? '',
  );
}

function framed(rows: readonly string[]): string {
  return rows.map(row => `│ ${row}`).join('\n');
}
