import {Fault} from '../core/failure.ts';
import type {Row, Statement} from '../core/sql.ts';
import type {PostgresSession} from '../databases/postgres-session.ts';
import type {Patience} from './patience.ts';

/** Transactions that are made as one: so many are quick enough for whoever asks something else in between. */
const mostTogether = 256;

/** The ledger's advisory lock: "headgate" and "ledger" in ASCII, as far as they fit. One database has one ledger. */
const lock = [0x68656164, 0x6c656467] as const;
export const takeTurn = `SELECT pg_advisory_xact_lock(${lock.join(', ')})`;

/** First of all the turn: what a process that had it before has committed, every statement behind it sees. */
const begin = `WITH turn AS MATERIALIZED (${takeTurn})
  INSERT INTO writers (id, number, at) SELECT $1, CAST($2 AS BIGINT), clock_timestamp() FROM turn
  ON CONFLICT (id) DO UPDATE SET number = excluded.number, at = excluded.at`;

/** Rows of writers that were killed; a commit is asked after within a minute, or never. */
const forget = "DELETE FROM writers WHERE id = $1 OR at < now() - interval '1 day'";

/**
 * Statements are planned once, for tables as they are then: in the beginning empty, where every plan is as good as any
 * other. So they are planned anew each time that twice as many commits have been made.
 */
function isPowerOfTwo(number: number): boolean {
  return Number.isInteger(Math.log2(number));
}

type Answer = readonly (readonly Row[])[];

interface Waiting {
  readonly statements: readonly Statement[];
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

export interface WritesOptions {
  /** Unique among the processes that write. */
  readonly writer: string;
  readonly open: () => Promise<PostgresSession>;
  readonly first: PostgresSession;
  readonly patience: Patience;
}

/**
 * Transactions of all processes one after the other, each of them made exactly once.
 *
 * One after the other: each begins with the ledger's advisory lock and keeps it to its end, so that its statements may
 * look at rows before they write, as they may in SQLite. Reads don't take it.
 *
 * Together: those that wait for their turn at the same time are committed as one, for the price of one. Where one of them
 * is refused, none was made, and halves of them are tried again, so that it fails alone.
 *
 * Exactly once: whatever is lost before COMMIT was sent was not made, and is made again. A COMMIT without an answer is
 * asked after: with the lock, which is free only when whatever was sent before has ended, by the number that was written
 * with it. So no transaction of the ledger has to be idempotent, and most are not: a checkpoint adds to counts, and a
 * compare-and-set would lose against itself.
 */
export class PostgresWrites {
  readonly #options: WritesOptions;
  readonly #waiting: Waiting[] = [];
  #session: PostgresSession;
  #number = 0;
  #working: Promise<void> | null = null;

  constructor(options: WritesOptions) {
    this.#options = options;
    this.#session = options.first;
  }

  transaction(statements: readonly Statement[]): Promise<Answer> {
    if (statements.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      this.#waiting.push({statements, resolve, reject});
      this.#working ??= this.#work();
    });
  }

  /** Answers what was asked before, and leaves no trace of this writer. */
  async close(): Promise<void> {
    await this.#working;
    if (this.#number > 0 && this.#session.lost === null)
      await this.#session.ask(forget, [this.#options.writer]).catch(() => undefined);
    await this.#session.close();
  }

  async #work(): Promise<void> {
    for (;;) {
      // What is asked for in the same turn of the event loop is to be among them.
      await Promise.resolve();
      const group = this.#waiting.splice(0, mostTogether);
      if (group.length === 0) break;
      await this.#make(group);
    }
    this.#working = null;
  }

  async #make(group: readonly Waiting[]): Promise<void> {
    try {
      const {patience} = this.#options;
      const answer = await patience.keep(() => this.#once(group.flatMap(({statements}) => statements)));
      let from = 0;
      for (const {statements, resolve} of group) {
        resolve(answer.slice(from, from + statements.length));
        from += statements.length;
      }
    } catch (error) {
      const middle = Math.ceil(group.length / 2);
      if (group.length > 1 && error instanceof Fault)
        for (const half of [group.slice(0, middle), group.slice(middle)]) await this.#make(half);
      else for (const {reject} of group) reject(error);
    }
  }

  /** A failure of the connection means that nothing was made. */
  async #once(statements: readonly Statement[]): Promise<Answer> {
    const session = await this.#connected();
    const number = ++this.#number;
    const answer = await this.#prepared(session, number, statements);
    try {
      await session.ask('COMMIT');
    } catch (error) {
      if (session.lost === null) throw error;
      if (!(await this.#isCommitted(number))) throw session.lost;
    }
    return answer;
  }

  /** All but COMMIT is sent at once: behind a statement that fails, Postgres refuses the others. */
  async #prepared(
    session: PostgresSession,
    number: number,
    statements: readonly Statement[],
  ): Promise<Answer> {
    if (isPowerOfTwo(number)) void session.ask('DISCARD PLANS').catch(() => undefined);
    const [begun, ...made] = await Promise.allSettled([
      session.ask('BEGIN ISOLATION LEVEL READ COMMITTED'),
      session.ask(begin, [this.#options.writer, number]),
      ...statements.map(({sql, params}) => session.ask(sql, params)),
    ]);
    const failed = [begun, ...made].find(each => each.status === 'rejected');
    if (failed !== undefined || session.lost !== null) {
      // Where that fails, the connection is lost, and the transaction with it.
      if (session.lost === null) await session.ask('ROLLBACK').catch(() => undefined);
      throw failed?.reason ?? session.lost;
    }
    return made.slice(1).map(each => (each.status === 'fulfilled' ? each.value : []));
  }

  /** Asked until there is an answer: the one who knows may still be at it, or starting anew. */
  #isCommitted(number: number): Promise<boolean> {
    return this.#options.patience.keep(async () => {
      const session = await this.#connected();
      try {
        await session.ask('BEGIN ISOLATION LEVEL READ COMMITTED');
        await session.ask(takeTurn);
        const [row] = await session.ask('SELECT number FROM writers WHERE id = $1', [this.#options.writer]);
        return row?.['number'] === number;
      } finally {
        if (session.lost === null) await session.ask('ROLLBACK').catch(() => undefined);
      }
    });
  }

  async #connected(): Promise<PostgresSession> {
    if (this.#session.lost !== null) this.#session = await this.#options.open();
    return this.#session;
  }
}
