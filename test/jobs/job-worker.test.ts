import {describe, expect, it} from 'vitest';
import {thisProcess} from '../../src/engine/holder.ts';
import {acquireLease} from '../../src/engine/lease.ts';
import type {JobNews} from '../../src/jobs/job-news.ts';
import type {NetworkSpec} from '../../src/sandbox/network/spec.ts';
import {crowd, jobsWorld, like, type OpenedJobs, post, recordsIn, recordsOf, rests} from '../support/jobs.ts';
import {asAdmin, postgresServer} from '../support/postgres.ts';

/** Sixty seconds without a sign of life have passed. */
function silence({database}: Pick<OpenedJobs, 'database'>) {
  return database.transaction([
    {
      sql: `UPDATE backfill_jobs SET beat_at = now() - interval '61 seconds' WHERE status = 'running'`,
      params: [],
    },
  ]);
}

const three: NetworkSpec = {
  hosts: {one: {}, other: {}},
  accounts: ['ada', 'ben', 'eve'].map(name => ({
    name,
    host: name === 'eve' ? 'other' : 'one',
    records: {[post]: {a: {$type: post, text: name}, b: {$type: post, text: `${name} again`}}},
  })),
};
const held = {type: 'held', account: 'eve', method: 'com.atproto.repo.listRecords'} as const;

const isAt = (processed: number) => (news: JobNews) =>
  news.type === 'progress' && news.job.processedRepos === processed && news.job.totalRepos === 3;

