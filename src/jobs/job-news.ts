import type {RunEvent} from '../core/event.ts';
import type {Job} from './job.ts';

/** What a worker tells whoever watches. */
export type JobNews =
  /** Its run begins, goes on where it stopped, or begins anew because this ledger does not have it as it was. */
  | {
      readonly type: 'begins';
      readonly job: Job;
      readonly run: string;
      readonly how: 'begun' | 'resumed' | 'anew';
    }
  /** About once a second. */
  | {readonly type: 'progress'; readonly job: Job}
  /** It rests as it stands now; `waitsFor` is why it is pending again, where it was not the worker that left. */
  | {readonly type: 'rests'; readonly job: Job; readonly waitsFor: string | null}
  /** It is another worker's by now, or gone from the table. */
  | {readonly type: 'lost'; readonly job: Job}
  /** Nothing is taken up, because of this: another run writes to the target. */
  | {readonly type: 'waits'; readonly message: string}
  | {readonly type: 'trouble'; readonly message: string}
  | {readonly type: 'run'; readonly event: RunEvent};
