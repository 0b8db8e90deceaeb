import {Fault} from '../core/failure.ts';
import type {Row, Statement} from '../core/sql.ts';
import type {Database} from '../databases/database.ts';
import {Exhausted, retrying} from './backoff.ts';
import type {AtPoint} from './crash-points.ts';
import {countIntoMark, dropMark, isLeaseRefusal, type Mark, markPage, readMarks, renewLease} from './mark.ts';

/** A page that is ready to be written: its intent is in the ledger. */
export interface ReadyPage {
  readonly partition: string;
  readonly page: number;
  readonly statements: readonly Statement[];
}

/** What the database says about a page that was committed. */
export interface Committed {
  /** Keys of the items whose rows were touched; null where only the mark is known (after an unknown outcome). */
  readonly touched: ReadonlySet<string> | null;
  readonly rows: number;
}

/** The lease went to another process: nothing more may be written. */
export class LeaseLost extends Error {
  constructor() {
    super('another process has taken over the lease of the target');
    this.name = 'LeaseLost';
  }
}

export interface WriterOptions {
  readonly database: Database;
  readonly run: string;
  /** Null where the operator forbids marks: pages are then settled by reading back. */
  readonly lease: {readonly fence: number; readonly leaseMs: number} | null;
  readonly attempts: number;
  readonly random: () => number;
  readonly at: AtPoint;
  readonly onRetry: (attempt: number, waitMs: number, fault: Fault) => void;
}

interface Queued {
  readonly page: ReadyPage;
  readonly resolve: (committed: Committed) => void;
  readonly reject: (error: unknown) => void;
}

/** Pages that go into one transaction. */
const pagesAtOnce = 8;
/** Writing is not stopped by a pause: a transaction in flight is finished. */
const never = new AbortController().signal;

/**
 * Commits pages in order, several partitions' ready pages in one transaction, each with its mark. A transaction that
 * is refused says nothing about a single page, so its pages are then written one by one.
 */
export class Writer {
  readonly #options: WriterOptions;
  readonly #queue: Queued[] = [];
  readonly #finished: string[] = [];
  #working = false;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  commit(page: ReadyPage): Promise<Committed> {
    return new Promise((resolve, reject) => {
      this.#queue.push({page, resolve, reject});
      if (!this.#working) void this.#work();
    });
  }

  /** The partition is checkpointed to its end: its mark goes with the next transaction. */
  forget(partition: string): void {
    this.#finished.push(partition);
  }

  async #work(): Promise<void> {
    this.#working = true;
    // Pages that become ready in the same turn go together.
    await Promise.resolve();
    while (this.#queue.length > 0) await this.#group(this.#queue.splice(0, pagesAtOnce));
    this.#working = false;
  }

  /** `again` where the pages were sent before, in a transaction whose outcome may be unknown. */
  async #group(group: readonly Queued[], again = false): Promise<void> {
    try {
      const committed = await this.#transaction(
        group.map(({page}) => page),
        again,
      );
      for (const [index, {resolve}] of group.entries())
        resolve(committed[index] ?? {touched: new Set(), rows: 0});
    } catch (error) {
      if (group.length === 1 || !(error instanceof Fault)) for (const {reject} of group) reject(error);
      else for (const queued of group) await this.#group([queued], true);
    }
  }

  async #transaction(pages: readonly ReadyPage[], again: boolean): Promise<readonly Committed[]> {
    const {attempts, random, onRetry} = this.#options;
    let tried = again;
    try {
      return await retrying({attempts, signal: never, random, onRetry}, async () => {
        const known = tried ? await this.#settled(pages) : null;
        tried = true;
        return known ?? this.#once(pages);
      });
    } catch (error) {
      throw this.#translate(error instanceof Exhausted ? error.cause : error);
    }
  }

  async #once(pages: readonly ReadyPage[]): Promise<readonly Committed[]> {
    const {database, run, lease, at} = this.#options;
    const finished = [...this.#finished];
    const statements: Statement[] = lease === null ? [] : finished.map(partition => dropMark(run, partition));
    const spans = pages.map(page => {
      const from = statements.length;
      statements.push(...this.#pageStatements(page));
      return {from, to: statements.length};
    });
    if (lease !== null) statements.push(renewLease(run, lease.fence, lease.leaseMs));
    const sent = database.transaction(statements);
    at('commit-sent');
    const rows = await sent;
    if (lease !== null && rows.at(-1)?.length === 0) throw new LeaseLost();
    this.#finished.splice(0, finished.length);
    return spans.map(({from, to}) => countRows(statements.slice(from, to), rows.slice(from, to)));
  }

  #pageStatements({partition, page, statements}: ReadyPage): readonly Statement[] {
    const {run, lease} = this.#options;
    if (lease === null) return statements;
    return [
      markPage({run, partition, page, fence: lease.fence}),
      ...statements.flatMap(statement =>
        statement.counts === undefined
          ? [statement]
          : [statement, countIntoMark(run, partition, statement.counts)],
      ),
    ];
  }

  /** After an unknown outcome: what the marks say, or null where the pages did not happen. */
  async #settled(pages: readonly ReadyPage[]): Promise<readonly Committed[] | null> {
    const {database, run, lease} = this.#options;
    if (lease === null) return null;
    const marks = await readMarks(database, run);
    const found = pages.map(({partition, page}) => {
      const mark = marks?.get(partition);
      return mark !== undefined && mark.page >= page ? mark : null;
    });
    return found.every(mark => mark !== null)
      ? found.map(mark => ({touched: null, rows: markedRows(mark)}))
      : null;
  }

  #translate(error: unknown): unknown {
    return error instanceof Fault && error.kind === 'refused' && isLeaseRefusal(error.message)
      ? new LeaseLost()
      : error;
  }
}

export function markedRows({inserted, updated, deleted}: Mark): number {
  return inserted + updated + deleted;
}

function countRows(statements: readonly Statement[], rows: readonly (readonly Row[])[]): Committed {
  const touched = new Set<string>();
  let count = 0;
  statements.forEach(({counts}, index) => {
    if (counts === undefined) return;
    for (const row of rows[index] ?? []) {
      touched.add(String(row['key']));
      count++;
    }
  });
  return {touched, rows: count};
}

/** A page that may succeed when it is cut smaller, down to the one item that can't be written. */
export function canBeHalved(fault: Fault): boolean {
  return fault.kind === 'refused' || fault.kind === 'too-large';
}