describe.skipIf(postgresServer() === null)('a worker', () => {
  it('reads what was asked for, tells how far it is, and measures the table at the end', async () => {
    const {network, open} = await jobsWorld(crowd(42));
    const {jobs, news, work, database, ledger} = await open();
    const {job} = await jobs.add({collection: post});
    await work();
    const done = await jobs.find(job.id);
    expect(done).toMatchObject({
      status: 'completed',
      stage: null,
      incomplete: false,
      totalRepos: 42,
      processedRepos: 42,
      totalRecords: 126,
      error: null,
      request: null,
      worker: null,
    });
    expect(Date.parse(done?.startedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(job.createdAt));
    expect(Date.parse(done?.completedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(done?.startedAt ?? ''));
    expect(await recordsIn({database})).toEqual(recordsOf(network, [post]));
    const [verified, run] = await ledger.runs.list(2);
    expect(run).toMatchObject({id: done?.run, mode: 'live', label: 'unrehearsed', status: 'completed'});
    expect(verified).toMatchObject({mode: 'verify', status: 'completed'});
    const told = news.flatMap(each => (each.type === 'progress' ? [each.job] : []));
    for (const [at, {totalRepos, processedRepos, totalRecords}] of told.entries()) {
      const before = told[at - 1];
      expect(totalRepos).toBeGreaterThanOrEqual(before?.totalRepos ?? 0);
      expect(processedRepos).toBeGreaterThanOrEqual(before?.processedRepos ?? 0);
      expect(totalRecords).toBeGreaterThanOrEqual(before?.totalRecords ?? 0);
    }
  });

  it('reads all marked lexicons as they are when it begins', async () => {
    const spec = {
      ...crowd(2),
      crowds: [{name: 'many', accounts: 2, hosts: ['one'], records: {[post]: 2, [like]: 3}}],
    };
    const {network, open} = await jobsWorld(spec);
    const {jobs, work, database} = await open();
    await database.transaction(
      [post, like].map(id => ({sql: `INSERT INTO lexicons (id, json) VALUES ($1, '{}')`, params: [id]})),
    );
    const {job} = await jobs.add({});
    await work();
    expect(await jobs.find(job.id)).toMatchObject({
      status: 'completed',
      collection: null,
      totalRepos: 2,
      totalRecords: 10,
    });
    expect(await recordsIn({database})).toEqual(recordsOf(network, [post, like]));
  });

  it('does each job once, however many work: two race for twenty', async () => {
    const {network, open} = await jobsWorld(crowd(20, 2));
    const workers = await Promise.all([open(), open()]);
    const [{jobs, database, ledger}] = workers;
    const added = [];
    for (let n = 0; n < 20; n++)
      added.push((await jobs.add({collection: post, did: network.didOf(`many-${n}`)})).job);
    const leaving = new AbortController();
    const working = workers.map(({worker}) => worker.run(leaving.signal));
    await Promise.all(
      added.map(job =>
        Promise.race(workers.map(({heard}) => heard(news => rests(job)(news) && isDone(news)))),
      ),
    );
    leaving.abort();
    await Promise.all(working);
    const news = workers.flatMap(({news: told}) => told);
    const begun = news.flatMap(each =>
      each.type === 'begins' && each.how !== 'resumed' ? [each.job.id] : [],
    );
    expect(begun.toSorted()).toEqual(added.map(({id}) => id).toSorted());
    for (const job of added) {
      expect(await jobs.find(job.id)).toMatchObject({status: 'completed', totalRepos: 1, totalRecords: 2});
      expect(news.filter(each => rests(job)(each) && isDone(each))).toHaveLength(1);
    }
    const runs = await ledger.runs.list(100);
    // One account is not worth a look at every row.
    expect(runs.map(({mode}) => mode)).toEqual(Array.from({length: 20}, () => 'live'));
    expect(runs.map(({status}) => status)).toEqual(Array.from({length: 20}, () => 'completed'));
    expect(runs.reduce((sum, {tally}) => sum + tally.inserted, 0)).toBe(40);
    expect(await recordsIn({database})).toEqual(recordsOf(network, [post]));
  });

  it('never takes what another has just taken', async () => {
    const {open} = await jobsWorld(three);
    const [{jobs, rows}, other] = await Promise.all([open(), open()]);
    for (let n = 0; n < 20; n++) await jobs.add({collection: `${post}${n}`});
    const taken: string[] = [];
    const ending = {status: 'completed', error: null, incomplete: false} as const;
    const nothing = {stage: null, totalRepos: 0, processedRepos: 0, totalRecords: 0};
    while (taken.length < 20) {
      const round = await Promise.all(
        Array.from({length: 8}, (_, n) => (n % 2 === 0 ? rows : other.rows).take(`worker ${n}`, 60_000)),
      );
      for (const job of round) {
        if (job === null) continue;
        taken.push(job.id);
        expect(await rows.settle(job.id, 'somebody else', ending, nothing)).toBeNull();
        expect(await rows.settle(job.id, job.worker ?? '', ending, nothing)).toMatchObject({
          status: 'completed',
        });
      }
    }
    expect(new Set(taken).size).toBe(20);
  });

  it('pauses a job that is at work, and goes on with the same run', async () => {
    const {network, open} = await jobsWorld(three);
    const {jobs, heard, worker, work, database, ledger} = await open();
    const hold = network.inject(held);
    const {job} = await jobs.add({collection: post});
    const leaving = new AbortController();
    const working = worker.run(leaving.signal);
    await heard(isAt(2));
    expect(await jobs.pause(job.id)).toMatchObject({status: 'running', request: 'pause'});
    await heard(rests(job));
    const paused = await jobs.find(job.id);
    expect(paused).toMatchObject({
      status: 'paused',
      error: null,
      totalRepos: 3,
      processedRepos: 2,
      totalRecords: 4,
      completedAt: null,
    });
    hold.end();
    leaving.abort();
    await working;
    await jobs.resume(job.id);
    await work();
    expect(await jobs.find(job.id)).toMatchObject({
      status: 'completed',
      run: paused?.run,
      startedAt: paused?.startedAt,
      processedRepos: 3,
      totalRecords: 6,
    });
    expect(await recordsIn({database})).toEqual(recordsOf(network, [post]));
    expect(await ledger.runs.get(paused?.run ?? '')).toMatchObject({tally: {inserted: 6, unchanged: 0}});
  });

  it('cancels a job that is at work, and its run', async () => {
    const {network, open} = await jobsWorld(three);
    const {jobs, heard, work, ledger, database} = await open();
    const hold = network.inject(held);
    const {job} = await jobs.add({collection: post});
    const working = work();
    await heard(isAt(2));
    expect(await jobs.cancel(job.id)).toMatchObject({status: 'running', request: 'cancel'});
    // A cancel is not taken back by a pause.
    expect(await jobs.pause(job.id)).toMatchObject({request: 'cancel'});
    await working;
    const cancelled = await jobs.find(job.id);
    expect(cancelled).toMatchObject({status: 'cancelled', processedRepos: 2, error: null});
    expect(cancelled?.completedAt).not.toBeNull();
    expect(await ledger.runs.get(cancelled?.run ?? '')).toMatchObject({status: 'cancelled'});
    expect(await recordsIn({database})).toHaveLength(4);
    hold.end();
  });

  it('gives its job back when it is told to leave, and another goes on', async () => {
    const {network, open} = await jobsWorld(three);
    const {jobs, heard, worker} = await open();
    const hold = network.inject(held);
    const {job} = await jobs.add({collection: post});
    const leaving = new AbortController();
    const working = worker.run(leaving.signal);
    await heard(isAt(2));
    leaving.abort();
    await working;
    const waiting = await jobs.find(job.id);
    expect(waiting).toMatchObject({status: 'pending', error: null, worker: null, processedRepos: 2});
    hold.end();
    const second = await open();
    await second.work();
    expect(second.news).toContainEqual(
      expect.objectContaining({type: 'begins', run: waiting?.run, how: 'resumed'}),
    );
    expect(await jobs.find(job.id)).toMatchObject({
      status: 'completed',
      run: waiting?.run,
      processedRepos: 3,
    });
    expect(await recordsIn(second)).toEqual(recordsOf(network, [post]));
  });

  it('leaves nothing to be gone on with where a job that was given back is cancelled', async () => {
    const {network, open} = await jobsWorld(three);
    const {jobs, heard, worker, ledger, database} = await open();
    const hold = network.inject(held);
    const {job} = await jobs.add({collection: post});
    const leaving = new AbortController();
    const working = worker.run(leaving.signal);
    await heard(isAt(2));
    leaving.abort();
    await working;
    const {run} = await jobs.cancel(job.id);
    expect(await ledger.runs.get(run ?? '')).toMatchObject({status: 'cancelled'});
    expect(await recordsIn({database})).toHaveLength(4);
    hold.end();
  });

  it('begins anew what another ledger has begun, and writes nothing twice', async () => {
    const {network, open} = await jobsWorld(three);
    const {jobs, heard, worker, database} = await open();
    const hold = network.inject(held);
    const {job} = await jobs.add({collection: post});
    const leaving = new AbortController();
    const working = worker.run(leaving.signal);
    await heard(isAt(2));
    leaving.abort();
    await working;
    hold.end();
    const elsewhere = await open({ledger: 'elsewhere.sqlite'});
    await elsewhere.work();
    expect(elsewhere.news).toContainEqual(expect.objectContaining({type: 'begins', how: 'anew'}));
    const done = await jobs.find(job.id);
    expect(done).toMatchObject({status: 'completed', totalRepos: 3, processedRepos: 3, totalRecords: 6});
    expect(await elsewhere.ledger.runs.get(done?.run ?? '')).toMatchObject({
      tally: {inserted: 2, updated: 0, unchanged: 4},
    });
    expect(await recordsIn({database})).toEqual(recordsOf(network, [post]));
    await expect(jobs.failures(job.id, {limit: 10})).rejects.toMatchObject({
      code: 'gate',
      message: `job ${job.id}: its run ${done?.run} is in the ledger of another worker`,
    });
  });

  it('begins anew where the table has changed since its run began', async () => {
    const {network, open} = await jobsWorld(three);
    const {jobs, heard, worker, work, news, database} = await open();
    const hold = network.inject(held);
    const {job} = await jobs.add({collection: post});
    const leaving = new AbortController();
    const working = worker.run(leaving.signal);
    await heard(isAt(2));
    leaving.abort();
    await working;
    hold.end();
    await database.transaction([{sql: 'ALTER TABLE records ADD COLUMN seen TEXT', params: []}]);
    await work();
    expect(news).toContainEqual(expect.objectContaining({type: 'begins', how: 'anew'}));
    expect(await jobs.find(job.id)).toMatchObject({status: 'completed', processedRepos: 3, totalRecords: 6});
    expect(await recordsIn({database})).toEqual(recordsOf(network, [post]));
  });

  it('takes over a job whose worker gave no sign of life for a minute, and not before', async () => {
    const {network, open} = await jobsWorld(three);
    const gone = await open();
    const {job} = await gone.jobs.add({collection: post});
    expect(await gone.rows.take('gone', 60_000)).toMatchObject({
      id: job.id,
      status: 'running',
      worker: 'gone',
    });
    const {jobs, work, database, rows} = await open();
    await work();
    expect(await jobs.find(job.id)).toMatchObject({status: 'running', worker: 'gone'});
    await silence({database});
    await work();
    expect(await jobs.find(job.id)).toMatchObject({status: 'completed', totalRecords: 6});
    const nothing = {stage: null, totalRepos: 0, processedRepos: 0, totalRecords: 0};
    expect(await rows.beat(job.id, 'gone', null, nothing)).toBeNull();
    expect(await recordsIn({database})).toEqual(recordsOf(network, [post]));
  });

  it('lets go of a job that is another’s by now, and leaves its row to that one', async () => {
    const {network, open} = await jobsWorld(three);
    const {jobs, heard, news, worker, database} = await open();
    const hold = network.inject(held);
    const {job} = await jobs.add({collection: post});
    const leaving = new AbortController();
    const working = worker.run(leaving.signal);
    await heard(isAt(2));
    await database.transaction([
      {sql: `UPDATE backfill_jobs SET worker = 'another' WHERE id = $1`, params: [job.id]},
    ]);
    await heard(({type}) => type === 'lost');
    leaving.abort();
    await working;
    expect(news.filter(({type}) => type === 'rests')).toEqual([]);
    expect(await jobs.find(job.id)).toMatchObject({status: 'running', worker: 'another'});
    hold.end();
  });

  it('brings to rest at once what a dead worker has left, where somebody asks for it', async () => {
    const {open} = await jobsWorld(three);
    const {jobs, rows, database} = await open();
    const {job} = await jobs.add({collection: post});
    await rows.take('gone', 60_000);
    expect(await jobs.pause(job.id)).toMatchObject({status: 'running', request: 'pause'});
    await silence({database});
    expect(await jobs.pause(job.id)).toMatchObject({status: 'paused', request: null, worker: null});
  });

  it('waits while another run writes to the target, and says which', async () => {
    const {network, open} = await jobsWorld(three);
    const {jobs, news, work, database} = await open();
    const {job} = await jobs.add({collection: post});
    const self = thisProcess('other');
    const lease = await acquireLease(database, {
      run: 'somebody-elses-run',
      self,
      leaseMs: 60_000,
      leastFence: 0,
      takeOver: null,
      attempts: 1,
      random: Math.random,
      blockedMs: () => 0,
    });
    await expect(work()).rejects.toMatchObject({
      code: 'gate',
      message: expect.stringContaining(
        `the target is being written by ${self.holder.name} (run somebody-elses-run)`,
      ),
    });
    expect(news.map(({type}) => type)).toEqual(['waits']);
    expect(await jobs.find(job.id)).toMatchObject({status: 'pending', run: null, startedAt: null});
    await lease.release(true);
    await work();
    expect(await jobs.find(job.id)).toMatchObject({status: 'completed'});
    expect(await recordsIn({database})).toEqual(recordsOf(network, [post]));
  });

  it('is paused by a budget that names itself, and goes on when it is resumed', async () => {
    const lies = {[`${post}/a`]: {$type: post, text: 'never said'}};
    const {accounts = []} = three;
    const {open} = await jobsWorld({...three, accounts: accounts.map(account => ({...account, lies}))});
    const {jobs, work, ledger} = await open({settings: {budgets: {...noBudgets, failures: 0}}});
    const {job} = await jobs.add({collection: post});
    await work();
    const paused = await jobs.find(job.id);
    expect(paused).toMatchObject({
      status: 'paused',
      error: expect.stringMatching(/^\d items? failed \(budget failures: 0\)$/),
      incomplete: false,
    });
    expect(await ledger.runs.get(paused?.run ?? '')).toMatchObject({status: 'paused'});
    const generous = await open({settings: {budgets: noBudgets}});
    await jobs.resume(job.id);
    await generous.work();
    expect(await jobs.find(job.id)).toMatchObject({
      status: 'failed',
      incomplete: true,
      run: paused?.run,
      error: '3 of 6 records could not be indexed: 3 invalid',
      processedRepos: 3,
      totalRecords: 3,
    });
  });

  it('fails a job that can not even begin, with what to do', async () => {
    const {open} = await jobsWorld({...three, relays: [{isDown: true}]});
    const {jobs, work} = await open();
    const {job} = await jobs.add({collection: post});
    await work();
    const failed = await jobs.find(job.id);
    expect(failed).toMatchObject({status: 'failed', incomplete: false, run: null});
    expect(failed?.error).toMatch(
      /refuses connections[\s\S]*\nName another relay \(--relay URL\), or try again later\.$/,
    );
  });

  it('goes on where the database comes back after it went away', async () => {
    const {network, open, target} = await jobsWorld(three);
    const {jobs, heard, work, database} = await open();
    const hold = network.inject(held);
    const {job} = await jobs.add({collection: post});
    const working = work();
    await heard(isAt(2));
    await asAdmin(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${target.name}' AND pid <> pg_backend_pid()`,
    );
    hold.end();
    await working;
    expect(await jobs.find(job.id)).toMatchObject({status: 'completed', processedRepos: 3});
    expect(await recordsIn({database})).toEqual(recordsOf(network, [post]));
  });
});

const noBudgets = {
  failureShare: 1,
  failureShareAfter: 200,
  failuresInARow: null,
  failures: null,
  changes: null,
  bytes: null,
  freeBytes: 0,
};

function isDone(news: JobNews): boolean {
  return news.type === 'rests' && news.job.status === 'completed';
}
