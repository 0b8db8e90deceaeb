import {setTimeout as sleep} from 'node:timers/promises';
import {Fault} from '../core/failure.ts';
import type {Statement} from '../core/sql.ts';
import {counted} from '../core/words.ts';
import type {Database} from '../databases/database.ts';
import {Exhausted, type Patience, retrying} from './backoff.ts';
import type {AtPoint} from './crash-points.ts';
import type {HeldLease} from './lease.ts';
import {isLeaseRefusal, readMarks} from './mark.ts';
import {type Committed, groupPages, markedRows, type ReadyPage} from './page-group.ts';
import {retryingReader} from './steady-reader.ts';

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
  readonly lease: Pick<HeldLease, 'fence' | 'leaseMs' | 'raise' | 'regain'> | null;
  /** The lease has a new fence: the ledger has to know. */
  readonly onRaised: (fence: number) => Promise<void>;
  readonly attempts: number;
  readonly patience: Patience;
  /** Ends waiting for a turn; a transaction in flight is finished. */
  readonly signal: AbortSignal;
  readonly random: () => number;
  readonly at: AtPoint;
  readonly onRetry: (attempt: number, waitMs: number, fault: Fault) => void;
  /** Makes the statements of pages that are written by the same ones. */
  readonly commit?: (changes: readonly unknown[]) => readonly Statement[];
}

/** What is known of pages that were sent before. */
interface Sending {
  /** They may have happened. */
  isUnsettled: boolean;
  /** They took the database too long. */
  slow: Fault | null;
}

interface Queued {
  readonly page: ReadyPage;
  readonly resolve: (committed: Committed) => void;
  readonly reject: (error: unknown) => void;
}

/** Pages that go into one transaction: where each has statements of its own, and where all have the same. */
const pagesAtOnce = 8;
/** Fewer changes than this wait so long for others. */
const leastChanges = 200;
const companyMs = 4;
/** Postgres reads a parameter of five megabytes more slowly than five of one (55,000 rows a second, and 34,000). */
const mergedAtOnce = {pages: 512, changes: 1_000, bytes: 1024 * 1024};

/**
 * Commits pages in order, several partitions' ready pages in one transaction, each with its mark. A transaction that
 * is refused says nothing about a single page, so its pages are then written one by one. Without marks, and once
 * something went wrong, only the rows can tell what a page did: that is left to whoever asked.
 */
export class Writer {
  readonly #options: WriterOptions;
  readonly #queue: Queued[] = [];
  readonly #finished: string[] = [];
  /** Partitions of which, without marks, some rows may have been written by a page that failed. */
  readonly #doubtful = new Set<string>();
  #working = false;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /** The changes of many pages are written by the same statements: a small page costs none of its own. */
  get mergesPages(): boolean {
    return this.#options.database.dialect === 'postgres' && this.#options.commit !== undefined;
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
    this.#doubtful.delete(partition);
  }

