import type {Statement} from '../core/sql.ts';
import type {Dialect} from '../databases/database.ts';
import {clockOf, numbered, words} from './mark-words.ts';

/** Every statement that takes, keeps or gives back the lease of a target: one row for ever, whose fence only rises. */

export interface LeaseClaim {
  readonly run: string;
  readonly holder: string;
  readonly host: string;
  readonly leaseMs: number;
  /** The new fence is above this and above whatever stands there. */
  readonly leastFence: number;
  /** A holder that may be pushed aside: known to be dead, or named by the operator. */
  readonly instead: string | null;
}

/** Takes the lease where it is free, expired or the run's own. Answers with its fence, or with no row. */
export function claimLease(
  dialect: Dialect,
  {run, holder, host, leaseMs, leastFence, instead}: LeaseClaim,
): Statement {
  const {clock, greatest} = words[dialect];
  return numbered(dialect, {
    sql: `UPDATE headgate_lease
          SET run = ?1, fence = ${greatest}(fence, ?5) + 1, holder = ?2, host = ?3, expires_at = ${clock} + ?4
          WHERE id = 1 AND (run IS NULL OR expires_at <= ${clock} OR (run = ?1 AND holder = ?2) OR holder = ?6)
          RETURNING fence`,
    params: [run, holder, host, leaseMs, leastFence, instead],
  });
}

/** One row while the lease is held, none once it is lost. */
export function renewLease(dialect: Dialect, run: string, fence: number, leaseMs: number): Statement {
  return numbered(dialect, {
    sql: `UPDATE headgate_lease SET expires_at = ${clockOf(dialect)} + ?3 WHERE run = ?1 AND fence = ?2 RETURNING fence`,
    params: [run, fence, leaseMs],
  });
}

export function releaseLease(dialect: Dialect, run: string, fence: number): Statement {
  return numbered(dialect, {
    sql: 'UPDATE headgate_lease SET run = NULL, holder = NULL, host = NULL, expires_at = 0 WHERE run = ?1 AND fence = ?2',
    params: [run, fence],
  });
}

/** Gives the lease to another run of the same holder in one step: it is never free in between. */
export function handLease(
  dialect: Dialect,
  run: string,
  fence: number,
  to: string,
  leaseMs: number,
): Statement {
  return numbered(dialect, {
    sql: `UPDATE headgate_lease SET run = ?3, fence = fence + 1, expires_at = ${clockOf(dialect)} + ?4 WHERE run = ?1 AND fence = ?2`,
    params: [run, fence, to, leaseMs],
  });
}

/** Keeps a lease alive that is held for no run that writes; no row where a run of the same holder has it, or another. */
export function renewReserved(dialect: Dialect, run: string, holder: string, leaseMs: number): Statement {
  return numbered(dialect, {
    sql: `UPDATE headgate_lease SET expires_at = ${clockOf(dialect)} + ?3 WHERE run = ?1 AND holder = ?2 RETURNING fence`,
    params: [run, holder, leaseMs],
  });
}
