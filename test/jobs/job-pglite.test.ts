import {expect, it} from 'vitest';
import {jobsWorld, post, recordsIn, recordsOf} from '../support/jobs.ts';
import {copiedPglite, freshPglite} from '../support/pglite.ts';

const pglite = copiedPglite();

it('works in a folder of PGlite’s as on a server: asked for, taken, read, paused in between', async () => {
  const {network, open} = await jobsWorld(
    {
      hosts: {one: {}},
      accounts: [{name: 'ada', host: 'one', records: {[post]: {a: {$type: post, text: 'one'}}}}],
    },
    await freshPglite(pglite),
  );
  const {jobs, work, database} = await open();
  const {job} = await jobs.add({collection: post, did: 'ada.test'});
  expect(await jobs.add({collection: post, dids: [network.didOf('ada')]})).toEqual({job, isNew: false});
  await jobs.pause(job.id);
  await work();
  expect(await jobs.find(job.id)).toMatchObject({status: 'paused', startedAt: null});
  await jobs.resume(job.id);
  await work();
  expect(await jobs.find(job.id)).toMatchObject({status: 'completed', totalRepos: 1, totalRecords: 1});
  expect(await recordsIn({database})).toEqual(recordsOf(network, [post]));
  expect((await jobs.add({collection: post, did: 'ada.test'})).isNew).toBe(true);
});
