import {z} from 'zod';
import {Fault, isRetryable} from '../core/failure.ts';
import {OperatorError} from '../core/operator-error.ts';
import type {Statement} from '../core/sql.ts';
import type {Asking, Database, Reader} from '../databases/database.ts';
import {retrying} from './backoff.ts';
import type {Self} from './holder.ts';
import {displaced, refusal} from './lease-obstacle.ts';
import {claimLease, handLease, releaseLease, renewLease} from './lease-statements.ts';
import {readLease} from './mark.ts';
import {createTables, dropMarks} from './mark-statements.ts';
import {retryingReader} from './steady-reader.ts';

/**
 * The right to write to a target: one live run at a time, whoever starts it and from whichever ledger. A claim of our
 * own that lands late only raises the fence: the lease is then regained, not lost. Left out: that a holder which is
 * cut off stops by itself; the database refuses what it sends.
 */

export interface LeaseOrder {
  readonly run: string;
  readonly self: Self;
  readonly leaseMs: number;
  /** The run's fence so far: the new one is above it, also where the tables are gone. */
  readonly leastFence: number;
  /** The holder that the operator allows to be pushed aside, typed in full. */
  readonly takeOver: string | null;
  /** For whom it is kept when the run gives it back; without one it is free then. */
  readonly returnsTo?: string | null;
  /** How often it is tried to give it back. */
  readonly attempts: number;
  readonly random: () => number;
  /** Milliseconds in which the service behind the target takes no request. */
  readonly blockedMs: () => number;
}

/** Giving a lease back is not worth a longer wait: it expires by itself. */
export const releaseMs = 10_000;

export interface HeldLease {
  /** It rises when an outcome is unknown: what was sent with the one before can't land any more. */
  readonly fence: number;
  readonly leaseMs: number;
  /**
   * Sees to it that the lease is renewed, and waits for nothing: false once it is known to be lost. One that was given
   * back has nothing to renew.
   */
  renew(): Promise<boolean>;
  /** A higher fence for the same holder; null where the lease is lost. */
  raise(): Promise<number | null>;
  /**
   * The same where the database has refused the fence: null but where holder and run are still ours. It is given up with
   * the run, unless it has a signal of its own.
   */
  regain(signal?: AbortSignal): Promise<number | null>;
  /** Gives it back. The run's marks go only when the run is over: a resume may still need them. */
  release(isOver: boolean): Promise<void>;
}

/** Takes the lease, and makes the tables where they are missing. Refused with who holds it and until when. */
export async function acquireLease(
  database: Database,
  order: LeaseOrder,
  signal?: AbortSignal,
): Promise<HeldLease> {
  const asking = signal === undefined ? {} : {signal};
  const reader = readerFor(database, order, signal);
  const tables = createTables(database.dialect, order.leastFence);
  const claimed = (...asked: Parameters<typeof claim>) =>
    claim(...asked).catch(async (error: unknown) => {
      throw isLocked(error) ? await explainLock(error, database, order) : error;
    });
  const first = await claimed(database, order, null, asking, tables);
  const instead = first === null ? displaced(await readLease(reader), order) : null;
  const fence = first ?? (await claimed(database, order, instead, asking));
  if (fence === null) throw refusal(await readLease(reader));
  return new Lease(database, order, fence, signal);
}

class Lease implements HeldLease {
  readonly leaseMs: number;
  fence: number;
  readonly #database: Database;
  readonly #order: LeaseOrder;
  readonly #renewals = new AbortController();
  /** Gives up what still waits for its turn, when the run is stopped and when the lease is given back. */
  readonly #signal: AbortSignal;
  #isHeld = true;
  #renewing: Promise<void> | null = null;
  /** What became of the renewal before. */
  #renewed: () => boolean = () => true;

  constructor(database: Database, order: LeaseOrder, fence: number, signal: AbortSignal | undefined) {
    this.#database = database;
    this.#order = order;
    const given = this.#renewals.signal;
    this.#signal = signal === undefined ? given : AbortSignal.any([given, signal]);
    this.leaseMs = order.leaseMs;
    this.fence = fence;
  }

