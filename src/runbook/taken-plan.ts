import {isActive} from '../core/run.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {NextStep} from './next-steps.ts';

/** The run that took a plan, as far as it bears on whether anything is left to do. */
export type Taker = Pick<RunRecord, 'id' | 'status'> & {
  /** Its process is alive, as far as can be told from here. */
  readonly isAlive: boolean;
};

/** A plan is executed once: what became of the run that took it, and how to go on; null where that run has ended. */
export function takenPlan({
  id,
  status,
  isAlive,
}: Taker): {readonly is: string; readonly next: NextStep} | null {
  if (isActive(status))
    return isAlive
      ? {is: `run ${id} is at work on it`, next: step('Look at that run', 'status', id)}
      : {
          is: `run ${id} took it and was interrupted: its process is gone`,
          next: step('Settle that run and go on with it', 'resume', id),
        };
  if (status === 'paused' || status === 'failed')
    return {
      is: `run ${id} took it and is ${status}`,
      next: step('Go on where that run stopped', 'resume', id),
    };
  return null;
}

function step(why: string, command: string, id: string): NextStep {
  return {why, words: ['headgate', command, id]};
}
