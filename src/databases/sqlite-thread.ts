import {extname} from 'node:path';
import {Worker} from 'node:worker_threads';
import {type FailureKind, Fault} from '../core/failure.ts';
import type {Row, SqlValue, Statement} from '../core/sql.ts';
import type {Database} from './database.ts';
import type {OpenOptions, PlainStatement, Request, Response, Rows} from './sqlite-protocol.ts';

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

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

/** One SQLite database in a thread of its own. Requests are answered in the order in which they were made. */
export class SqliteThread implements Database {
  readonly dialect = 'sqlite';
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #closed: Promise<void> | null = null;
  /** Why the thread ended by itself: it will not answer any more. */
  #ended: Error | null = null;

  private constructor() {
    // The same code runs as TypeScript (development, tests) and as built JavaScript.
    this.#worker = new Worker(new URL(`./sqlite-worker${extname(import.meta.url)}`, import.meta.url));
    this.#worker.on('message', (response: Response) => this.#settle(response));
    this.#worker.on('error', error => this.#rejectAll(error));
    this.#worker.on('exit', () => this.#rejectAll(new Fault('connection', 'the database thread has ended')));
    this.#worker.unref();
  }

  static async open(options: OpenOptions): Promise<SqliteThread> {
    const thread = new SqliteThread();
    try {
      await thread.#ask({op: 'open', options});
      return thread;
    } catch (error) {
      await thread.#worker.terminate();
      throw error;
    }
  }

  async query(sql: string, params: readonly SqlValue[] = []): Promise<readonly Row[]> {
    const [rows = []] = await this.#ask({op: 'query', statement: {sql, params}});
    return rows;
  }

  transaction(statements: readonly Statement[]): Promise<readonly (readonly Row[])[]> {
    const plain: readonly PlainStatement[] = statements.map(({sql, params}) => ({sql, params}));
    return this.#ask({op: 'transaction', statements: plain});
  }

  close(): Promise<void> {
    if (this.#ended !== null) return Promise.resolve();
    this.#closed ??= this.#ask({op: 'close'}).then(async () => {
      await this.#worker.terminate();
    });
    return this.#closed;
  }

  #ask(request: DistributiveOmit<Request, 'id'>): Promise<readonly Rows[]> {
    if (this.#closed !== null && request.op !== 'close')
      return Promise.reject(new Fault('connection', 'the database is closed'));
    if (this.#ended !== null) return Promise.reject(this.#ended);
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, {resolve, reject});
      this.#worker.ref();
      this.#worker.postMessage({id, ...request});
    });
  }

  #settle(response: Response): void {
    const waiting = this.#waiting.get(response.id);
    this.#waiting.delete(response.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if (response.ok) waiting?.resolve(response.rows);
    else waiting?.reject(new SqliteFault(response.kind, response.message, response.code));
  }

  #rejectAll(error: Error): void {
    this.#ended ??= error;
    for (const {reject} of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
