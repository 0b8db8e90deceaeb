import {describe, expect, it} from 'vitest';
import {expectTable, failuresOf, makeRecords, unrehearsed} from '../../support/records.ts';
import {postgresHosts} from '../../support/target-host.ts';
import {note} from './worlds.ts';

const world = {
  hosts: {one: {}},
  crowds: [{name: 'crowd', accounts: 6, hosts: ['one'], records: {[note]: 7}, isUnsigned: true}],
};

describe.each(postgresHosts)('a host without CARs, into $host', ({begin}) => {
  const hosted = begin();

  it.each([
    ['does not have the method', {type: 'error', status: 501}],
    ['asks for a login', {type: 'error', status: 401}],
  ] as const)('that %s is read page by page', async (_, fault) => {
    const bench = await makeRecords(hosted, world);
    bench.network.inject({...fault, method: 'com.atproto.sync.getRepo'});
    const {record} = await unrehearsed(bench, {collections: [note]});
    expect(record).toMatchObject({status: 'completed', partitions: {done: 6, failed: 0}});
    await expectTable(bench);
  });

  it('is a failure where nothing but CARs is asked for', async () => {
    const bench = await makeRecords(hosted, world, {options: {fetch: 'car'}});
    bench.network.inject({type: 'error', status: 401, method: 'com.atproto.sync.getRepo'});
    const run = await unrehearsed(bench, {collections: [note]});
    expect(run.record).toMatchObject({status: 'incomplete', partitions: {done: 0, failed: 6}});
    expect(new Set(Object.values(await failuresOf(bench, run)))).toEqual(new Set(['denied']));
  });
});
