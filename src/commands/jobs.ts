import {safeText} from '../console/text.ts';
import type {Job} from '../jobs/job.ts';
import {Jobs} from '../jobs/jobs.ts';
import {StandingJobs} from '../jobs/standing-jobs.ts';
import {askedText, jobFacts, jobJson, jobTable, shortId} from './job-lines.ts';
import type {Session} from './session.ts';
import {type JobEnds, lookingAtJobs, withJobs} from './with-jobs.ts';

const listedJobs = 50;
/** Failures that are named one by one. */
const shownFailures = 20;

/** The jobs of a target, newest first. */
export function listJobsCommand(
  session: Session,
  {limit = listedJobs, ...ends}: JobEnds & {readonly limit?: number},
): Promise<number> {
  return lookingAtJobs(session, ends, async look => {
    const jobs = await new StandingJobs(look).list(limit);
    if (jobs.length === 0)
      session.report.note('No jobs yet. Ask for one: headgate jobs add --collection NSID --target TARGET');
    const {heading, lines} = jobTable(jobs);
    if (jobs.length > 0) session.report.heading(heading);
    for (const [at, job] of jobs.entries()) session.report.data(jobJson(job), lines[at] ?? []);
    if (jobs.length === limit) session.report.note(`These are the newest ${limit}: --limit shows more.`);
    return 0;
  });
}

export interface AddJobOptions extends JobEnds {
  readonly collection?: string;
  readonly did?: readonly string[];
}

/** Asks for a backfill; one that was asked for already is the answer then. */
export function addJobCommand(session: Session, {collection, did, ...ends}: AddJobOptions): Promise<number> {
  return withJobs(session, ends, async context => {
    const {job, isNew} = await new Jobs(context).add({
      ...(collection === undefined ? {} : {collection}),
      ...(did === undefined ? {} : {dids: did}),
    });
    tellAdded(session, job, isNew);
    showWork(session, job, context.connection.target.label, ends);
    return 0;
  });
}

export function tellAdded({report}: Session, job: Job, isNew: boolean): void {
  report.data({...jobJson(job), new: isNew}, [
    isNew
      ? `job ${job.id} is pending: ${askedText(job)}`
      : `there is a job that asks the same, and it is ${job.status}: ${job.id}`,
  ]);
}

/** What a job waits for. It does not know of a network: one that was named has to be named to its worker, too. */
export function showWork(
  {report}: Session,
  {status}: Job,
  target: string,
  {relay = [], plc, allowPrivateHosts = false}: Omit<JobEnds, 'target'> = {},
): void {
  if (status !== 'pending') return;
  report.next('A worker takes it up', [
    ...['headgate', 'jobs', 'work', '--target', target],
    ...(relay.length === 0 ? [] : ['--relay', ...relay]),
    ...(plc === undefined ? [] : ['--plc', plc]),
    ...(allowPrivateHosts ? ['--allow-private-hosts'] : []),
  ]);
}

/** One job in detail, with the first of what it could not read. */
export function showJobCommand(session: Session, named: string, ends: JobEnds): Promise<number> {
  return lookingAtJobs(session, ends, async look => {
    const jobs = new StandingJobs(look);
    const job = await jobs.resolve(named);
    session.report.data(jobJson(job), jobFacts(job));
    if (job.incomplete) await showFailures(session, jobs, job);
    showNext(session, job, look.connection.target.label);
    return 0;
  });
}

async function showFailures({report}: Session, jobs: StandingJobs, job: Job): Promise<void> {
  const {failures, cursor} = await jobs.failures(job.id, {limit: shownFailures});
  for (const {what, key, kind, message, remedy, attempts, host} of failures)
    report.data({type: 'failure', job: job.id, what, key, kind, message, remedy, attempts, host}, [
      `  ${what} ${safeText(key)}  (${kind}): ${safeText(message)}`,
    ]);
  for (const remedy of new Set(failures.map(({kind, remedy: told}) => `${kind}: ${told}`)))
    report.note(remedy);
  if (cursor !== null && job.run !== null) report.next('See all of them', ['headgate', 'failures', job.run]);
}

function showNext(session: Session, job: Job, target: string): void {
  const on = (command: string) => ['headgate', 'jobs', command, shortId(job), '--target', target];
  if (job.status === 'failed') session.report.next('Try again what failed', on('retry-failed'));
  if (job.status === 'paused') session.report.next('Go on with it', on('resume'));
  showWork(session, job, target);
}