  async renew(): Promise<boolean> {
    if (!this.#isHeld) return true;
    this.#renewing ??= this.#renew()
      .then(
        isOurs => () => isOurs,
        (error: unknown) => () => this.#isExcused(error),
      )
      .then(renewed => {
        this.#renewed = renewed;
        this.#renewing = null;
      });
    return this.#renewed();
  }

  raise(): Promise<number | null> {
    return this.#raise(this.#signal);
  }

  async #raise(signal: AbortSignal): Promise<number | null> {
    const asking = {signal};
    const raised = await claim(this.#database, {...this.#order, leastFence: this.fence}, null, asking);
    this.fence = raised ?? this.fence;
    return raised;
  }

  async regain(signal = this.#signal): Promise<number | null> {
    const {run, self} = this.#order;
    const standing = await readLease(readerFor(this.#database, this.#order, signal));
    if (standing === null)
      throw new Fault(
        'not-found',
        'headgate_lease and headgate_marks are gone from the target: was it restored?',
      );
    return standing.run === run && standing.holder === self.holder.name ? this.#raise(signal) : null;
  }

  async release(isOver: boolean): Promise<void> {
    const {run, attempts, random, blockedMs, returnsTo = null} = this.#order;
    const {dialect} = this.#database;
    this.#isHeld = false;
    this.#renewals.abort();
    await this.#renewing;
    const blocked = blockedMs();
    if (blocked > releaseMs)
      throw new Fault('rate-limited', `no request is taken for ${Math.ceil(blocked / 1_000)} s`);
    const signal = AbortSignal.timeout(releaseMs);
    const onRetry = (_: number, waitMs: number, fault: Fault) => {
      if (waitMs > releaseMs) throw fault;
    };
    await retrying({attempts, signal, random, onRetry}, () =>
      this.#database.transaction(
        [
          ...(isOver ? [dropMarks(dialect, run, this.fence)] : []),
          returnsTo === null
            ? releaseLease(dialect, run, this.fence)
            : handLease(dialect, run, this.fence, returnsTo, this.leaseMs),
        ],
        {signal},
      ),
    );
  }

  async #renew(): Promise<boolean> {
    const {run} = this.#order;
    const [renewed = []] = await this.#database.transaction(
      [renewLease(this.#database.dialect, run, this.fence, this.leaseMs)],
      {
        signal: this.#signal,
      },
    );
    return renewed.length === 1 || (await this.regain()) !== null;
  }

  /** A target that is busy says nothing about the lease, and a run that is stopped needs none. */
  #isExcused(error: unknown): boolean {
    if (this.#signal.aborted) return true;
    if (error instanceof Fault && isRetryable(error.kind)) return true;
    throw error;
  }
}

function readerFor(
  database: Database,
  {attempts, random}: LeaseOrder,
  signal = new AbortController().signal,
): Reader {
  return retryingReader(database, {attempts, random, signal, onRetry: () => undefined});
}

/** The fence; null where somebody else holds the lease. Asked for twice by the same holder, it is only higher. */
async function claim(
  database: Database,
  {run, self, leaseMs, leastFence}: LeaseOrder,
  instead: string | null,
  asking: Asking,
  before: readonly Statement[] = [],
): Promise<number | null> {
  const {name: holder, host} = self.holder;
  const statements = [
    ...before,
    claimLease(database.dialect, {run, holder, host, leaseMs, leastFence, instead}),
  ];
  const [row] = (await database.transaction(statements, asking)).at(-1) ?? [];
  return row === undefined ? null : z.number().parse(row['fence']);
}

/**
 * A lock of another process on this machine; a service that did not answer is another matter. In the middle of a run it may
 * be the run's own transaction, over a connection that the server does not know to be lost: that is waited for.
 */
function isLocked(error: unknown): error is Fault {
  return error instanceof Fault && error.kind === 'timeout' && !error.isUnsettled;
}

async function explainLock(
  {message}: Fault,
  database: Database,
  {self}: Pick<LeaseOrder, 'self'>,
): Promise<OperatorError> {
  const standing = await readLease(database).catch(() => null);
  // A lease of our own says nothing: then it is a program that takes none.
  const who =
    standing?.holder == null || standing.holder === self.holder.name
      ? 'another program'
      : `${standing.holder}, or a program without a lease,`;
  return new OperatorError(
    'gate',
    `the target is locked (${message}): ${who} sits inside a transaction`,
    'Wait until it has finished, or end that program; then go on.',
  );
}
