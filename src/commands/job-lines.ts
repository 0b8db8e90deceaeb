import {fitted, safeText} from '../console/text.ts';
import {counted, number} from '../core/words.ts';
import {type Job, jobObject} from '../jobs/job.ts';

type JsonObject = Readonly<Record<string, unknown>> & {readonly type: string};

/** For programs: as the Job API tells it, and the run in the ledger. */
export function jobJson(job: Job): JsonObject {
  return {type: 'job', ...jobObject(job), run: job.run};
}

/** As much of a job's id as tables have room for; commands take it as well. */
export function shortId({id}: Pick<Job, 'id'>): string {
  return id.slice(0, 8);
}

/** `games.example.match of 3 accounts`, `everything that is marked for backfill` */
export function askedText({collection, did, dids}: Pick<Job, 'collection' | 'did' | 'dids'>): string {
  const what = collection ?? 'all lexicons';
  const whose = dids === null ? (did ?? '') : counted(dids.length, 'account');
  return whose === '' ? what : `${what} of ${whose}`;
}

/** The stage of one at work, else its status. */
export function standingText({
  status,
  stage,
  incomplete,
}: Pick<Job, 'status' | 'stage' | 'incomplete'>): string {
  if (incomplete) return 'incomplete';
  return stage ?? status;
}

/** `15 of 42`; while they are still being found, `15 of 42+`. */
export function repositoriesText({processedRepos, totalRepos, stage}: Job): string {
  return `${number(processedRepos)} of ${number(totalRepos)}${stage === 'discovering' ? '+' : ''}`;
}

const width = 80;
const between = 2;
const titles = {
  job: 'JOB',
  standing: 'STATUS',
  repositories: 'REPOSITORIES',
  records: 'RECORDS',
  asked: 'WHAT',
};
type Cells = Readonly<Record<keyof typeof titles, string>>;

/** A heading, and the lines of each job. What is wrong with one stands below it. */
export function jobTable(jobs: readonly Job[]): {
  readonly heading: string;
  readonly lines: readonly (readonly string[])[];
} {
  const rows = jobs.map(cellsOf);
  const widest = (name: keyof Cells) => Math.max(...[titles, ...rows].map(row => row[name].length));
  const widths = {
    job: widest('job'),
    standing: widest('standing'),
    repositories: widest('repositories'),
    records: widest('records'),
  };
  const taken = Object.values(widths).reduce((sum, column) => sum + column + between, 0);
  const line = (cells: Cells) =>
    [
      fitted(cells.job, widths.job),
      fitted(cells.standing, widths.standing),
      fitted(cells.repositories, widths.repositories, 'end', 'right'),
      fitted(cells.records, widths.records, 'end', 'right'),
      fitted(cells.asked, width - taken, 'middle').trimEnd(),
    ].join(' '.repeat(between));
  return {heading: line(titles), lines: jobs.map((job, at) => [line(rows[at] ?? titles), ...errorLine(job)])};
}

function cellsOf(job: Job): Cells {
  return {
    job: shortId(job),
    standing: standingText(job),
    repositories: repositoriesText(job),
    records: number(job.totalRecords),
    asked: askedText(job),
  };
}

function errorLine({error}: Job): readonly string[] {
  const [first] = error?.split('\n') ?? [];
  const indent = ' '.repeat(10);
  return first === undefined ? [] : [`${indent}${fitted(first, width - indent.length).trimEnd()}`];
}

/** What there is to know of one job, a fact a line. */
export function jobFacts(job: Job): readonly string[] {
  const facts: readonly (readonly [string, string | null])[] = [
    ['job', job.id],
    ['what', askedText(job)],
    ...(job.dids ?? []).map(did => ['', did] as const),
    [
      'status',
      `${job.status}${job.incomplete ? ', incomplete' : ''}${job.stage === null ? '' : `: ${job.stage}`}`,
    ],
    ['repositories', `${repositoriesText(job)} read`],
    ['records', number(job.totalRecords)],
    ['run', job.run],
    ['worker', job.worker],
    ['asked for', job.createdAt],
    ['begun', job.startedAt],
    ['ended', job.completedAt],
    ...(job.error?.split('\n') ?? []).map((line, at) => [at === 0 ? 'error' : '', safeText(line)] as const),
  ];
  return facts.flatMap(([name, value]) => (value === null ? [] : [`${name.padEnd(14)}${value}`]));
}
