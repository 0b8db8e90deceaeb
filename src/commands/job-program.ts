import type {Command} from 'commander';
import {common, network} from './flags.ts';
import {positiveInteger} from './option-values.ts';
import type {Session} from './session.ts';

type Body<Args extends readonly unknown[]> = (session: Session, ...args: Args) => Promise<number>;

/** How a command's body is called: in a session of its own, and loaded only then. */
export type Within = <Args extends readonly unknown[]>(
  load: () => Promise<Body<Args>>,
) => (this: Command, ...args: Args) => Promise<void>;

const target = [
  '--target <target>',
  'whose jobs: postgres://USER@HOST/DATABASE, pglite:DIR, or a name from the config',
] as const;

/** The commands of records: its lexicons, and its jobs. */
export function addJobCommands(program: Command, within: Within): void {
  const lexicon = program.command('lexicon').description('the record lexicons of a target');
  network(
    common(lexicon.command('add <file>').description('add a record lexicon, and a job for its collection')),
  )
    .option(...target)
    .option('--no-backfill', 'without a job, and not meant where no collection is named')
    .action(within(async () => (await import('./lexicon.ts')).addLexiconCommand));
  common(lexicon.command('list').description('those that there are'))
    .option(...target)
    .action(within(async () => (await import('./lexicon.ts')).listLexiconsCommand));

  const jobs = program.command('jobs').description('the backfills of records that were asked for');
  common(jobs.command('list', {isDefault: true}).description('all of them, newest first'))
    .option(...target)
    .option('--limit <n>', 'at most so many (default: 50)', positiveInteger)
    .action(within(async () => (await import('./jobs.ts')).listJobsCommand));
  const on = (name: string, description: string) =>
    common(jobs.command(`${name} <job>`).description(description)).option(...target);
  network(
    common(jobs.command('add').description('ask for a backfill; without a collection, of all lexicons')),
  )
    .option(...target)
    .option('--collection <nsid>', 'of this collection')
    .option('--did <account...>', 'of these accounts, as DIDs or handles')
    .action(within(async () => (await import('./jobs.ts')).addJobCommand));
  on('show', 'one job, and what it could not read').action(
    within(async () => (await import('./jobs.ts')).showJobCommand),
  );
  on('pause', 'let a job come to rest').action(
    within(async () => (await import('./job-control.ts')).pauseJobCommand),
  );
  on('resume', 'a paused job is for the worker again').action(
    within(async () => (await import('./job-control.ts')).resumeJobCommand),
  );
  on('cancel', 'end a job for good; what it wrote stays').action(
    within(async () => (await import('./job-control.ts')).cancelJobCommand),
  );
  on('retry-failed', 'take up what a job could not read')
    .option('--kind <kind>', 'only this kind of failure')
    .action(within(async () => (await import('./job-control.ts')).retryJobCommand));
  network(common(jobs.command('work').description('work on the jobs, one at a time, until ctrl-c')))
    .option(...target)
    .option('--once', 'leave when nothing is pending')
    .action(within(async () => (await import('./jobs-work.ts')).workCommand));
}
