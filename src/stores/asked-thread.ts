import {extname} from 'node:path';
import {Worker} from 'node:worker_threads';

/** What goes to a thread and comes back: an answer has the id of its question. */
interface Numbered {
  readonly id: number;
}

/**
 * A thread that answers questions, in any order. It is begun with the first of them and again after it has ended, and
 * keeps no process alive while it is asked nothing.
 */
export class AskedThread<Question extends Numbered, Answer extends Numbered> {
  readonly #module: string;
  readonly #waiting = new Map<number, (answer: Answer | null) => void>();
  #worker: Worker | null = null;
  #lastId = 0;

  /** `module`: the name of a file beside this one, without its extension. */
  constructor(module: string) {
    this.#module = module;
  }

  /** Questions that are not answered yet. */
  get open(): number {
    return this.#waiting.size;
  }

  /** Null where the thread has ended without an answer. */
  ask(question: Omit<Question, 'id'>): Promise<Answer | null> {
    const worker = this.#worker ?? this.#begin();
    this.#worker = worker;
    worker.ref();
    const id = ++this.#lastId;
    worker.postMessage({...question, id});
    return new Promise(resolve => this.#waiting.set(id, resolve));
  }

  #begin(): Worker {
    // The same code runs as TypeScript (development, tests) and as built JavaScript.
    const worker = new Worker(new URL(`./${this.#module}${extname(import.meta.url)}`, import.meta.url));
    worker.on('message', (answer: Answer) => {
      const resolve = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if (this.#waiting.size === 0) worker.unref();
      resolve?.(answer);
    });
    worker.on('error', () => this.#end(worker));
    worker.on('exit', () => this.#end(worker));
    return worker;
  }

  #end(ended: Worker): void {
    // An error is followed by an exit, and another may have been begun by then.
    if (this.#worker !== ended) return;
    this.#worker = null;
    for (const resolve of this.#waiting.values()) resolve(null);
    this.#waiting.clear();
  }
}
