import type {Row, SqlValue} from '../core/sql.ts';
import type {PostgresSession} from './postgres-session.ts';

/** Connections to one server at most: checks that are asked for together need not wait for each other. */
const mostSessions = 4;

interface Query {
  readonly sql: string;
  readonly params: readonly SqlValue[];
  readonly signal: AbortSignal | undefined;
  readonly resolve: (rows: readonly Row[]) => void;
  readonly reject: (error: unknown) => void;
  /** Told by the signal while it waits. */
  readonly giveUp: () => void;
}

/**
 * Queries over a few connections that can only read, each opened when it is needed. Nothing is tried twice. A query that
 * nobody waits for any more is ended at the server, and its connection with it.
 */
export class PostgresReads {
  readonly #open: () => Promise<PostgresSession>;
  readonly #waiting: Query[] = [];
  readonly #idle: PostgresSession[] = [];
  readonly #serving = new Set<Promise<void>>();

  /** One that is open already may be given. */
  constructor(open: () => Promise<PostgresSession>, first: PostgresSession | null = null) {
    this.#open = open;
    if (first !== null) this.#idle.push(first);
  }

  ask(sql: string, params: readonly SqlValue[], signal: AbortSignal | undefined): Promise<readonly Row[]> {
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const query: Query = {sql, params, signal, resolve, reject, giveUp: () => this.#giveUp(query)};
      signal?.addEventListener('abort', query.giveUp, {once: true});
      this.#waiting.push(query);
      if (this.#serving.size >= mostSessions) return;
      const serving = this.#serve().finally(() => this.#serving.delete(serving));
      this.#serving.add(serving);
    });
  }

  /** Answers what was asked before, then closes its connections. */
  async close(): Promise<void> {
    while (this.#serving.size > 0) await Promise.all(this.#serving);
    await Promise.all(this.#idle.splice(0).map(session => session.close()));
  }

  /** What is under way is given up where it is. */
  #giveUp(query: Query): void {
    const place = this.#waiting.indexOf(query);
    if (place === -1) return;
    this.#waiting.splice(place, 1);
    query.reject(query.signal?.reason);
  }

  async #serve(): Promise<void> {
    let session: PostgresSession | null = null;
    for (let query = this.#waiting.shift(); query !== undefined; query = this.#waiting.shift()) {
      query.signal?.removeEventListener('abort', query.giveUp);
      try {
        if (session === null || session.lost !== null) session = await this.#session();
        query.resolve(await answer(session, query));
      } catch (error) {
        query.reject(error);
      }
    }
    if (session !== null && session.lost === null) this.#idle.push(session);
  }

  async #session(): Promise<PostgresSession> {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop())
      if (idle.lost === null) return idle;
    return this.#open();
  }
}

async function answer(session: PostgresSession, {sql, params, signal}: Query): Promise<readonly Row[]> {
  // It may have been given up while a connection was opened for it.
  signal?.throwIfAborted();
  const abandon = () => session.abandon();
  signal?.addEventListener('abort', abandon, {once: true});
  try {
    return await session.ask(sql, params);
  } catch (error) {
    // It was given up, and that is the reason; whatever else the connection says follows from it.
    throw signal?.aborted === true ? signal.reason : error;
  } finally {
    signal?.removeEventListener('abort', abandon);
  }
}
