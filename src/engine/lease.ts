import {z} from 'zod';
import {Fault} from '../core/failure.ts';
import {OperatorError} from '../core/operator-error.ts';
import type {Asking, Database} from '../databases/database.ts';
import {parseHolder, type Self} from './holder.ts';
import {
  claimLease,
  createTables,
  dropMarks,
  readLease,
  releaseLease,
  renewLease,
  type StandingLease,
} from './mark.ts';

export interface LeaseOrder {
  readonly run: string;
  readonly self: Self;
  readonly leaseMs: number;
  /** The run's fence so far: the new one is above it, also where the tables are gone. */
  readonly leastFence: number;
  /** The holder that the operator allows to be pushed aside, typed in full. */
  readonly takeOver: string | null;
}

/** The right to write to a target: one live run at a time, whoever starts it and from whichever ledger. */
export interface HeldLease {
  /** It rises when an outcome is unknown: what was sent with the one before can't land any more. */
  readonly fence: number;
  readonly leaseMs: number;
  /** False once it is lost; one that was given back has nothing to renew. */
  renew(): Promise<boolean>;
  /** A higher fence for the same holder; null where the lease is lost. */
  raise(): Promise<number | null>;
  /** Gives it back. The run's marks go only when the run is over: a resume may still need them. */
  release(isOver: boolean): Promise<void>;
}

/** Giving a lease back is not worth a longer wait: it expires by itself. */
const releaseMs = 10_000;

/** Makes the tables where they are missing, and takes the lease. Refused with who holds it and until when. */
export async function acquireLease(
  database: Database,
  order: LeaseOrder,
  signal?: AbortSignal,
): Promise<HeldLease> {
  const {run, leaseMs} = order;
  const asking = signal === undefined ? {} : {signal};
  const standing = await readLease(database);
  if (standing === null) await database.transaction(createTables(order.leastFence), asking);
  const instead = standing === null ? null : displaced(standing, order);
  const first = await claim(database, order, instead, standing, asking);
  if (first === null) throw refusal(await readLease(database));
  let fence = first;
  let isHeld = true;
  return {
    get fence() {
      return fence;
    },
    leaseMs,
    renew: async () => {
      if (!isHeld) return true;
      const [renewed = []] = await database.transaction([renewLease(run, fence, leaseMs)]);
      return renewed.length === 1;
    },
    raise: async () => {
      const raised = await claim(database, {...order, leastFence: fence}, null, standing, {});
      fence = raised ?? fence;
      return raised;
    },
    release: async isOver => {
      isHeld = false;
      await database.transaction([...(isOver ? [dropMarks(run, fence)] : []), releaseLease(run, fence)], {
        signal: AbortSignal.timeout(releaseMs),
      });
    },
  };
}

/** The fence; null where somebody else holds the lease. Asked for twice by the same holder, it is only higher. */
async function claim(
  database: Database,
  {run, self, leaseMs, leastFence}: LeaseOrder,
  instead: string | null,
  standing: StandingLease | null,
  asking: Asking,
): Promise<number | null> {
  const {name: holder, host} = self.holder;
  try {
    const [claimed = []] = await database.transaction(
      [claimLease({run, holder, host, leaseMs, leastFence, instead})],
      asking,
    );
    const [row] = claimed;
    return row === undefined ? null : z.number().parse(row['fence']);
  } catch (error) {
    // A lock of another process on this machine; a service that did not answer is another matter.
    if (!(error instanceof Fault) || error.kind !== 'timeout' || error.isUnsettled) throw error;
    throw new OperatorError(
      'gate',
      `the target is locked (${error.message})${standing?.holder == null ? '' : `: ${standing.holder} sits inside a transaction`}`,
      'Wait until it has finished, or end that process.',
    );
  }
}

/** The holder that may be pushed aside now: one that is certainly dead, or the one that the operator named. */
function displaced(standing: StandingLease, {self, takeOver}: LeaseOrder): string | null {
  if (standing.holder === null) return null;
  if (takeOver !== null && takeOver === standing.holder) return takeOver;
  const holder = parseHolder(standing.holder, standing.host ?? '');
  return holder !== null && !self.isAlive(holder) ? standing.holder : null;
}

/** Whether a claim would be refused; the reason, or null where the lease is free. */
export function leaseObstacle(
  standing: StandingLease | null,
  self: Self,
  takeOver: string | null,
): OperatorError | null {
  if (standing === null || standing.run === null || standing.remainingMs <= 0) return null;
  const order: LeaseOrder = {run: '', self, leaseMs: 0, leastFence: 0, takeOver};
  return displaced(standing, order) === null ? refusal(standing) : null;
}

function refusal(standing: StandingLease | null): OperatorError {
  if (standing === null || standing.holder === null)
    return new OperatorError(
      'gate',
      'the lease of the target could not be taken',
      'Try again: another process was faster.',
    );
  const seconds = Math.max(0, Math.ceil(standing.remainingMs / 1_000));
  return new OperatorError(
    'gate',
    `the target is being written by ${standing.holder} (run ${standing.run}), whose lease holds ${seconds} s more`,
    `Wait for it, pause it there, or, if it is dead, add --take-over '${standing.holder}'.`,
  );
}
