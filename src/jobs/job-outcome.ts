import {Fault, isRetryable} from '../core/failure.ts';
import {hintOf, namingEnds} from '../core/hint.ts';
import {OperatorError} from '../core/operator-error.ts';
import type {StopReason} from '../core/run.ts';
import type {RunRecord} from '../ledger/records.ts';
import {type Holes, holesText} from './holes.ts';
import type {JobEnding} from './job-rows.ts';

/** How a job ended, or why it has to wait. */
export interface JobOutcome extends JobEnding {
  /** It is pending again, because of this: another run writes to the target, or the target can't be reached. */
  readonly waitsFor?: string;
}

/** A run as it rests. */
export interface Rested {
  readonly status: RunRecord['status'];
  readonly reason: StopReason | null;
  /** What failed, where that is known. */
  readonly error: unknown;
}

export const givenBack: JobOutcome = {status: 'pending', error: null, incomplete: false};
export const paused: JobOutcome = {status: 'paused', error: null, incomplete: false};
export const cancelled: JobOutcome = {status: 'cancelled', error: null, incomplete: false};

/** What a job's run means for the job. The command that makes tables is told with the target's own name. */
export function outcomeOf({status, reason, error}: Rested, holes: Holes, target: string): JobOutcome {
  switch (status) {
    case 'completed':
      return {status: 'completed', error: null, incomplete: false};
    case 'incomplete':
      return {status: 'failed', error: holesText(holes) || 'its run left something open', incomplete: true};
    case 'cancelled':
      return cancelled;
    case 'paused':
      return pausedBy(reason);
    default:
      if (reason?.by === 'lost') return {...givenBack, waitsFor: reason.message};
      return failedBy(error ?? new Error(reason?.message ?? `its run is ${status}`), target);
  }
}

function pausedBy(reason: StopReason | null): JobOutcome {
  switch (reason?.by) {
    case 'interrupt':
      return givenBack;
    case 'budget':
    case 'drift':
      return {status: 'paused', error: reason.message, incomplete: false};
    default:
      return paused;
  }
}

/** Of a run that failed, or could not even begin. */
export function failedBy(error: unknown, target: string): JobOutcome {
  const message = error instanceof Error ? error.message : String(error);
  if (isPassing(error)) return {...givenBack, waitsFor: message};
  const hint = hintOf(error);
  const told =
    hint === undefined ? message : `${message}\n${namingEnds(hint, {backfill: 'records', target})}`;
  return {status: 'failed', error: told, incomplete: false};
}

/** A gate opens when whoever keeps it shut is done: the holder of the lease, another process with the same run. */
function isPassing(error: unknown): boolean {
  if (error instanceof OperatorError) return error.code === 'gate';
  return error instanceof Fault && isRetryable(error.kind);
}
