import {z} from 'zod';
import {Fault} from '../core/failure.ts';
import type {Row, SqlValue, Statement} from '../core/sql.ts';
import type {D1Account} from './d1-account.ts';
import {D1Reads} from './d1-reads.ts';
import {type D1Statement, d1Statements} from './d1-statements.ts';
import type {Asking, Database} from './database.ts';
import {requireSelect} from './select-only.ts';

/** Bytes come as the list of their values. Integers beyond 2^53 come rounded, and nothing shows it: SQL has to cast them. */
const bytes = z.array(z.int().min(0).max(255)).transform(values => Uint8Array.from(values));
const value = z.union([z.string(), z.number(), z.null(), bytes]);
/** Columns and rows apart: the leaner of the two forms that the API has. */
const answers = z.array(
  z.object({results: z.object({columns: z.array(z.string()), rows: z.array(z.array(value))})}),
);

/** A D1 database over REST. Writes go one after the other, each as one batch, which D1 runs as one transaction. */
export class D1Database implements Database {
  readonly dialect = 'sqlite';
  readonly #account: D1Account;
  readonly #path: string;
  readonly #reads: D1Reads;
  #writing: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(account: D1Account, uuid: string) {
    this.#account = account;
    this.#path = `d1/database/${uuid}/raw`;
    this.#reads = new D1Reads((statements, signal) => this.#send(statements, {signal, isWrite: false}));
  }

  async query(sql: string, params: readonly SqlValue[] = [], {signal}: Asking = {}): Promise<readonly Row[]> {
    this.#requireOpen();
    requireSelect(sql);
    const [statement] = d1Statements([{sql, params}]);
    return statement === undefined ? [] : this.#reads.ask(statement, signal);
  }

  async transaction(
    statements: readonly Statement[],
    {signal}: Asking = {},
  ): Promise<readonly (readonly Row[])[]> {
    this.#requireOpen();
    if (statements.length === 0) return [];
    const plain = d1Statements(statements);
    const asking = signal === undefined ? {} : {signal};
    const writing = this.#writing.then(() => this.#send(() => plain, {...asking, isWrite: true}));
    this.#writing = writing.catch(() => undefined);
    return writing;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#writing;
    await this.#reads.settled();
  }

  async #send(
    statements: () => readonly D1Statement[],
    options: {readonly signal?: AbortSignal; readonly isWrite: boolean},
  ): Promise<readonly (readonly Row[])[]> {
    let sent = 0;
    const result = await this.#account.request({
      method: 'post',
      path: this.#path,
      body: () => {
        const batch = statements();
        sent = batch.length;
        return {batch};
      },
      ...options,
    });
    const parsed = answers.safeParse(result);
    // An answer that is missing must not be taken for one without rows.
    if (!parsed.success || parsed.data.length !== sent)
      throw new Fault('server-error', 'D1: the rows are not of the form that the API documents', {
        host: this.#account.host,
        isUnsettled: options.isWrite,
      });
    return parsed.data.map(({results: {columns, rows}}) =>
      rows.map(row => Object.fromEntries(columns.map((column, index) => [column, row[index] ?? null]))),
    );
  }

  #requireOpen(): void {
    if (this.#isClosed) throw new Fault('connection', 'the database is closed');
  }
}
