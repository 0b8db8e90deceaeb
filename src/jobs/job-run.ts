import {Engine} from '../engine/engine.ts';
import type {RunHandle} from '../engine/execution.ts';
import {startVerify} from '../engine/verify-run.ts';
import type {RunRecord} from '../ledger/records.ts';
import {endRun} from './end-run.ts';
import type {Job, JobProgress} from './job.ts';
import type {JobNews} from './job-news.ts';
import {
  cancelled,
  failedBy,
  givenBack,
  type JobOutcome,
  outcomeOf,
  paused,
  type Rested,
} from './job-outcome.ts';
import {scopeOf} from './job-scope.ts';
import {standingOf} from './job-standing.ts';
import {type JobStop, JobWatch} from './job-watch.ts';
import type {JobsContext} from './jobs-context.ts';
import {RunProgress} from './run-progress.ts';

export interface JobRunOptions extends JobsContext {
  readonly job: Job;
  readonly worker: string;
  /** Between two signs of life in the job's row. */
  readonly everyMs: number;
  readonly tell: (news: JobNews) => void;
}

/**
 * One job that its worker has taken: its run is begun, or gone on with where this ledger has it, and measured when it is
 * over. What was written once is not written again, whoever begins anew: records are told by their CIDs.
 */
export class JobRun {
  readonly #options: JobRunOptions;
  readonly #watch: JobWatch;
  readonly #engine: Engine;
  #progress: RunProgress;
  #run: string | null;

  constructor(options: JobRunOptions) {
    const {rows, job, worker, everyMs, engine, tell} = options;
    this.#options = options;
    this.#run = job.run;
    this.#progress = new RunProgress({...job, stage: null});
    this.#watch = new JobWatch({
      rows,
      job,
      worker,
      everyMs,
      progress: () => this.#progress,
      told: now => tell({type: 'progress', job: now}),
    });
    this.#engine = new Engine({
      ...engine.host,
      giveUp: this.#watch.giveUp,
      observe: event => {
        this.#progress.see(event);
        tell({type: 'run', event});
      },
    });
  }

  /** The worker's process is to leave: the run comes to rest, and the job goes back to the others. */
  interrupt(): void {
    this.#watch.ask('interrupt');
  }

  /** How the job ended; null where it is not this worker's any more. */
  async done(): Promise<{readonly outcome: JobOutcome; readonly progress: JobProgress} | null> {
    const {engine, connection} = this.#options;
    const outcome = await this.#work().catch((error: unknown) =>
      this.#watch.stop === null ? failedBy(error, connection.target.label) : stoppedBy(this.#watch.stop),
    );
    await this.#watch.end();
    if (this.#watch.stop === 'lost') return null;
    const {ledger} = engine.host;
    const record = this.#run === null ? null : await ledger.runs.find(this.#run);
    const progress = record === null ? this.#progress.now : (await standingOf(ledger, record)).progress;
    return {outcome, progress};
  }

  async #work(): Promise<JobOutcome> {
    const {job, connection, engine} = this.#options;
    if (job.request === 'cancel') {
      await endRun({engine, connection}, job.run);
      return cancelled;
    }
    const known = await this.#known();
    const rested = known !== null && isOver(known, job) ? restedOf(known) : await this.#ran(known);
    const {ledger} = engine.host;
    const record = await ledger.runs.get(this.#run ?? '');
    const outcome = outcomeOf(rested, (await standingOf(ledger, record)).holes, connection.target.label);
    if (rested.status === 'completed' || rested.status === 'incomplete') await this.#verify(record);
    return outcome;
  }

  /** The job's run, where this ledger has it and it is between the same ends. */
  async #known(): Promise<RunRecord | null> {
    const {job, connection, engine} = this.#options;
    const record = job.run === null ? null : await engine.host.ledger.runs.find(job.run);
    if (record === null) return null;
    return record.source === connection.source.id && record.target === connection.target.id ? record : null;
  }

  async #ran(known: RunRecord | null): Promise<Rested> {
    const handle = await this.#begun(known);
    this.#run = handle.id;
    await this.#watch.follow(handle);
    const {record, reason, error} = await handle.done;
    return {status: record.status, reason, error};
  }

  async #begun(known: RunRecord | null): Promise<RunHandle> {
    const {job, connection, tell} = this.#options;
    if (known !== null && (await this.#isAsItWas(known))) {
      const {progress} = await standingOf(this.#engine.host.ledger, known);
      this.#progress = new RunProgress(progress);
      tell({type: 'begins', job, run: known.id, how: 'resumed'});
      return this.#engine.resume(connection, known, {
        acceptNew: false,
        acceptDrift: false,
        takeOver: null,
        kind: kindOf(job),
      });
    }
    const scope = await scopeOf(job, this.#options);
    this.#progress = new RunProgress(nothingYet);
    const handle = await this.#engine.unrehearsed(connection, scope, {});
    tell({type: 'begins', job, run: handle.id, how: job.run === null ? 'begun' : 'anew'});
    return handle;
  }

  /** A run goes on only in tables that are as they were when it began. */
  async #isAsItWas({scope, schema}: RunRecord): Promise<boolean> {
    const probe = await this.#engine.fineProbe(this.#options.connection, scope);
    return probe.schema === schema;
  }

  /**
   * What the target alone can tell, and how far the run came: a host that is asked once more has newer records by then. A
   * job of some accounts is not worth a look at every row. What is found changes nothing of how the job ended.
   */
  async #verify({scope}: RunRecord): Promise<void> {
    const {job, connection, tell} = this.#options;
    if (job.did !== null || job.dids !== null || this.#watch.stop !== null) return;
    this.#progress.verifying();
    try {
      const handle = await startVerify(this.#engine, connection, {
        scope,
        sample: this.#engine.host.settings.sample,
        reads: ['target', 'rows', 'listing'],
        coverage: true,
        only: null,
      });
      const {interrupt} = handle;
      this.#watch.work({pause: interrupt, cancel: interrupt, interrupt});
      const {error} = await handle.done;
      if (error !== null) throw error;
    } catch (error) {
      if (this.#watch.stop !== null) return;
      const said = error instanceof Error ? error.message : String(error);
      tell({type: 'trouble', message: `job ${job.id} could not be verified: ${said}`});
    }
  }
}

const nothingYet: JobProgress = {stage: null, totalRepos: 0, processedRepos: 0, totalRecords: 0};

/** Its process died behind its end, or somebody else has ended it. */
function isOver({status}: RunRecord, {retry}: Job): boolean {
  return status === 'completed' || status === 'cancelled' || (status === 'incomplete' && retry === null);
}

function restedOf({status, stopReason: reason}: RunRecord): Rested {
  return {status, reason, error: null};
}

function kindOf({retry}: Job): string | null {
  return retry === null || retry === 'all' ? null : retry;
}

function stoppedBy(stop: JobStop): JobOutcome {
  switch (stop) {
    case 'pause':
      return paused;
    case 'cancel':
      return cancelled;
    case 'interrupt':
    case 'lost':
      return givenBack;
    default:
      return stop satisfies never;
  }
}
