import {Fault} from '../core/failure.ts';
import type {Row} from '../core/sql.ts';
import type {D1Statement} from './d1-statements.ts';

/** Queries in one request at most, and about how many bytes of parameters: the whole request has 30 s. */
const mostAtOnce = 16;
const bytesAtOnce = 1_000_000;

/** Sends one batch; what it is made of is asked for when it is its turn. */
export type SendBatch = (
  statements: () => readonly D1Statement[],
  signal: AbortSignal,
) => Promise<readonly (readonly Row[])[]>;

interface Query {
  readonly statement: D1Statement;
  /** Nobody waits for it any more. */
  isGivenUp: boolean;
  /** The request it went along with. */
  batch: Batch | null;
  readonly resolve: (rows: readonly Row[]) => void;
  readonly reject: (error: unknown) => void;
}

interface Batch {
  readonly ending: AbortController;
  readonly queries: Query[];
}

/**
 * Queries that wait for a turn at the same time travel as one batch: where an account may make three requests a second,
 * requests are what is scarce. A query that can't be answered does not take the others along; after a batch that took
 * too long, fewer travel together for a while. Nothing is tried twice.
 */
export class D1Reads {
  readonly #send: SendBatch;
  readonly #waiting: Query[] = [];
  readonly #running = new Set<Promise<void>>();
  /** The batch that waits for its turn. */
  #next: Batch | null = null;
  #atOnce = mostAtOnce;

  constructor(send: SendBatch) {
    this.#send = send;
  }

  ask(statement: D1Statement, signal: AbortSignal | undefined): Promise<readonly Row[]> {
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        this.#giveUp(query);
        reject(signal?.reason);
      };
      const query: Query = {
        statement,
        isGivenUp: false,
        batch: null,
        resolve: rows => {
          signal?.removeEventListener('abort', giveUp);
          resolve(rows);
        },
        reject: error => {
          signal?.removeEventListener('abort', giveUp);
          reject(error);
        },
      };
      signal?.addEventListener('abort', giveUp, {once: true});
      this.#waiting.push(query);
      this.#begin();
    });
  }

  /** All that was asked for is answered. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  #begin(): void {
    if (this.#next !== null || this.#waiting.length === 0) return;
    const batch: Batch = {ending: new AbortController(), queries: []};
    this.#next = batch;
    const running = this.#run(batch).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #run(batch: Batch): Promise<void> {
    try {
      const rows = await this.#send(() => this.#fill(batch), batch.ending.signal);
      for (const [index, query] of batch.queries.entries()) query.resolve(rows[index] ?? []);
      this.#atOnce = Math.min(mostAtOnce, this.#atOnce * 2);
    } catch (error) {
      // It failed before its turn came: those who wait are told.
      if (this.#next === batch) this.#fill(batch);
      if (error instanceof Fault && error.kind === 'timeout')
        this.#atOnce = Math.max(1, Math.floor(batch.queries.length / 2));
      await this.#failed(batch, error);
    }
  }

  #fill(batch: Batch): readonly D1Statement[] {
    let bytes = 0;
    while (batch.queries.length < this.#atOnce) {
      const [query] = this.#waiting;
      if (query === undefined) break;
      bytes += query.statement.params.reduce<number>((sum, value) => sum + String(value).length, 0);
      if (bytes > bytesAtOnce && batch.queries.length > 0) break;
      this.#waiting.shift();
      query.batch = batch;
      batch.queries.push(query);
    }
    this.#next = null;
    this.#begin();
    return batch.queries.map(({statement}) => statement);
  }

  async #failed({queries, ending}: Batch, error: unknown): Promise<void> {
    const isOfOne = error instanceof Fault && (error.kind === 'invalid' || error.kind === 'too-large');
    if (queries.length < 2 || !isOfOne) {
      for (const query of queries) query.reject(error);
      return;
    }
    for (const query of queries)
      if (!query.isGivenUp)
        await this.#send(() => [query.statement], ending.signal).then(
          ([rows = []]) => query.resolve(rows),
          query.reject,
        );
  }

  /** A request is called back when nobody waits for any of its answers. */
  #giveUp(query: Query): void {
    query.isGivenUp = true;
    const place = this.#waiting.indexOf(query);
    if (place !== -1) this.#waiting.splice(place, 1);
    const batch = query.batch ?? (this.#waiting.length === 0 ? this.#next : null);
    if (batch?.queries.every(({isGivenUp}) => isGivenUp) !== true) return;
    // Whoever asks from here on is not to be called back with it.
    if (this.#next === batch) this.#next = null;
    batch.ending.abort(new Error('nobody waits for it any more'));
  }
}
