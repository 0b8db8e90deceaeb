import {setTimeout as sleep} from 'node:timers/promises';
import type {Job} from '../jobs/job.ts';
import {Jobs} from '../jobs/jobs.ts';
import {askedText, jobJson} from './job-lines.ts';
import {showWork} from './jobs.ts';
import type {Session} from './session.ts';
import {type JobEnds, withJobs} from './with-jobs.ts';

/** How long a job's worker is given to come to rest before the command says that it has not yet. */
const patienceMs = 10_000;
const lookMs = 200;

/** A job that is at work comes to rest where it is, whichever terminal its worker is in. */
export function pauseJobCommand(session: Session, named: string, ends: JobEnds): Promise<number> {
  return stopped(session, named, ends, (jobs, id) => jobs.pause(id));
}

export function cancelJobCommand(session: Session, named: string, ends: JobEnds): Promise<number> {
  return stopped(session, named, ends, (jobs, id) => jobs.cancel(id));
}

export function resumeJobCommand(session: Session, named: string, ends: JobEnds): Promise<number> {
  return withJobs(session, ends, async context => {
    const jobs = new Jobs(context);
    const job = await jobs.resume((await jobs.resolve(named)).id);
    tell(session, job);
    showWork(session, job, context.connection.target.label);
    return 0;
  });
}

/** What a job left open is for the worker again, or what of it failed in one way. */
export function retryJobCommand(
  session: Session,
  named: string,
  {kind, ...ends}: JobEnds & {readonly kind?: string},
): Promise<number> {
  return withJobs(session, ends, async context => {
    const jobs = new Jobs(context);
    const job = await jobs.retryFailed((await jobs.resolve(named)).id, kind ?? null);
    tell(session, job);
    showWork(session, job, context.connection.target.label);
    return 0;
  });
}

function stopped(
  session: Session,
  named: string,
  ends: JobEnds,
  stop: (jobs: Jobs, id: string) => Promise<Job>,
): Promise<number> {
  return withJobs(session, ends, async context => {
    const jobs = new Jobs(context);
    let job: Job | null = await stop(jobs, (await jobs.resolve(named)).id);
    const {id} = job;
    const until = session.surroundings.now() + patienceMs;
    while (job?.status === 'running' && session.surroundings.now() < until) {
      await sleep(lookMs);
      job = await jobs.find(id);
    }
    if (job !== null) tell(session, job);
    return 0;
  });
}

function tell({report}: Session, job: Job): void {
  const asked = job.request === null ? '' : `, and asked to ${job.request}`;
  report.data(jobJson(job), [`job ${job.id} is ${job.status}${asked}: ${askedText(job)}`]);
}
