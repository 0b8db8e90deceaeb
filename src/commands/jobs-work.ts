import type {RunEvent} from '../core/event.ts';
import {type Ending, exitCodeOf} from '../core/exit-code.ts';
import {number} from '../core/words.ts';
import type {Job} from '../jobs/job.ts';
import type {JobNews} from '../jobs/job-news.ts';
import {JobWorker} from '../jobs/job-worker.ts';
import {refuseDryRun} from './dry-run-only.ts';
import {askedText, jobJson, repositoriesText, shortId, standingText} from './job-lines.ts';
import type {Session} from './session.ts';
import {type JobEnds, withJobs} from './with-jobs.ts';

/** Between two lines of progress for people. */
const progressMs = 10_000;

/** Works on the jobs of a target until it is interrupted, or with --once until none is pending. */
export function workCommand(
  session: Session,
  {once = false, ...ends}: JobEnds & {readonly once?: boolean},
): Promise<number> {
  refuseDryRun(session, 'headgate jobs work');
  return withJobs(session, ends, async context => {
    const told = new Telling(session);
    const worker = new JobWorker({...context, tell: news => told.tell(news)});
    const leaving = new AbortController();
    session.surroundings.follow({interrupt: () => leaving.abort()});
    const {connection} = context;
    session.report.note(`working on the jobs of ${connection.target.label}, from ${connection.source.label}`);
    try {
      await worker.run(leaving.signal, {once});
    } finally {
      session.surroundings.follow(null);
    }
    return exitCodeOf(told.endings);
  });
}

/** A worker's news, as lines and as objects. */
class Telling {
  readonly endings = new Set<Ending>();
  readonly #session: Session;
  #progressAt = Number.NEGATIVE_INFINITY;
  #progressSaid = '';

  constructor(session: Session) {
    this.#session = session;
  }

  tell(news: JobNews): void {
    const {report} = this.#session;
    switch (news.type) {
      case 'begins':
        this.#progressAt = this.#session.surroundings.now();
        this.#job(news.job, {run: news.run, event: news.how}, `${askedText(news.job)}: ${beginning(news)}`);
        return;
      case 'progress':
        this.#progress(news.job);
        return;
      case 'rests':
        this.#rests(news.job, news.waitsFor);
        return;
      case 'lost':
        this.#job(news.job, {event: 'lost'}, "is another worker's by now, or was removed");
        return;
      case 'waits':
        report.data({type: 'waits', message: news.message}, [`waiting: ${news.message}`]);
        return;
      case 'trouble':
        report.data({type: 'trouble', message: news.message}, [news.message]);
        return;
      case 'run':
        if (isTold(news.event)) report.event(news.event);
        return;
      default:
        news satisfies never;
    }
  }

  /** Where nothing has moved there is nothing to tell. */
  #progress(job: Job): void {
    const {report, surroundings} = this.#session;
    const said = countsText(job);
    if (job.stage === null || said === this.#progressSaid) return;
    const now = surroundings.now();
    if (!report.isForPrograms && now - this.#progressAt < progressMs) return;
    this.#progressAt = now;
    this.#progressSaid = said;
    this.#job(job, {event: 'progress'}, said);
  }

  #rests(job: Job, waitsFor: string | null): void {
    const {status, incomplete, error} = job;
    if (status === 'failed') this.endings.add(incomplete ? 'incomplete' : 'failed');
    if (status === 'paused') this.endings.add(error === null ? 'paused' : 'budget');
    const why = waitsFor ?? error;
    const said = `${countsText(job)}${why === null ? '' : `: ${why}`}`;
    this.#job(job, {event: 'rests', ...(waitsFor === null ? {} : {waits_for: waitsFor})}, said);
  }

  #job(job: Job, more: Readonly<Record<string, unknown>>, said: string): void {
    this.#session.report.data({...jobJson(job), ...more}, [`job ${shortId(job)} ${said}`]);
  }
}

function beginning({how, run}: Extract<JobNews, {type: 'begins'}>): string {
  switch (how) {
    case 'begun':
      return `run ${run} begins`;
    case 'resumed':
      return `run ${run} goes on`;
    case 'anew':
      return `run ${run} begins anew: this ledger does not have its run as it was`;
    default:
      return how satisfies never;
  }
}

/** `fetching: 15 of 42 repositories, 350 records` */
function countsText(job: Job): string {
  return `${standingText(job)}: ${repositoriesText(job)} repositories, ${number(job.totalRecords)} records`;
}

/** What is of single items, repositories or pages is not told: there are too many of them. */
function isTold({type}: RunEvent): boolean {
  return untold.every(other => other !== type);
}

const untold: readonly RunEvent['type'][] = [
  'started',
  'probed',
  'partition',
  'discovered',
  'listed',
  'returned',
  'page',
  'coverage',
  'ended',
];
