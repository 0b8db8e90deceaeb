import {Fault} from '../core/failure.ts';
import type {Row, SqlValue, Statement} from '../core/sql.ts';
import type {Asking, Database, Reader} from './database.ts';
import {postgresErrorIn} from './postgres-faults.ts';
import type {PostgresReads} from './postgres-reads.ts';
import type {PostgresSession} from './postgres-session.ts';
import {requireBindable} from './postgres-values.ts';
import {requireSelect} from './select-only.ts';
import {Turns} from './turns.ts';

/** A Postgres that can only be read. */
export class PostgresReader implements Reader {
  readonly dialect = 'postgres';
  readonly #reads: PostgresReads;
  #closed: Promise<void> | null = null;

  constructor(reads: PostgresReads) {
    this.#reads = reads;
  }

  async query(sql: string, params: readonly SqlValue[] = [], {signal}: Asking = {}): Promise<readonly Row[]> {
    this.requireOpen();
    requireSelect(sql, 'postgres');
    requireBindable(params);
    return this.#reads.ask(sql, params, signal);
  }

  close(): Promise<void> {
    this.#closed ??= this.end();
    return this.#closed;
  }

  protected end(): Promise<void> {
    return this.#reads.close();
  }

  protected requireOpen(): void {
    if (this.#closed !== null) throw new Fault('connection', 'the database is closed');
  }
}

/**
 * Reads as a reader does, and writes over one connection, one transaction after the other. A connection that was lost is
 * replaced for the next transaction. Whether a transaction happened is unknown only where COMMIT was sent and not
 * answered.
 */
export class PostgresDatabase extends PostgresReader implements Database {
  readonly #open: () => Promise<PostgresSession>;
  readonly #turns = new Turns();
  #session: PostgresSession;

  constructor(reads: PostgresReads, open: () => Promise<PostgresSession>, first: PostgresSession) {
    super(reads);
    this.#open = open;
    this.#session = first;
  }

  async transaction(
    statements: readonly Statement[],
    {signal}: Asking = {},
  ): Promise<readonly (readonly Row[])[]> {
    this.requireOpen();
    if (statements.length === 0) return [];
    for (const {params} of statements) requireBindable(params);
    return this.#turns.take(async () => {
      if (this.#session.lost !== null) this.#session = await this.#open();
      return transaction(this.#session, statements);
    }, signal);
  }

  protected override async end(): Promise<void> {
    await this.#turns.settled();
    await Promise.all([this.#session.close(), super.end()]);
  }
}

/** All but COMMIT is sent at once: behind a statement that fails, Postgres refuses the others. */
async function transaction(
  session: PostgresSession,
  statements: readonly Statement[],
): Promise<readonly (readonly Row[])[]> {
  // The statements count on seeing what others committed, whatever the server's own default is.
  const begun = session.ask('BEGIN ISOLATION LEVEL READ COMMITTED');
  const sent = statements.map(({sql, params}) => session.ask(sql, params));
  const settled = await Promise.allSettled([begun, ...sent]);
  const failed = settled.find(each => each.status === 'rejected');
  if (failed !== undefined || session.lost !== null) {
    // Where that fails, the connection is lost, and the transaction with it.
    if (session.lost === null) await session.ask('ROLLBACK').catch(() => undefined);
    throw failed?.reason ?? session.lost;
  }
  if (!session.isInTransaction)
    throw new Fault('invalid', 'a statement has ended the transaction that it was in');
  await commit(session);
  return settled.slice(1).map(each => (each.status === 'fulfilled' ? each.value : []));
}

async function commit(session: PostgresSession): Promise<void> {
  try {
    await session.ask('COMMIT');
  } catch (error) {
    throw session.lost === null ? error : unsettled(session.lost);
  }
}

/** A connection that ends behind COMMIT says nothing of it, not even where it says why it ends. */
function unsettled({kind, message, host, cause}: Fault): Fault {
  return new Fault(
    kind === 'timeout' ? 'timeout' : 'connection',
    `${message}, and whether it was committed is unknown`,
    {
      ...(host === undefined ? {} : {host}),
      cause: postgresErrorIn(cause) ?? cause,
      isUnsettled: true,
    },
  );
}
