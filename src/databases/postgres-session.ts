import type {Client, QueryConfig} from 'pg';
import {Fault} from '../core/failure.ts';
import type {Row, SqlValue} from '../core/sql.ts';
import type {PostgresAddress} from './postgres-address.ts';
import {cancelOn} from './postgres-cancel.ts';
import {connectClient} from './postgres-client.ts';
import {endsSession, faultOfPostgres, postgresErrorIn} from './postgres-faults.ts';
import {PreparedNames} from './postgres-prepared.ts';

export interface Timeouts {
  readonly connectMs: number;
  /** Of one statement; a whole-table check has to fit. */
  readonly statementMs: number;
  readonly lockMs: number;
  /** Of a transaction in which nothing comes: a process that was frozen must not keep its locks. */
  readonly idleMs: number;
  /** Beyond statementMs, until a server that says nothing counts as gone. */
  readonly graceMs: number;
}

export const defaultTimeouts: Timeouts = {
  connectMs: 10_000,
  statementMs: 300_000,
  lockMs: 5_000,
  idleMs: 30_000,
  graceMs: 15_000,
};

export interface SessionOptions {
  readonly address: PostgresAddress;
  readonly password: () => Promise<string | null>;
  readonly readOnly: boolean;
  readonly timeouts: Timeouts;
  /** Statements whose best plan depends on how large their tables are by then: they are not kept prepared. */
  readonly plansAnew?: (sql: string) => boolean;
}

const leavingMs = 5_000;

/**
 * One connection to a server. What is asked together is sent at once and done in order; each statement by itself is
 * answered or fails. A connection that broke, or on which nothing came for too long, is lost for good: whoever holds it
 * opens another.
 */
export class PostgresSession {
  readonly host: string;
  readonly #client: Client;
  readonly #options: SessionOptions;
  readonly #names = new PreparedNames();
  #pending = 0;
  #deadline: NodeJS.Timeout | undefined;
  #lost: Fault | null = null;

  private constructor(client: Client, options: SessionOptions) {
    const {host, port} = options.address;
    this.host = `${host}:${port}`;
    this.#client = client;
    this.#options = options;
    client.on('error', error => this.#lose(this.#faultOf(error)));
    client.on('end', () =>
      this.#lose(new Fault('connection', 'the server closed the connection', {host: this.host})),
    );
  }

  /** Fails with what the client or the server said. */
  static async open(options: SessionOptions): Promise<PostgresSession> {
    return new PostgresSession(await connectClient(options), options);
  }

  /** Why nothing can be asked here any more; null where that is not so. */
  get lost(): Fault | null {
    return this.#lost;
  }

  /** Behind BEGIN, and neither ended nor failed. */
  get isInTransaction(): boolean {
    return this.#client.getTransactionStatus() === 'T';
  }

  async ask(sql: string, params: readonly SqlValue[] = []): Promise<readonly Row[]> {
    if (this.#lost !== null) throw this.#lost;
    const name = this.#options.plansAnew?.(sql) === true ? null : this.#names.take(sql);
    let isFine = false;
    this.#pending++;
    this.#wait();
    try {
      const {rows} = await this.#client.query<Row>(configOf(sql, params, name));
      isFine = true;
      return rows;
    } catch (error) {
      throw this.#lost ?? this.#faultOf(error);
    } finally {
      if (name !== null) this.#names.answered(sql, isFine);
      this.#pending--;
      this.#wait();
    }
  }

  /** Ends it, when all is answered: a server that has gone silent does not say that it heard. */
  async close(): Promise<void> {
    clearTimeout(this.#deadline);
    if (this.#lost !== null) return;
    const leaving = setTimeout(() => this.#client.connection.stream.destroy(), leavingMs);
    await this.#client.end();
    clearTimeout(leaving);
  }

  /** Gives up what is being asked here: nobody waits for it, and the server is told. */
  abandon(): void {
    cancelOn(this.#client, this.#options.address);
    this.#break(new Fault('connection', 'the query was given up', {host: this.host}));
  }

  /** As long as something is asked, something has to come. */
  #wait(): void {
    clearTimeout(this.#deadline);
    if (this.#pending === 0 || this.#lost !== null) return;
    const {statementMs, graceMs} = this.#options.timeouts;
    const ms = statementMs + graceMs;
    this.#deadline = setTimeout(
      () => this.#break(new Fault('timeout', `no answer within ${ms / 1_000} s`, {host: this.host})),
      ms,
    );
  }

  #break(fault: Fault): void {
    this.#lose(fault);
    this.#client.connection.stream.destroy();
  }

  #lose(fault: Fault): void {
    clearTimeout(this.#deadline);
    this.#lost ??= fault;
  }

  #faultOf(error: unknown): Fault {
    const {host} = this;
    const said = postgresErrorIn(error);
    if (said === null)
      return new Fault('connection', error instanceof Error ? error.message : String(error), {
        host,
        cause: error,
      });
    const fault = faultOfPostgres(said, {host});
    if (endsSession(said)) this.#break(fault);
    return fault;
  }
}

function configOf(sql: string, params: readonly SqlValue[], name: string | null): OneStatement {
  return {text: sql, values: [...params], queryMode: 'extended', ...(name === null ? {} : {name})};
}

interface OneStatement extends QueryConfig {
  /** One statement, however many its text has: more are refused. */
  readonly queryMode: 'extended';
}
