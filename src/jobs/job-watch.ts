import {setTimeout as sleep} from 'node:timers/promises';
import {Fault, isRetryable} from '../core/failure.ts';
import type {RunHandle} from '../engine/execution.ts';
import type {Job} from './job.ts';
import type {JobRows} from './job-rows.ts';
import type {RunProgress} from './run-progress.ts';

/** `lost`: the job is another worker's by now, or gone. */
export type JobStop = 'pause' | 'cancel' | 'interrupt' | 'lost';

export interface WatchOptions {
  readonly rows: JobRows;
  readonly job: Job;
  readonly worker: string;
  /** Between two signs of life. */
  readonly everyMs: number;
  readonly progress: () => RunProgress;
  readonly told: (job: Job) => void;
}

/**
 * While a worker works on a job: writes a sign of life and how far it is into the job's row, never for each item, and
 * stops the work where the row asks for it. A target that does not answer is asked again: the run finds out by itself.
 */
export class JobWatch {
  readonly #options: WatchOptions;
  /** Ends what is looked at before there is a run. */
  readonly #giveUp = new AbortController();
  readonly #ended = new AbortController();
  readonly #watching: Promise<void>;
  #handle: Pick<RunHandle, 'pause' | 'cancel' | 'interrupt'> | null = null;
  #run: string | null = null;
  #stop: JobStop | null = null;
  #error: unknown = null;

  constructor(options: WatchOptions) {
    this.#options = options;
    if (options.job.request !== null) this.ask(options.job.request);
    this.#watching = this.#watch();
  }

  get stop(): JobStop | null {
    return this.#stop;
  }

  get giveUp(): AbortSignal {
    return this.#giveUp.signal;
  }

  /** The run that is stopped from now on, and known by the job's row. */
  async follow({id, ...handle}: Pick<RunHandle, 'id' | 'pause' | 'cancel' | 'interrupt'>): Promise<void> {
    this.#run = id;
    this.work(handle);
    await this.#beat();
  }

  /** What is stopped from now on. */
  work(handle: Pick<RunHandle, 'pause' | 'cancel' | 'interrupt'>): void {
    this.#handle = handle;
    if (this.#stop !== null) stopBy(handle, this.#stop);
  }

  ask(stop: JobStop): void {
    if (this.#stop !== null && severity[stop] <= severity[this.#stop]) return;
    this.#stop = stop;
    if (this.#handle === null) this.#giveUp.abort();
    else stopBy(this.#handle, stop);
  }

  /** The last sign of life. Throws what made the watching end. */
  async end(): Promise<void> {
    this.#ended.abort();
    await this.#watching;
    if (this.#error !== null) throw this.#error;
    await this.#beat();
  }

  async #watch(): Promise<void> {
    const {everyMs} = this.#options;
    const {signal} = this.#ended;
    while (!signal.aborted) {
      await this.#beat();
      await sleep(everyMs, undefined, {signal}).catch(() => undefined);
    }
  }

  async #beat(): Promise<void> {
    const {rows, job, worker, progress, told} = this.#options;
    if (this.#stop === 'lost' || this.#error !== null) return;
    try {
      const now = await rows.beat(job.id, worker, this.#run, progress().now);
      if (now === null) this.ask('lost');
      else {
        told(now);
        if (now.request !== null) this.ask(now.request);
      }
    } catch (error) {
      if (error instanceof Fault && isRetryable(error.kind)) return;
      this.#error = error;
      this.ask('interrupt');
    }
  }
}

const severity: Readonly<Record<JobStop, number>> = {pause: 1, interrupt: 1, cancel: 2, lost: 3};

const ways = {pause: 'pause', cancel: 'cancel', interrupt: 'interrupt', lost: 'interrupt'} as const;

function stopBy(handle: Pick<RunHandle, 'pause' | 'cancel' | 'interrupt'>, stop: JobStop): void {
  handle[ways[stop]]();
}
