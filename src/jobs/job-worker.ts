import {setTimeout as sleep} from 'node:timers/promises';
import {Fault, isRetryable} from '../core/failure.ts';
import type {OperatorError} from '../core/operator-error.ts';
import {Exhausted, retrying} from '../engine/backoff.ts';
import {leaseObstacle} from '../engine/lease-obstacle.ts';
import type {Job, JobProgress} from './job.ts';
import type {JobNews} from './job-news.ts';
import type {JobOutcome} from './job-outcome.ts';
import {silentMs} from './job-rows.ts';
import {JobRun} from './job-run.ts';
import type {JobsContext} from './jobs-context.ts';

export interface WorkerPace {
  /** Between two looks for a job. */
  readonly pollMs: number;
  /** Between two signs of life of a job at work. */
  readonly beatMs: number;
  /** A worker that has given no sign of life for so long is gone. */
  readonly silentMs: number;
}

export const defaultPace: WorkerPace = {pollMs: 5_000, beatMs: 1_000, silentMs};

export interface WorkerOptions extends JobsContext {
  readonly tell: (news: JobNews) => void;
  readonly pace?: Partial<WorkerPace>;
}

/**
 * Works on the jobs of a target, one at a time, oldest first. Several workers never have the same one, and one whose
 * worker is gone is taken over. A target that can't be reached is asked again at the next look. One worker a process:
 * they are told apart by it.
 */
export class JobWorker {
  readonly #options: WorkerOptions;
  readonly #pace: WorkerPace;
  /** What was told last of why nothing is done: it is not told again. */
  #told: string | null = null;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#pace = {...defaultPace, ...options.pace};
  }

  /**
   * Until the signal: then the run at work comes to rest, and its job goes back to the others. With `once` until nothing
   * is pending; where another run holds the target meanwhile, that is thrown.
   */
  async run(signal: AbortSignal, {once = false}: {readonly once?: boolean} = {}): Promise<void> {
    while (!signal.aborted) {
      const look = await this.#look();
      if (look.is === 'job') {
        if (await this.#work(look.job, signal)) continue;
      } else if (once) {
        if (look.is === 'idle') return;
        if (look.is === 'held') throw look.by;
      }
      await sleep(this.#pace.pollMs, undefined, {signal}).catch(() => undefined);
    }
  }

  get #worker(): string {
    return this.#options.engine.host.self.holder.name;
  }

  async #look(): Promise<Look> {
    const {rows, engine} = this.#options;
    const worker = this.#worker;
    try {
      if (!(await rows.hasWork(worker, this.#pace.silentMs))) return {is: 'idle'};
      const by = leaseObstacle(await rows.lease(), engine.host.self, null);
      if (by !== null) return this.#held(by);
      const job = await rows.take(worker, this.#pace.silentMs);
      if (job === null) return {is: 'taken'};
      this.#told = null;
      return {is: 'job', job};
    } catch (error) {
      if (!(error instanceof Fault) || !isRetryable(error.kind)) throw error;
      this.#tellOnce(error.message, {type: 'trouble', message: error.message});
      return {is: 'taken'};
    }
  }

  /** How long the lease holds changes with every look, and who holds it does not. */
  #held(by: OperatorError): Look {
    this.#tellOnce(by.message.replace(/\d+ s more$/, ''), {type: 'waits', message: by.message});
    return {is: 'held', by};
  }

  /** Whether it came to an end; one that has to wait is not taken up again at once. */
  async #work(job: Job, signal: AbortSignal): Promise<boolean> {
    const {tell} = this.#options;
    const worker = this.#worker;
    const run = new JobRun({...this.#options, job, worker, everyMs: this.#pace.beatMs});
    const interrupt = () => run.interrupt();
    signal.addEventListener('abort', interrupt, {once: true});
    if (signal.aborted) interrupt();
    try {
      const done = await run.done();
      if (done === null) {
        tell({type: 'lost', job});
        return true;
      }
      const {outcome, progress} = done;
      const {waitsFor = null} = outcome;
      const settled = await this.#settle(job, outcome, progress);
      tell(settled === null ? {type: 'lost', job} : {type: 'rests', job: settled, waitsFor});
      return waitsFor === null;
    } catch (error) {
      if (!(error instanceof Exhausted)) throw error;
      tell({type: 'trouble', message: `what became of job ${job.id} is not written: ${error.message}`});
      return false;
    } finally {
      signal.removeEventListener('abort', interrupt);
    }
  }

  /** As patiently as a run is with its target: what is not settled is taken over as if the worker had died. */
  #settle(job: Job, outcome: JobOutcome, progress: JobProgress): Promise<Job | null> {
    const {rows, engine} = this.#options;
    const {settings, now, random} = engine.host;
    const patience = {forMs: settings.patienceSeconds * 1_000, now};
    const onRetry = (_: number, __: number, {message}: Fault) =>
      this.#tellOnce(message, {type: 'trouble', message});
    const {signal} = new AbortController();
    return retrying({attempts: settings.attempts, patience, signal, random, onRetry}, () =>
      rows.settle(job.id, this.#worker, outcome, progress),
    );
  }

  #tellOnce(what: string, news: JobNews): void {
    if (this.#told !== what) this.#options.tell(news);
    this.#told = what;
  }
}

type Look =
  | {readonly is: 'job'; readonly job: Job}
  /** Nothing is pending. */
  | {readonly is: 'idle'}
  /** Something is, and another worker is at it, or the target can't be asked. */
  | {readonly is: 'taken'}
  | {readonly is: 'held'; readonly by: OperatorError};