  async #work(): Promise<void> {
    this.#working = true;
    // Pages that become ready in the same turn go together.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      if (this.mergesPages && this.#isSmall) await sleep(companyMs);
      await this.#group(this.#queue.splice(0, this.#fitting()));
    }
    this.#working = false;
  }

  /** A transaction of a few changes costs as much as one of hundreds, which may be ready in a moment. */
  get #isSmall(): boolean {
    return this.#queue.reduce((sum, {page}) => sum + page.changes, 0) < leastChanges;
  }

  /** How many of the pages that wait go together; one goes in any case. */
  #fitting(): number {
    if (!this.mergesPages) return pagesAtOnce;
    let [pages, changes, bytes] = [0, 0, 0];
    for (const {page} of this.#queue) {
      changes += page.changes;
      bytes += page.bytes ?? 0;
      if (pages >= mergedAtOnce.pages || changes > mergedAtOnce.changes || bytes > mergedAtOnce.bytes) break;
      pages++;
    }
    return Math.max(1, pages);
  }

  async #group(group: readonly Queued[], state: Sending = {isUnsettled: false, slow: null}): Promise<void> {
    try {
      const pages = group.map(({page}) => page);
      const committed = await this.#transaction(pages, state);
      for (const [index, {resolve}] of group.entries())
        resolve(committed[index] ?? {touched: null, rows: null});
    } catch (error) {
      const mayBeOfOne = error instanceof Fault && (canBeHalved(error) || error.kind === 'invalid');
      if (group.length > 1 && mayBeOfOne)
        for (const queued of group) await this.#group([queued], {...state, slow: null});
      else for (const {reject} of group) reject(error);
    }
  }

  /** Sends pages until it is known what became of them. Whatever may still be under way is locked out first. */
  async #transaction(pages: readonly ReadyPage[], state: Sending): Promise<readonly Committed[]> {
    const {attempts, patience, random, onRetry, signal} = this.#options;
    try {
      return await retrying({attempts, patience, signal, random, onRetry}, async () => {
        const known = state.isUnsettled ? await this.#settled(pages) : null;
        if (known !== null) return known;
        state.isUnsettled = false;
        requireSmaller(pages, state.slow);
        try {
          const committed = await this.#fenced(pages);
          return pages.map((page, index) => this.#known(page, committed[index]));
        } catch (error) {
          if (error instanceof Fault) this.#note(pages, state, error);
          throw error;
        }
      });
    } catch (error) {
      throw error instanceof Exhausted ? error.cause : error;
    }
  }

  /** A refusal of the fence wrote nothing: where only a late claim of our own has raised it, the pages are sent again. */
  async #fenced(pages: readonly ReadyPage[]): Promise<readonly Committed[]> {
    const {lease, onRaised} = this.#options;
    for (;;) {
      try {
        return await this.#once(pages);
      } catch (error) {
        if (lease === null || !(error instanceof Fault) || !isLeaseRefusal(error.message)) throw error;
        const fence = await lease.regain();
        if (fence === null) throw new LeaseLost();
        await onRaised(fence);
      }
    }
  }

  async #once(pages: readonly ReadyPage[]): Promise<readonly Committed[]> {
    const {database, run, lease, at, signal, commit = () => []} = this.#options;
    const finished = [...this.#finished];
    const group = groupPages(pages, {run, dialect: database.dialect, lease, finished, commit});
    const sent = database.transaction(group.statements, {signal});
    at('commit-sent');
    const committed = group.read(await sent);
    if (committed === null) throw new LeaseLost();
    this.#finished.splice(0, finished.length);
    return committed;
  }

  /**
   * After an unknown outcome: what the marks say, or null where the pages did not happen. The fence is raised before,
   * so a transaction that is still on its way is refused when it arrives.
   */
  async #settled(pages: readonly ReadyPage[]): Promise<readonly Committed[] | null> {
    const {database, run, lease, onRaised, attempts, signal, random, onRetry} = this.#options;
    if (lease === null) return null;
    const fence = await lease.raise();
    if (fence === null) throw new LeaseLost();
    await onRaised(fence);
    const marks = await readMarks(retryingReader(database, {attempts, signal, random, onRetry}), run);
    const found = pages.map(({partition, page}) => {
      const mark = marks?.get(partition);
      return mark !== undefined && mark.page >= page ? mark : null;
    });
    return found.every(mark => mark !== null)
      ? found.map(mark => ({touched: null, rows: markedRows(mark)}))
      : null;
  }

  #note(pages: readonly ReadyPage[], state: Sending, fault: Fault): void {
    state.isUnsettled = fault.isUnsettled;
    state.slow = fault.kind === 'timeout' && fault.isUnsettled ? fault : null;
    if (this.#options.lease === null) for (const {partition} of pages) this.#doubtful.add(partition);
  }

  #known({partition}: ReadyPage, committed: Committed | undefined): Committed {
    return committed === undefined || this.#doubtful.has(partition) ? {touched: null, rows: null} : committed;
  }
}

/** What took too long is not sent again as it is, as long as it can be cut. */
function requireSmaller(pages: readonly ReadyPage[], slow: Fault | null): void {
  const changes = pages.reduce((sum, page) => sum + page.changes, 0);
  if (slow !== null && (pages.length > 1 || changes > 1))
    throw new Fault('too-large', `${slow.message}: ${counted(changes, 'change')} at once`, {cause: slow});
}

/** A page that may succeed when it is cut smaller, down to the one item that can't be written. */
export function canBeHalved(fault: Fault): boolean {
  return fault.kind === 'refused' || fault.kind === 'too-large';
}
