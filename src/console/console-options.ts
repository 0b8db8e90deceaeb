import type {Engine} from '../engine/engine.ts';
import type {Ledger} from '../ledger/ledger.ts';
import type {Schedule} from './coalescer.ts';
import type {Setup} from './setup.ts';
import type {Manner, Size} from './state.ts';

export interface ConsoleOptions {
  readonly engine: Engine;
  readonly ledger: Ledger;
  readonly setups: readonly Setup[];
  readonly manner: Manner;
  readonly size: Size;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly schedule: Schedule;
  readonly terminal: Terminal;
  /** How long a recovery watches for other writers. */
  readonly watchSeconds?: number;
}

/** What the console asks of the terminal that shows it. */
export interface Terminal {
  redraw(): void;
  /** Shows a text in the operator's pager; resolves when that has ended. */
  page(text: string): Promise<void>;
  /** Stops the process, as Ctrl+Z does, until the shell continues it. */
  suspend(): Promise<void>;
  /** Puts a text on the terminal's clipboard. */
  copy(text: string): void;
}

/** How the console was left. */
export interface Leaving {
  /** `unfinished`: something was still about to begin. */
  readonly by: 'operator' | 'interrupt' | 'unfinished' | 'now';
}
