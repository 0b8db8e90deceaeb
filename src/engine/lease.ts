import {z} from 'zod';
import {OperatorError} from '../core/operator-error.ts';
import type {Database} from '../databases/database.ts';
import {SqliteFault} from '../databases/sqlite-thread.ts';
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
  readonly fence: number;
  /** False once it is lost; one that was given back has nothing to renew. */
  renew(): Promise<boolean>;
  /** Gives it back. The run's marks go only when the run is over: a resume may still need them. */
  release(isOver: boolean): Promise<void>;
}

/** Makes the tables where they are missing, and takes the lease. Refused with who holds it and until when. */
export async function acquireLease(database: Database, order: LeaseOrder): Promise<HeldLease> {
  const {run, self, leaseMs} = order;
  const standing = await readLease(database);
  if (standing === null) await database.transaction(createTables(order.leastFence));
  const instead = standing === null ? null : displaced(standing, order);
  const [claimed = []] = await claiming(database, order, instead);
  const [row] = claimed;
  if (row === undefined) throw refusal(await readLease(database));
  const fence = z.number().parse(row['fence']);
  let isHeld = true;
  return {
    fence,
    renew: async () => {
      if (!isHeld) return true;
      const [renewed = []] = await database.transaction([renewLease(run, fence, leaseMs)]);
      return renewed.length === 1;
    },
    release: async isOver => {
      isHeld = false;
      await database.transaction([...(isOver ? [dropMarks(run, fence)] : []), releaseLease(run, fence)]);
    },
  };

  async function claiming(db: Database, {leastFence}: LeaseOrder, other: string | null) {
    try {
      return await db.transaction([
        claimLease({
          run,
          holder: self.holder.name,
          host: self.holder.host,
          leaseMs,
          leastFence,
          instead: other,
        }),
      ]);
    } catch (error) {
      if (error instanceof SqliteFault && error.kind === 'timeout')
        throw new OperatorError(
          'gate',
          `the target is locked (${error.message})${standing?.holder == null ? '' : `: ${standing.holder} sits inside a transaction`}`,
          'Wait until it has finished, or end that process.',
        );
      throw error;
    }
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
