import {fileURLToPath} from 'node:url';
import {spawn} from '@lydell/node-pty';
import xterm from '@xterm/headless';

export const builtProgram = fileURLToPath(new URL('../../dist/src/bin.js', import.meta.url));

/** As `npm start` and the program's first line ask for it. */
export const nodeFlags = ['--max-semi-space-size=8'];

/**
 * The built program in a pseudo-terminal of 80 × 24. An emulator tells what is on the screen; when it came there is when
 * the output came that brought it, so that the emulator's own time is in no figure.
 */
export interface ConsoleTerminal extends AsyncDisposable {
  /** When the program was started; as all times here, by `performance.now()`. */
  readonly startedAt: number;
  /** Bytes written so far, and frames. */
  readonly bytes: number;
  readonly frames: number;
  press(keys: string): void;
  /** When the output came with which the text stood on the screen: now, where it stands there already. */
  until(text: string): Promise<number>;
  /** Leaves it as an operator does; without it, what Node keeps for the next start is not written. */
  quit(): Promise<void>;
}

export interface ConsoleStart {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
}

const size = {cols: 80, rows: 24};
const patienceMs = 60_000;
const answerEveryMs = 250;
/** Begins every frame that Ink writes. */
const synchronized = '\x1b[?2026h';

export function startConsole({args, cwd, environment, flags = []}: ConsoleStart): ConsoleTerminal {
  const startedAt = performance.now();
  const pty = spawn(process.execPath, [...nodeFlags, ...flags, builtProgram, ...args], {
    name: 'xterm-256color',
    ...size,
    cwd,
    env: {PATH: process.env['PATH'] ?? '', HOME: cwd, LANG: 'C.UTF-8', ...environment},
  });
  const emulator = new xterm.Terminal({...size, allowProposedApi: true, scrollback: 0});
  let bytes = 0;
  let frames = 0;
  let look: (at: number) => void = () => undefined;
  let ended: (() => void) | null = null;
  pty.onData(data => {
    const at = performance.now();
    bytes += Buffer.byteLength(data);
    frames += data.split(synchronized).length - 1;
    emulator.write(data, () => look(at));
  });
  const exit = new Promise<void>(resolve => {
    pty.onExit(() => {
      resolve();
      ended?.();
    });
  });
  return {
    startedAt,
    get bytes() {
      return bytes;
    },
    get frames() {
      return frames;
    },
    press: keys => pty.write(keys),
    until: text =>
      new Promise((resolve, reject) => {
        const settle = (at: number | null, problem: string) => {
          clearTimeout(deadline);
          look = () => undefined;
          ended = null;
          if (at !== null) resolve(at);
          else reject(new Error(`${problem} ${text}, but:\n${screenOf(emulator)}`));
        };
        const deadline = setTimeout(() => settle(null, 'the console does not show'), patienceMs);
        ended = () => settle(null, 'the console ended without showing');
        look = at => {
          if (screenOf(emulator).includes(text)) settle(at, '');
        };
        look(performance.now());
      }),
    async quit() {
      pty.write('q');
      // Where something is still at work, it asks; what comes together with the key that asks is no answer.
      const asks = setInterval(() => pty.write('y'), answerEveryMs);
      await exit.finally(() => clearInterval(asks));
    },
    async [Symbol.asyncDispose]() {
      pty.kill('SIGKILL');
      await exit;
      emulator.dispose();
    },
  };
}

function screenOf({buffer}: xterm.Terminal): string {
  const rows = Array.from({length: size.rows}, (_, row) => buffer.active.getLine(row)?.translateToString());
  return rows.join('\n');
}
