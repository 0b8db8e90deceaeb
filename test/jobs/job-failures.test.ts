import {describe, expect, it} from 'vitest';
import type {NetworkSpec} from '../../src/sandbox/network/spec.ts';
import {jobsWorld, like, post, recordsIn, recordsOf} from '../support/jobs.ts';
import {postgresServer} from '../support/postgres.ts';

const say = (text: string) => ({[post]: {a: {$type: post, text}}});

/** Forty-two accounts: one is deactivated, two are at a host that is down. */
const withHoles: NetworkSpec = {
  hosts: {one: {}, dead: {isDown: true}},
  crowds: [{name: 'many', accounts: 39, hosts: ['one'], records: {[post]: 1}, isUnsigned: true}],
  accounts: [
    {name: 'off', host: 'one', status: 'deactivated', records: say('off')},
    {name: 'ada', host: 'dead', records: say('ada')},
    {name: 'ben', host: 'dead', records: say('ben')},
  ],
};

describe.skipIf(postgresServer() === null)('a job with holes', () => {
  it('is failed with a message that counts them, and each is told with its remedy', async () => {
    const {network, open} = await jobsWorld(withHoles);
    const {jobs, work, database} = await open();
    const {job} = await jobs.add({collection: post});
    await work();
    expect(await jobs.find(job.id)).toMatchObject({
      status: 'failed',
      incomplete: true,
      error: '3 of 42 repositories could not be read: 1 deactivated, 2 connection',
      totalRepos: 42,
      processedRepos: 39,
      totalRecords: 39,
    });
    expect(await recordsIn({database})).toHaveLength(39);
    const {failures, cursor} = await jobs.failures(job.id, {limit: 10});
    expect(cursor).toBeNull();
    const dids = ['off', 'ada', 'ben'].map(name => network.didOf(name)).sort();
    expect(failures.map(({what, key}) => [what, key])).toEqual(dids.map(did => ['repository', did]));
    for (const {kind, message, remedy, attempts, at} of failures) {
      expect(['deactivated', 'connection']).toContain(kind);
      expect(message).not.toBe('');
      expect(remedy).not.toBe('');
      expect(attempts).toBeGreaterThan(0);
      expect(at).toBeGreaterThan(0);
    }
    const one = await jobs.failures(job.id, {limit: 1, kind: 'connection'});
    const next = await jobs.failures(job.id, {limit: 1, kind: 'connection', cursor: one.cursor ?? ''});
    expect(next.cursor).toBeNull();
    expect([...one.failures, ...next.failures].map(({key}) => key)).toEqual(
      ['ada', 'ben'].map(name => network.didOf(name)).sort(),
    );
    await expect(jobs.failures(job.id, {limit: 1, cursor: 'what'})).rejects.toThrow(
      'cursor what: this is not the cursor of a page of failures',
    );
  });

  it('is taken up again by kind, then whole, by the same run', async () => {
    const {network, open} = await jobsWorld(withHoles);
    const {jobs, work, database, ledger} = await open();
    const {job} = await jobs.add({collection: post});
    await work();
    const failed = await jobs.find(job.id);
    await network.hosts['dead']?.up();
    network.setStatus('off', 'active');
    expect(await jobs.retryFailed(job.id, 'connection')).toMatchObject({
      status: 'pending',
      error: null,
      incomplete: false,
      completedAt: null,
    });
    await work();
    expect(await jobs.find(job.id)).toMatchObject({
      status: 'failed',
      incomplete: true,
      error: '1 of 42 repositories could not be read: 1 deactivated',
      run: failed?.run,
      processedRepos: 41,
      totalRecords: 41,
    });
    await jobs.retryFailed(job.id);
    await work();
    expect(await jobs.find(job.id)).toMatchObject({
      status: 'completed',
      incomplete: false,
      error: null,
      run: failed?.run,
      totalRepos: 42,
      processedRepos: 42,
      totalRecords: 42,
    });
    expect(await recordsIn({database})).toEqual(recordsOf(network, [post]));
    expect(await ledger.runs.get(failed?.run ?? '')).toMatchObject({
      status: 'completed',
      tally: {inserted: 42},
    });
    await expect(jobs.retryFailed(job.id)).rejects.toThrow('is completed: there is nothing to retry');
  });

  it('counts no repository twice where single records are tried again', async () => {
    const {network, open} = await jobsWorld({
      hosts: {one: {}},
      accounts: [
        {name: 'ada', host: 'one', records: say('ada'), lies: {[`${post}/a`]: {$type: post, text: 'never'}}},
        {name: 'ben', host: 'one', records: say('ben')},
      ],
    });
    const {jobs, work, news} = await open();
    const {job} = await jobs.add({collection: post});
    await work();
    const error = '1 of 2 records could not be indexed: 1 invalid';
    expect(await jobs.find(job.id)).toMatchObject({
      status: 'failed',
      incomplete: true,
      error,
      processedRepos: 2,
    });
    const {failures} = await jobs.failures(job.id, {limit: 5});
    expect(failures).toMatchObject([
      {what: 'record', key: `at://${network.didOf('ada')}/${post}/a`, kind: 'invalid'},
    ]);
    await jobs.retryFailed(job.id);
    await work();
    expect(await jobs.find(job.id)).toMatchObject({
      status: 'failed',
      error,
      totalRepos: 2,
      processedRepos: 2,
    });
    for (const told of news) if (told.type === 'progress') expect(told.job.totalRepos).toBeLessThanOrEqual(2);
  });

  it('says that a listing of a relay broke off, and reads it on', async () => {
    const {network, open} = await jobsWorld({
      hosts: {one: {}},
      // The probe asks for the first collection alone.
      relays: [{failsFor: [post]}],
      accounts: [
        {name: 'ada', host: 'one', records: say('ada')},
        {name: 'ben', host: 'one', records: {[like]: {b: {$type: like}}}},
      ],
    });
    const {jobs, work, database} = await open();
    await database.transaction(
      [post, like].map(id => ({sql: `INSERT INTO lexicons (id, json) VALUES ($1, '{}')`, params: [id]})),
    );
    const {job} = await jobs.add({});
    await work();
    const failed = await jobs.find(job.id);
    expect(failed).toMatchObject({
      status: 'failed',
      incomplete: true,
      error: '1 listing of a relay broke off: 1 server-error',
      totalRepos: 1,
      processedRepos: 1,
    });
    const [relay] = network.relayServers;
    expect(await jobs.failures(job.id, {limit: 5})).toMatchObject({
      failures: [
        {what: 'listing', key: `${new URL(relay?.origin ?? '').host} ${post}`, kind: 'server-error'},
      ],
    });
    relay?.fail(post, false);
    await jobs.retryFailed(job.id);
    await work();
    expect(await jobs.find(job.id)).toMatchObject({status: 'completed', run: failed?.run, processedRepos: 2});
    expect(await recordsIn({database})).toEqual(recordsOf(network, [post, like]));
  });

  it('is not retried beside another one that asks the same', async () => {
    const {open} = await jobsWorld(withHoles);
    const {jobs, work} = await open();
    const {job} = await jobs.add({collection: post});
    await work();
    const {job: other} = await jobs.add({collection: post});
    expect(other.id).not.toBe(job.id);
    await expect(jobs.retryFailed(job.id)).rejects.toMatchObject({
      code: 'gate',
      message: `job ${job.id}: another one that asks the same is active`,
    });
    await jobs.cancel(other.id);
    expect(await jobs.retryFailed(job.id)).toMatchObject({status: 'pending'});
  });
});
