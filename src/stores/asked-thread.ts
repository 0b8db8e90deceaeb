import type {Worker} from 'node:worker_threads';

/** What goes to a thread and comes back: an answer has the id of its question. */
interface Numbered {
  readonly id: number;
}

/**
 * A thread that answers questions, in any order. It is begun with the first of them and again after it has ended, and
 * keeps no process alive while it is asked nothing.
 */
export class AskedThread<Question extends Numbered, Answer extends Numbered> {
  readonly #make: () => Worker;
  readonly #waiting = new Map<number, (answer: Answer | null) => void>();
  #worker: Worker | null = null;
  #lastId = 0;

  constructor(make: () => Worker) {
    this.#make = make;
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
    const worker = this.#make();
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
