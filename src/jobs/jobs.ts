import {Fault, failureKinds} from '../core/failure.ts';
import {OperatorError} from '../core/operator-error.ts';
import {endRun} from './end-run.ts';
import type {Job} from './job.ts';
import {type FailurePage, type FailuresWanted, failuresOf} from './job-failures.ts';
import {silentMs} from './job-rows.ts';
import {askedBy, type JobOrder} from './job-scope.ts';
import type {JobsContext} from './jobs-context.ts';

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
export class Jobs {
  readonly #context: JobsContext;
  readonly #quietMs: number;

  constructor(context: JobsContext, quietMs = silentMs) {
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

  /** Newest first. */
  list(limit: number): Promise<readonly Job[]> {
    return this.#context.rows.list(limit);
  }

  /** By its id; null where there is none. */
  async find(id: string): Promise<Job | null> {
    return uuid.test(id) ? this.#context.rows.find(id) : null;
  }

  /** The job that the operator means: its id, or as much of its beginning as no other has. */
  async resolve(named: string): Promise<Job> {
    const id = named.trim().toLowerCase();
    const [job, other] = /^[0-9a-f-]+$/.test(id) ? await this.#context.rows.beginning(id) : [];
    if (job !== undefined && other === undefined) return job;
    throw new OperatorError(
      'usage',
      job === undefined ? `there is no job ${named}` : `job ${named}: there are several that begin so`,
      'headgate jobs --target TARGET lists them.',
    );
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

  /** What a job could not read, and what to do about it: a page beyond a cursor. */
  async failures(id: string, wanted: FailuresWanted): Promise<FailurePage> {
    return failuresOf(this.#context.engine.host.ledger, await this.#get(id), wanted);
  }

  async #get(id: string): Promise<Job> {
    return (await this.find(id)) ?? this.resolve(id);
  }

  async #refused(id: string, what: 'pause' | 'resume' | 'cancel' | 'retry'): Promise<never> {
    const {status} = await this.#get(id);
    throw new OperatorError('gate', `job ${id} is ${status}: there is nothing to ${what}`, hints[what]);
  }
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const hints = {
  pause: 'A job can be paused while it is pending or running.',
  resume: 'A paused job is resumed, a failed one is retried: headgate jobs retry-failed ID --target TARGET',
  cancel: 'A job can be cancelled until it has ended.',
  retry: 'A job that failed can be retried.',
} as const;
