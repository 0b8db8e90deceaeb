import type {StoreApi} from 'zustand/vanilla';
import {asciiOf} from '../ascii.ts';
import type {Schedule} from '../coalescer.ts';
import {type ConsoleState, shownView} from '../state.ts';
import {wrapText} from '../wrap.ts';
import {firstSaid, type Heard, type Occasion, spoken} from './spoken.ts';

export interface SpeakerOptions {
  readonly store: Pick<StoreApi<ConsoleState>, 'getState' | 'subscribe'>;
  readonly write: (text: string) => void;
  /** Of the terminal: words are not broken at its edge. */
  readonly columns: () => number;
  readonly isAscii: boolean;
  readonly schedule: Schedule;
}

/** What comes together is said together, and what passes at once is not said at all. */
const gatherMs = 250;

/**
 * Says the console, line after line, and never goes back: nothing that was written is touched again. What is typed
 * stands in the last line as it is typed, with the terminal's cursor behind it. It keeps one state and the lines of one
 * screen, however long it speaks.
 */
export class Speaker {
  readonly #options: SpeakerOptions;
  #heard: Heard | null = null;
  /** The line that is typed into, and has no end yet. */
  #open: string | null = null;
  #isUnanswered = false;
  #isMute = false;
  #stopWaiting: (() => void) | null = null;
  #unsubscribe: () => void = () => undefined;

  constructor(options: SpeakerOptions) {
    this.#options = options;
  }

  start(): void {
    const said = firstSaid(this.#options.store.getState());
    this.#heard = said.heard;
    this.#say(said.lines);
    this.#unsubscribe = this.#options.store.subscribe(() => this.#listen());
  }

  stop(): void {
    this.#unsubscribe();
    this.#stopWaiting?.();
    this.#stopWaiting = null;
    this.#tell('news');
    if (this.#open !== null) this.#options.write('\n');
    this.#open = null;
    this.#heard = null;
  }

  /** Hands a key on, and says at once what it did. */
  press(press: () => void): void {
    const {store} = this.#options;
    const typedInto = echoOf(store.getState())?.label;
    const open = this.#open;
    this.#isUnanswered = true;
    press();
    // While a word is typed it is echoed, and what it finds is said when the fingers rest.
    if (typedInto !== undefined && typedInto === echoOf(store.getState())?.label) this.#say([]);
    else this.#tell('key');
    if (open !== this.#open) this.#isUnanswered = false;
    this.#listen();
  }

  /** All of the shown screen. */
  again(): void {
    this.#tell('again');
    this.#isUnanswered = false;
  }

  /** While the terminal is another's nothing is said; afterwards everything is. */
  async quietly(run: () => Promise<void>): Promise<void> {
    this.#isMute = true;
    try {
      await run();
    } finally {
      this.#isMute = false;
      this.#open = null;
      this.again();
    }
  }

  #listen(): void {
    this.#stopWaiting ??= this.#options.schedule(() => {
      this.#stopWaiting = null;
      const isUnanswered = this.#isUnanswered;
      this.#isUnanswered = false;
      this.#tell(isUnanswered ? 'unanswered' : 'news');
    }, gatherMs);
  }

  /** Whether there was anything to say. */
  #tell(occasion: Occasion): boolean {
    if (this.#heard === null || this.#isMute) return false;
    const {lines, heard} = spoken(this.#heard, this.#options.store.getState(), occasion);
    this.#heard = heard;
    if (lines.length > 0) this.#isUnanswered = false;
    this.#say(lines);
    return lines.length > 0;
  }

  #say(lines: readonly string[]): void {
    const {write, columns, isAscii, store} = this.#options;
    const drawn = (text: string) => (isAscii ? asciiOf(text) : text);
    const said = lines.flatMap(line => wrapText(line, columns())).map(line => `${drawn(line)}\n`);
    const echo = echoOf(store.getState());
    const typed = echo === null ? null : drawn(`${echo.label}: ${echo.text}`);
    if (said.length === 0 && typed === this.#open) return;
    if (said.length === 0 && typed !== null && this.#open !== null && typed.startsWith(this.#open)) {
      write(typed.slice(this.#open.length));
    } else {
      const end = this.#open === null ? '' : '\n';
      write(`${end}${said.join('')}${typed ?? ''}`);
    }
    this.#open = typed;
  }
}

interface Echo {
  readonly label: string;
  readonly text: string;
}

/** The field that is typed into, with what stands in it. */
function echoOf(state: ConsoleState): Echo | null {
  const {dialog} = state;
  if (dialog?.type === 'palette') return {label: 'command', text: dialog.field.text};
  if (dialog?.type === 'confirm') {
    const field = dialog.focus === 'cancel' ? undefined : dialog.fields[dialog.focus];
    return field === undefined ? null : {label: field.label, text: field.field.text};
  }
  const view = shownView(state);
  return dialog === null && view.isFiltering ? {label: 'filter', text: view.filter} : null;
}
