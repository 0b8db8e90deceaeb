import {Buffer} from 'node:buffer';
import {createRequire} from 'node:module';
import {PassThrough, Writable} from 'node:stream';
import {type Instance, render} from 'ink';
import type {ReactNode} from 'react';
import stringWidth from 'string-width';
import {expect} from 'vitest';
import {Screen, type ScreenCell} from './screen.ts';

/**
 * Draws an app as the program does (alternate screen, incremental rendering, 60 frames a second) on a terminal of any
 * size, and reads from that terminal's screen what the operator would see.
 */
export interface Frame {
  /** The screen, without spaces at the end of lines. What was written beyond its edges is there too, to be found. */
  frame(): string;
  /** Everything that was written, escapes and all. */
  ansi(): string;
  /** `cells()[row][column]`. */
  cells(): readonly (readonly ScreenCell[])[];
  /** Keys as the terminal sends them; Escape alone is sent so that Ink needn't wait whether more follows. */
  press(chunk: string): void;
  /** As a terminal with bracketed paste sends it. */
  paste(text: string): void;
  resize(columns: number, rows: number): void;
  /** All effects have run and all that they changed is on the screen. */
  settled(): Promise<void>;
  unmount(): Promise<void>;
  readonly instance: Instance;
  readonly isRaw: () => boolean;
  readonly isAlternate: () => boolean;
}

export const escapeKey = '\x1b[27u';

/** Beyond the edges of the terminal: here it is seen what a program writes there. */
const margin = 40;

// Ink asks the process whether there are colours; here the terminal is our own.
const chalk: {default: {level: number}} = createRequire(createRequire(import.meta.url).resolve('ink'))(
  'chalk',
);
chalk.default.level = 1;

class Output extends Writable {
  readonly isTTY = true;
  columns: number;
  rows: number;
  text = '';
  readonly screen: Screen;
  /** The same bytes on a larger screen: what overflows is seen there, and lost or wrapped on the real one. */
  readonly beyond: Screen;

  constructor(columns: number, rows: number) {
    super({decodeStrings: false});
    this.columns = columns;
    this.rows = rows;
    this.screen = new Screen(columns, rows);
    this.beyond = new Screen(columns + margin, rows + margin);
  }

  override _write(chunk: unknown, _encoding: BufferEncoding, done: () => void): void {
    const text = Buffer.isBuffer(chunk) ? chunk.toString() : String(chunk);
    this.text += text;
    this.screen.write(text, () => this.beyond.write(text, done));
  }

  resize(columns: number, rows: number): void {
    this.columns = columns;
    this.rows = rows;
    this.screen.resize(columns, rows);
    this.beyond.resize(columns + margin, rows + margin);
    // A terminal that got smaller has lost what was there.
    this.beyond.eraseOutside(columns, rows);
    this.emit('resize');
  }
}

class Input extends PassThrough {
  readonly isTTY = true;
  isRaw = false;

  setRawMode(isRaw: boolean): this {
    this.isRaw = isRaw;
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

export async function renderFrame(node: ReactNode, columns = 80, rows = 24): Promise<Frame> {
  const stdout = new Output(columns, rows);
  const stdin = new Input();
  const instance = render(node, {
    stdout,
    stdin,
    stderr: new Output(columns, rows),
    interactive: true,
    alternateScreen: true,
    incrementalRendering: true,
    maxFps: 60,
    exitOnCtrlC: false,
    patchConsole: false,
  });

  async function settled() {
    let seen: string;
    do {
      seen = stdout.text;
      await instance.waitUntilRenderFlush();
    } while (stdout.text !== seen);
  }

  await settled();
  return {
    frame: () => {
      const meant = stdout.beyond.lines();
      return (overflows(meant, stdout) ? meant : stdout.screen.lines()).join('\n');
    },
    ansi: () => stdout.text,
    cells: () => stdout.screen.cells(),
    press: chunk => void stdin.write(chunk === '\x1b' ? escapeKey : chunk),
    paste: text => void stdin.write(`\x1b[200~${text}\x1b[201~`),
    resize: (toColumns, toRows) => stdout.resize(toColumns, toRows),
    settled,
    unmount: async () => {
      instance.unmount();
      await instance.waitUntilExit();
    },
    instance,
    isRaw: () => stdin.isRaw,
    isAlternate: () => stdout.screen.isAlternate,
  };
}

function overflows(
  lines: readonly string[],
  {columns, rows}: {readonly columns: number; readonly rows: number},
) {
  return lines.length > rows || lines.some(line => stringWidth(line) > columns);
}

export function expectFits(frame: string, columns: number, rows: number): void {
  const lines = frame.split('\n');
  expect(lines.length, `rows of a frame for ${columns}×${rows}:\n${frame}`).toBeLessThanOrEqual(rows);
  for (const [row, line] of lines.entries())
    expect(
      stringWidth(line),
      `columns of row ${row + 1} of a frame for ${columns}×${rows}: ${line}`,
    ).toBeLessThanOrEqual(columns);
}
