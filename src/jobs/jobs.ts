import {Fault, failureKinds} from '../core/failure.ts';
import {OperatorError} from '../core/operator-error.ts';
import {endRun} from './end-run.ts';
import type {Job} from './job.ts';
import {silentMs} from './job-rows.ts';
import {askedBy, type JobOrder} from './job-scope.ts';
import type {JobsContext} from './jobs-context.ts';
import {StandingJobs} from './standing-jobs.ts';

export interface AddedJob {
  readonly job: Job;
  /** False where an identical one is active: that is the answer then. */
  readonly isNew: boolean;
}

/** Which of a job's failures are tried again, where that is not all of them. */
const allKinds = 'all';

/**
 * What faces do with the jobs of a target. Whoever works on them is another matter (job-worker.ts), and may be another
 * process: a job that is running is only asked to stop. What can't be done as a job stands is an OperatorError of code
 * `gate`.
 */
export class Jobs extends StandingJobs {
  readonly #context: JobsContext;
  readonly #quietMs: number;

  constructor(context: JobsContext, quietMs = silentMs) {
    super(context);
    this.#context = context;
    this.#quietMs = quietMs;
  }

  async add(order: JobOrder): Promise<AddedJob> {
    const {rows} = this.#context;
    const asked = await askedBy(order, this.#context);
    for (;;) {
      const job = await rows.insert(asked);
      if (job !== null) return {job, isNew: true};
      const active = await rows.active(asked.identity);
      // One that has just come to its end is in nobody's way.
      if (active !== null) return {job: active, isNew: false};
    }
  }

  /** A job that is at work comes to rest within seconds, one that waits at once. */
  async pause(id: string): Promise<Job> {
    return (await this.#context.rows.stop(id, 'paused', this.#quietMs)) ?? (await this.#refused(id, 'pause'));
  }

  async resume(id: string): Promise<Job> {
    return (await this.#context.rows.again(id, 'paused', null)) ?? (await this.#refused(id, 'resume'));
  }

  /** What it has written stays. */
  async cancel(id: string): Promise<Job> {
    const {rows} = this.#context;
    const job = await rows.stop(id, 'cancelled', this.#quietMs);
    if (job === null) return this.#refused(id, 'cancel');
    if (job.status === 'cancelled') await endRun(this.#context, job.run);
    return job;
  }

  /** Takes up what a failed job left open, or what of it failed so. */
  async retryFailed(id: string, kind: string | null = null): Promise<Job> {
    const {rows} = this.#context;
    if (kind !== null && !failureKinds.some(known => known === kind))
      throw new OperatorError(
        'usage',
        `${kind}: there is no such kind of failure`,
        `Known are: ${failureKinds.join(', ')}.`,
      );
    try {
      const job = await rows.again(id, 'failed', kind ?? allKinds);
      return job ?? (await this.#refused(id, 'retry'));
    } catch (error) {
      if (!(error instanceof Fault) || error.kind !== 'refused') throw error;
      throw new OperatorError(
        'gate',
        `job ${id}: another one that asks the same is active`,
        'That one reads again what failed, too: wait for it, or cancel it.',
      );
    }
  }

  async #refused(id: string, what: 'pause' | 'resume' | 'cancel' | 'retry'): Promise<never> {
    const {status} = await this.get(id);
    throw new OperatorError('gate', `job ${id} is ${status}: there is nothing to ${what}`, hints[what]);
  }
}

const hints = {
  pause: 'A job can be paused while it is pending or running.',
  resume: 'A paused job is resumed, a failed one is retried: headgate jobs retry-failed ID --target TARGET',
  cancel: 'A job can be cancelled until it has ended.',
  retry: 'A job that failed can be retried.',
} as const;
