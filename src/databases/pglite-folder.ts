import type {Rows, Work} from './pglite-protocol.ts';
import {PgliteThread} from './pglite-thread.ts';
import {Turns} from './turns.ts';

const folders = new Map<string, PgliteFolder>();

/**
 * One PGlite for a folder in this process, shared by all who have it open, one request after the other; the last one
 * closes it. One that has stopped is opened anew for whoever asks next.
 */
export class PgliteFolder {
  readonly #path: string;
  readonly #turns = new Turns();
  #users = 0;
  #thread: PgliteThread | null = null;

  private constructor(path: string) {
    this.#path = path;
  }

  static of(path: string): PgliteFolder {
    const known = folders.get(path) ?? new PgliteFolder(path);
    folders.set(path, known);
    return known;
  }

  /** For a user, who leaves with `leave`. */
  enter(create: boolean): Promise<void> {
    return this.#turns.take(async () => {
      await this.#opened(create);
      this.#users++;
    });
  }

  leave(): Promise<void> {
    return this.#turns.take(async () => {
      this.#users--;
      if (this.#users > 0) return;
      const thread = this.#thread;
      this.#thread = null;
      await thread?.close();
    });
  }

  ask(work: Work, signal?: AbortSignal): Promise<readonly Rows[]> {
    return this.#turns.take(async () => (await this.#opened(false)).ask(work), signal);
  }

  async #opened(create: boolean): Promise<PgliteThread> {
    if (this.#thread === null || this.#thread.hasEnded) {
      await this.#thread?.close();
      this.#thread = await PgliteThread.open(this.#path, create);
    }
    return this.#thread;
  }
}
