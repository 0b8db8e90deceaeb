import {OperatorError} from '../core/operator-error.ts';
import {parseHolder, type Self} from './holder.ts';
import type {StandingLease} from './mark.ts';

/** The holder that may be pushed aside now: one that is certainly dead, or the one that the operator named. */
export function displaced(
  standing: StandingLease | null,
  {self, takeOver}: {readonly self: Self; readonly takeOver: string | null},
): string | null {
  if (standing === null || standing.holder === null) return null;
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
  return displaced(standing, {self, takeOver}) === null ? refusal(standing) : null;
}

export function refusal(standing: StandingLease | null): OperatorError {
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
