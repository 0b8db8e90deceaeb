import type {Console} from '../console/console.ts';
import type {Size} from '../console/state.ts';
import type {Looks} from './looks.ts';

/** A terminal in which a console can be shown. */
export interface ShowsConsoles {
  size(): Size;
  /** Loads what will show it while the ledger is opened, which is to come. */
  prepare(): void;
  show(model: Console, looks: Looks): Promise<ShownConsole>;
  /** All is told: a service that does not answer keeps the process no longer. */
  ends(): void;
}

export interface ShownConsole {
  /** Settles when the terminal was given back; rejects with the error of a component that threw. */
  readonly closed: Promise<void>;
  close(): Promise<void>;
  redraw(): void;
  /** Hands the terminal to the operator's pager until that has ended. */
  page(text: string): Promise<void>;
  /** Ctrl+Z: stops the process until the shell continues it. */
  toShell(): Promise<void>;
  /** Puts a text on the clipboard of the terminal (OSC 52), where it allows that. */
  copy(text: string): void;
  /** For whoever will not wait: what is under way is settled by the next resume. */
  endProcess(code: number): never;
}
