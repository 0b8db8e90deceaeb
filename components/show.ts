import {setImmediate as nextTurn} from 'node:timers/promises';
import {render, useApp} from 'ink';
import {createElement, type ReactElement, type ReactNode, useInsertionEffect, useReducer} from 'react';

/**
 * Owns the terminal while the console is open, and gives it back on every way out: a close, a component that throws,
 * the end of the process by exit or by an error that nobody caught, and for as long as a child or the shell needs it.
 * Left out: kill -9, which no program can answer, and a process.exit() inside a render or an effect (pastes stay marked).
 */
export interface Shown {
  /** Settles once the terminal is given back; rejects with the error of a component that threw while rendering. */
  readonly closed: Promise<void>;
  /**
   * Gives the terminal back, once whoever has it has ended. Resolves also after a component's error: that one belongs to
   * `closed`.
   */
  close(): Promise<void>;
  /**
   * Hands the terminal to a child or to the shell while `run` lasts, takes it back and draws everything anew. While it
   * is lent there is nothing to lend: the first of two is waited for.
   */
  suspend(run: () => Promise<void>): Promise<void>;
  /** Takes the terminal back from whoever stopped and continued the process from outside, unless it is lent. */
  retake(): void;
  /** Draws everything anew, over whatever another program wrote across the screen. */
  redraw(): void;
}

export interface ShowOptions {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** For a screen reader: no alternate screen, and what changed is written anew instead of drawn over. */
  readonly spoken: boolean;
}

const eraseScreen = '\x1b[H\x1b[J';
/** A row that a terminal draws wider than it was measured (some joined emoji) is cut there, and breaks no other row. */
const wrap = {off: '\x1b[?7l', on: '\x1b[?7h'};

export function show(element: ReactElement, {stdin, stdout, stderr, spoken}: ShowOptions): Shown {
  const setRaw = (isRaw: boolean) => {
    if (stdin.isTTY) stdin.setRawMode(isRaw);
  };
  let held: Held | null = null;
  const hold = (next: Held | null) => {
    held = next;
    // The alternate screen opens with the cursor wherever it was, and a child leaves it wherever it likes.
    if (!spoken) stdout.write(held === null ? wrap.on : wrap.off + eraseScreen);
  };
  // Ink does it after its first frame only: a key pressed in between would be echoed into that frame.
  setRaw(true);
  const instance = render(createElement(Owner, {hold}, element), {
    stdin,
    stdout,
    stderr,
    interactive: true,
    alternateScreen: !spoken,
    isScreenReaderEnabled: spoken,
    incrementalRendering: true,
    maxFps: 60,
    exitOnCtrlC: false,
    // What a library says on the console scrolls by above the frame, instead of standing in it.
    patchConsole: true,
  });
  const closed = instance
    .waitUntilExit()
    .then(() => {})
    .finally(() => setRaw(false));
  const redraw = () => {
    instance.clear();
    held?.drawAnew();
  };
  let lent: Promise<void> | null = null;
  const lend = async ({suspendTerminal}: Held, run: () => Promise<void>) => {
    try {
      await suspendTerminal(async () => {
        // Ink stops listening, but Node goes on reading, and what it reads the child never gets. A pause counts only a
        // turn after the last listener has gone, and takes a turn: a run that ends at once would else find stdin deaf.
        await nextTurn();
        stdin.pause();
        await nextTurn();
        if (!spoken) stdout.write(wrap.on);
        await run();
      });
    } finally {
      // A component may have thrown meanwhile: what is on the screen then is the shell's.
      if (held !== null) redraw();
      await instance.waitUntilRenderFlush();
    }
  };
  return {
    closed,
    async close() {
      await lent?.catch(() => {});
      instance.unmount();
      await closed.catch(() => {});
    },
    async suspend(run) {
      if (held === null) return run();
      lent ??= lend(held, run).finally(() => {
        lent = null;
      });
      await lent;
    },
    redraw,
    retake() {
      // Whoever has it, a pager perhaps, was stopped and continued too, and sets it as it needs it.
      if (lent !== null) return;
      // Node believes the terminal to be as it left it, and would do nothing.
      setRaw(false);
      setRaw(true);
      redraw();
    },
  };
}

/** What Ink gives to components only, and the console needs outside of them. */
interface Held {
  readonly suspendTerminal: (run: () => Promise<void>) => Promise<void>;
  readonly drawAnew: () => void;
}

interface OwnerProps {
  readonly hold: (held: Held | null) => void;
  readonly children?: ReactNode;
}

function Owner({hold, children}: OwnerProps): ReactNode {
  const {suspendTerminal} = useApp();
  const [drawing, drawAnew] = useReducer((count: number) => count + 1, 0);
  // An insertion effect runs before Ink draws, and lets it draw where nothing else has changed: that is what `drawing` is for.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useInsertionEffect(() => {
    hold({suspendTerminal, drawAnew});
    return () => hold(null);
  }, [hold, suspendTerminal, drawing]);
  return children;
}
