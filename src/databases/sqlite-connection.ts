import {Fault} from '../core/failure.ts';
import type {Row, SqlValue, Statement} from '../core/sql.ts';
import type {Database} from './database.ts';
import type {OpenOptions, PlainStatement, Rows, Work} from './sqlite-protocol.ts';
import {SqliteThread} from './sqlite-thread.ts';

/** One SQLite database in a thread of its own. Requests are answered in the order in which they were made. */
export class SqliteConnection implements Database {
  readonly dialect = 'sqlite';
  readonly #thread: SqliteThread;
  #closed: Promise<void> | null = null;

  private constructor(thread: SqliteThread) {
    this.#thread = thread;
  }

  static async open(options: OpenOptions): Promise<SqliteConnection> {
    const thread = SqliteThread.take();
    try {
      await thread.ask({op: 'open', options});
      return new SqliteConnection(thread);
    } catch (error) {
      await thread.release();
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
    this.#closed ??= this.#thread.release();
    return this.#closed;
  }

  #ask(work: Work): Promise<readonly Rows[]> {
    if (this.#closed !== null) return Promise.reject(new Fault('connection', 'the database is closed'));
    return this.#thread.ask(work);
  }
}
