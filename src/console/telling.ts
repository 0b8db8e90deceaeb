import type {Message} from './message.ts';
import type {Setup} from './setup.ts';
import {troubleOf} from './trouble.ts';

export interface TellingOptions {
  readonly now: () => number;
  readonly send: (message: Message) => void;
}

/** Tells the operator what became of an action: a notice, or a dialog with what went wrong and what to do about it. */
export class Telling {
  readonly #options: TellingOptions;

  constructor(options: TellingOptions) {
    this.#options = options;
  }

  /** Does not reject: what goes wrong is shown. */
  async trying(title: string, setup: Setup | null, action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.trouble(title, setup, error);
    }
  }

  trouble(title: string, setup: Setup | null, error: unknown): void {
    this.#options.send({type: 'opened', dialog: {type: 'trouble', title, ...troubleOf(error, setup)}});
  }

  tell(level: 'info' | 'error', text: string): void {
    this.#options.send({type: 'told', notice: {level, text, at: this.#options.now()}});
  }
}
