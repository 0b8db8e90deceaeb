import {OperatorError} from '../core/operator-error.ts';
import type {Job} from './job.ts';
import {type FailurePage, type FailuresWanted, failuresOf} from './job-failures.ts';
import type {JobsLook} from './jobs-context.ts';

/** What faces show of the jobs of a target, and of one of them: nothing that would change any. */
export class StandingJobs {
  readonly #look: JobsLook;

  constructor(look: JobsLook) {
    this.#look = look;
  }

  /** Newest first. */
  list(limit: number): Promise<readonly Job[]> {
    return this.#look.rows.list(limit);
  }

  /** By its id; null where there is none. */
  async find(id: string): Promise<Job | null> {
    return uuid.test(id) ? this.#look.rows.find(id) : null;
  }

  /** The job that the operator means: its id, or as much of its beginning as no other has. */
  async resolve(named: string): Promise<Job> {
    const id = named.trim().toLowerCase();
    const [job, other] = /^[0-9a-f-]+$/.test(id) ? await this.#look.rows.beginning(id) : [];
    if (job !== undefined && other === undefined) return job;
    throw new OperatorError(
      'usage',
      job === undefined ? `there is no job ${named}` : `job ${named}: there are several that begin so`,
      'headgate jobs --target TARGET lists them.',
    );
  }

  /** What a job could not read, and what to do about it: a page beyond a cursor. */
  async failures(id: string, wanted: FailuresWanted): Promise<FailurePage> {
    return failuresOf(this.#look.engine.host.ledger, await this.get(id), wanted);
  }

  /** By its id; that there is none is an OperatorError. */
  protected async get(id: string): Promise<Job> {
    return (await this.find(id)) ?? this.resolve(id);
  }
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
