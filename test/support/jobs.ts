import {join} from 'node:path';
import {onTestFinished} from 'vitest';
import {openNetwork} from '../../src/atproto/open-network.ts';
import {findBackfill} from '../../src/backfills/registry.ts';
import type {Target} from '../../src/databases/database.ts';
import {postgresTarget} from '../../src/databases/postgres.ts';
import type {RunConnection} from '../../src/engine/connection.ts';
import {applyMigrations} from '../../src/engine/migrate-target.ts';
import type {Settings} from '../../src/engine/settings.ts';
import type {Job} from '../../src/jobs/job.ts';
import type {JobNews} from '../../src/jobs/job-news.ts';
import {JobWorker, type WorkerPace} from '../../src/jobs/job-worker.ts';
import {Jobs} from '../../src/jobs/jobs.ts';
import {type JobsContext, openJobs} from '../../src/jobs/jobs-context.ts';
import {Ledger} from '../../src/ledger/ledger.ts';
import type {NetworkSpec} from '../../src/sandbox/network/spec.ts';
import type {NetworkSimulator} from '../simulators/network-simulator.ts';
import {networkUnderTest} from '../simulators/network-under-test.ts';
import {freshDatabase} from './postgres.ts';
import {tempFolder} from './temp.ts';
import {testEngine} from './test-engine.ts';

export const post = 'app.bsky.feed.post';
export const like = 'app.bsky.feed.like';

export interface JobsWorld {
  readonly folder: string;
  readonly network: NetworkSimulator;
  readonly target: Target;
  /** As a process of its own would have it. */
  open(options?: OpenOptions): Promise<OpenedJobs>;
}

export interface OpenOptions {
  readonly settings?: Partial<Settings>;
  readonly ledger?: string;
}

export interface OpenedJobs extends JobsContext {
  readonly jobs: Jobs;
  readonly ledger: Ledger;
  /** What its worker has told. */
  readonly news: readonly JobNews[];
  readonly worker: JobWorker;
  /** Works until nothing is pending. */
  work(): Promise<void>;
  /** The first news, from now on or before, of which it is true. */
  heard(isSo: (news: JobNews) => boolean): Promise<JobNews>;
}

const pace: WorkerPace = {pollMs: 5, beatMs: 5, silentMs: 60_000};

/** A network, and the tables of records in a database of the test's own. */
export async function jobsWorld(spec: NetworkSpec, target?: Target): Promise<JobsWorld> {
  const network = await networkUnderTest(spec);
  const used = target ?? postgresTarget({url: await freshDatabase()});
  await applyMigrations(findBackfill('records'), used);
  const folder = tempFolder();
  return {
    folder,
    network,
    target: used,
    open: async ({settings = {}, ledger: name = 'ledger.sqlite'} = {}) => {
      const ledger = await Ledger.open(join(folder, name));
      onTestFinished(() => ledger.close());
      const engine = testEngine(ledger, {settings});
      const context = await openJobs(engine, connectionOf(network, used));
      onTestFinished(() => context.database.close());
      const news: JobNews[] = [];
      const listeners = new Set<(news: JobNews) => void>();
      const tell = (told: JobNews) => {
        news.push(told);
        for (const listener of listeners) listener(told);
      };
      const worker = new JobWorker({...context, tell, pace});
      return {
        ...context,
        jobs: new Jobs(context),
        ledger,
        news,
        worker,
        work: () => worker.run(new AbortController().signal, {once: true}),
        heard: isSo => {
          const before = news.find(isSo);
          if (before !== undefined) return Promise.resolve(before);
          return new Promise(resolve => {
            const listener = (told: JobNews) => {
              if (!isSo(told)) return;
              listeners.delete(listener);
              resolve(told);
            };
            listeners.add(listener);
          });
        },
      };
    },
  };
}

function connectionOf({relays, plc, hosts, nameOf}: NetworkSimulator, target: Target): RunConnection {
  // Handles lead nowhere on this machine but to the host that knows them.
  const reach = (hostname: string) => {
    const host = Object.values(hosts)[0]?.origin;
    return nameOf(hostname) === null || host === undefined ? null : new URL(host);
  };
  const source = openNetwork({label: 'atproto:test', relays, plc, allowPrivateHosts: true, reach});
  const backfill = findBackfill('records');
  return {backfill, source, target, options: backfill.options.parse({fetch: 'pages'})};
}

/** The rows of records: URI and CID. */
export async function recordsIn({database}: Pick<JobsContext, 'database'>): Promise<readonly string[]> {
  const rows = await database.query('SELECT uri, cid FROM records ORDER BY uri');
  return rows.map(({uri, cid}) => `${String(uri)} ${String(cid)}`);
}

/** What the network has of some collections, as `recordsIn` tells it. */
export function recordsOf(network: NetworkSimulator, collections: readonly string[]): readonly string[] {
  return [...network.records()]
    .filter(({collection}) => collections.includes(collection))
    .map(({uri, cid}) => `${uri} ${cid}`)
    .sort();
}

export function rests(job: Pick<Job, 'id'>): (news: JobNews) => boolean {
  return news => news.type === 'rests' && news.job.id === job.id;
}

/** A crowd of accounts at one host, each with so many posts. */
export function crowd(accounts: number, posts = 3): NetworkSpec {
  return {
    hosts: {one: {}},
    crowds: [{name: 'many', accounts, hosts: ['one'], records: {[post]: posts}, isUnsigned: true}],
  };
}
