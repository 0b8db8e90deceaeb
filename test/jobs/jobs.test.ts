import {describe, expect, it} from 'vitest';
import type {NetworkSpec} from '../../src/sandbox/network/spec.ts';
import {crowd, jobsWorld, like, type OpenedJobs, post} from '../support/jobs.ts';
import {postgresServer} from '../support/postgres.ts';

const people: NetworkSpec = {
  hosts: {one: {}},
  accounts: [
    {name: 'ada', host: 'one', records: {[post]: {a: {$type: post, text: 'one'}}}},
    {name: 'ben', host: 'one', records: {[post]: {b: {$type: post, text: 'two'}}}},
  ],
};

async function opened(spec: NetworkSpec = people): Promise<OpenedJobs & {didOf(name: string): string}> {
  const world = await jobsWorld(spec);
  return {...(await world.open()), didOf: world.network.didOf};
}

describe.skipIf(postgresServer() === null)('jobs that are asked for', () => {
  it('wait for a worker, newest first, with the fields of the original', async () => {
    const {jobs, didOf} = await opened();
    const {job: first, isNew} = await jobs.add({collection: post});
    expect(isNew).toBe(true);
    expect(first).toMatchObject({
      collection: post,
      did: null,
      dids: null,
      status: 'pending',
      stage: null,
      incomplete: false,
      totalRepos: 0,
      processedRepos: 0,
      totalRecords: 0,
      error: null,
      startedAt: null,
      completedAt: null,
    });
    expect(first.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
    expect(Date.parse(first.createdAt)).not.toBeNaN();
    const {job: second} = await jobs.add({collection: post, did: '@ada.test'});
    expect(second).toMatchObject({did: didOf('ada'), dids: null});
    const {job: third} = await jobs.add({collection: post, dids: ['ben.test', ` ${didOf('ada')} `]});
    expect(third).toMatchObject({did: null, dids: [didOf('ada'), didOf('ben')].sort()});
    expect((await jobs.list(10)).map(({id}) => id)).toEqual([third.id, second.id, first.id]);
    expect((await jobs.list(2)).map(({id}) => id)).toEqual([third.id, second.id]);
    expect(await jobs.find(second.id)).toEqual(second);
    expect(await jobs.find('no-uuid')).toBeNull();
    expect((await jobs.resolve(third.id.slice(0, 8))).id).toBe(third.id);
  });

  it('are asked for once: an identical one that is active is the answer, however its accounts are written', async () => {
    const {jobs, didOf} = await opened();
    const {job} = await jobs.add({collection: post, dids: ['ada.test', 'ben.test']});
    const again = {collection: ` ${post}`, dids: [didOf('ben'), 'ADA.test', didOf('ada')]};
    expect(await jobs.add(again)).toEqual({job, isNew: false});
    await jobs.pause(job.id);
    expect(await jobs.add(again)).toMatchObject({job: {id: job.id, status: 'paused'}, isNew: false});
    const {job: alone} = await jobs.add({collection: post, dids: ['ada.test']});
    expect(await jobs.add({collection: post, did: didOf('ada')})).toEqual({job: alone, isNew: false});
    expect((await jobs.add({collection: like, did: didOf('ada')})).isNew).toBe(true);
    await jobs.cancel(job.id);
    const fresh = await jobs.add(again);
    expect(fresh.isNew).toBe(true);
    expect(fresh.job.id).not.toBe(job.id);
  });

  it('are made once by many who ask at once', async () => {
    const world = await jobsWorld(people);
    const [one, other] = await Promise.all([world.open(), world.open()]);
    const asked = Array.from({length: 20}, (_, n) =>
      (n % 2 === 0 ? one : other).jobs.add({collection: post}),
    );
    const answers = await Promise.all(asked);
    expect(new Set(answers.map(({job}) => job.id)).size).toBe(1);
    expect(answers.filter(({isNew}) => isNew)).toHaveLength(1);
    expect(await one.jobs.list(10)).toHaveLength(1);
  });

  it('name all that is wrong with them in one error, and are then not there', async () => {
    const {jobs, didOf} = await opened();
    const order = {
      collection: 'not a collection',
      dids: [didOf('ada'), 'nobody.test', 'did:plc', '', 'ben.test', 'gone.test'],
    };
    const refused = await jobs.add(order).catch((error: Error) => error);
    expect(refused).toMatchObject({name: 'OperatorError', code: 'usage'});
    const {message} = refused as Error;
    for (const wrong of ['not a collection', 'nobody.test', 'did:plc', 'gone.test'])
      expect(message.split('\n').filter(line => line.trim().startsWith(`${wrong}:`))).toHaveLength(1);
    expect(message).not.toContain('ben.test');
    expect(await jobs.list(10)).toEqual([]);
  });

  it.each([{dids: []}, {dids: [' ', '']}, {did: ''}, {collection: ' '}])(
    'never mean everybody where %j was asked',
    async order => {
      const {jobs} = await opened();
      await expect(jobs.add({collection: post, ...order})).rejects.toMatchObject({
        code: 'usage',
        message: expect.stringMatching(/^no (account|collection) is left of the list that was given$/),
      });
      expect(await jobs.list(10)).toEqual([]);
    },
  );

  it('mean every marked lexicon where they name no collection, and are refused where there is none', async () => {
    const {jobs, database} = await opened();
    await expect(jobs.add({})).rejects.toThrow(/the target has no lexicon that is marked for backfill/);
    const add = (id: string, backfill: number) => ({
      sql: `INSERT INTO lexicons (id, json, backfill) VALUES ($1, '{}', $2)`,
      params: [id, backfill],
    });
    await database.transaction([add(like, 0)]);
    await expect(jobs.add({})).rejects.toThrow(/the target has no lexicon that is marked for backfill/);
    await database.transaction([add(post, 1)]);
    expect((await jobs.add({})).job).toMatchObject({collection: null, did: null, status: 'pending'});
  });

  it('are paused, resumed and cancelled while they wait, and told what can not be done', async () => {
    const {jobs} = await opened(crowd(1));
    const {job} = await jobs.add({collection: post});
    const gate = (message: string) => ({code: 'gate', message: `job ${job.id} is ${message}`});
    await expect(jobs.resume(job.id)).rejects.toMatchObject(gate('pending: there is nothing to resume'));
    await expect(jobs.retryFailed(job.id)).rejects.toMatchObject(gate('pending: there is nothing to retry'));
    expect(await jobs.pause(job.id)).toMatchObject({status: 'paused', error: null, completedAt: null});
    await expect(jobs.pause(job.id)).rejects.toMatchObject(gate('paused: there is nothing to pause'));
    expect(await jobs.resume(job.id)).toMatchObject({status: 'pending'});
    const cancelled = await jobs.cancel(job.id);
    expect(cancelled.status).toBe('cancelled');
    expect(cancelled.completedAt).not.toBeNull();
    await expect(jobs.cancel(job.id)).rejects.toMatchObject(gate('cancelled: there is nothing to cancel'));
    await expect(jobs.resume(job.id)).rejects.toMatchObject(gate('cancelled: there is nothing to resume'));
    await expect(jobs.pause('e7a1e8de-0000-4000-8000-000000000000')).rejects.toThrow(/^there is no job e7a1/);
    await expect(jobs.retryFailed(job.id, 'bad luck')).rejects.toThrow(
      'bad luck: there is no such kind of failure',
    );
  });
});
