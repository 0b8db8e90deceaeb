import {extname} from 'node:path';
import {Worker} from 'node:worker_threads';
import {type FailureKind, Fault} from '../core/failure.ts';
import type {Request, Response, Rows, Work} from './sqlite-protocol.ts';

const sqliteFull = 13;

/** A failure of SQLite itself, with its result code (https://www.sqlite.org/rescode.html). */
export class SqliteFault extends Fault {
  readonly code: number;

  constructor(kind: FailureKind, message: string, code: number) {
    super(kind, (code & 0xff) === sqliteFull ? `${message}: free space on that disk` : message);
    this.name = 'SqliteFault';
    this.code = code;
  }
}

interface Waiting {
  readonly resolve: (rows: readonly Rows[]) => void;
  readonly reject: (error: Error) => void;
}

/** Threads whose database was closed wait here for another: to begin one takes 50 ms, and a core as long. */
const spare: SqliteThread[] = [];
const mostSpare = 4;

/** A thread that holds one SQLite database at a time, and answers in the order in which it was asked. */
export class SqliteThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #unsent: Request[] = [];
  #lastId = 0;
  /** Why the thread ended by itself: it will not answer any more. */
  #ended: Error | null = null;

  private constructor() {
    // The same code runs as TypeScript (development, tests) and as built JavaScript.
    this.#worker = new Worker(new URL(`./sqlite-worker${extname(import.meta.url)}`, import.meta.url));
    this.#worker.on('message', (responses: readonly Response[]) => {
      for (const response of responses) this.#settle(response);
    });
    this.#worker.on('error', error => this.#end(error));
    this.#worker.on('exit', () => this.#end(new Fault('connection', 'the database thread has ended')));
    this.#worker.unref();
  }

  /** A thread without a database. It goes back with `release`. */
  static take(): SqliteThread {
    return spare.pop() ?? new SqliteThread();
  }

  ask(work: Work): Promise<readonly Rows[]> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, {resolve, reject});
      this.#worker.ref();
      if (this.#unsent.length === 0) process.nextTick(() => this.#send());
      this.#unsent.push({id, ...work});
    });
  }

  /** What is asked for in the same turn goes in one message: a message costs more than most of what is asked. */
  #send(): void {
    const unsent = this.#unsent;
    this.#unsent = [];
    this.#worker.postMessage(unsent);
  }

  /** Closes its database, if it has one, after everything that was asked before. */
  async release(): Promise<void> {
    if (this.#ended !== null) return;
    try {
      await this.ask({op: 'close'});
    } catch (error) {
      await this.#worker.terminate();
      throw error;
    }
    if (spare.length < mostSpare) spare.push(this);
    else await this.#worker.terminate();
  }

  #settle(response: Response): void {
    const waiting = this.#waiting.get(response.id);
    this.#waiting.delete(response.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if (response.ok) waiting?.resolve(response.rows);
    else waiting?.reject(new SqliteFault(response.kind, response.message, response.code));
  }

  #end(error: Error): void {
    this.#ended ??= error;
    const place = spare.indexOf(this);
    if (place !== -1) spare.splice(place, 1);
    for (const {reject} of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
