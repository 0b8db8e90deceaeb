import {describe, expect, it} from 'vitest';
import {
  countsOf,
  expectTable,
  failuresOf,
  live,
  makeRecords,
  networkOf,
  rehearsed,
  resume,
  tableOf,
  unrehearsed,
} from '../../support/records.ts';
import {type MakeHosted, postgresHosts} from '../../support/target-host.ts';
import {accountAt, crowdOf, like, note, numbered} from './worlds.ts';

/** Two hosts, three accounts by name, six of a crowd; limits of drift that twenty changes do not reach. */
function makeWorld(hosted: MakeHosted) {
  return makeRecords(
    hosted,
    {
      hosts: {one: {}, two: {}},
      accounts: [accountAt('one', 'alice', 20), accountAt('two', 'bob', 4), accountAt('two', 'carol', 4)],
      crowds: [crowdOf(6, 'one', 'two')],
    },
    {settings: {drift: {share: 0, least: 20}}},
  );
}

const scope = {collections: [note, like]};

describe.each(postgresHosts)('into $host, between plan and live', ({begin}) => {
  const hosted = begin();

  it('a record that changed is written as it is now, and counted', async () => {
    const bench = await makeWorld(hosted);
    const plan = await rehearsed(bench, scope);
    await bench.network.putRecord('alice', note, 'r00003', {$type: note, text: 'another'});
    await bench.network.putRecord('alice', note, 'r00004', {$type: note, text: 'another'});
    const run = await live(bench, plan);
    expect(run.record).toMatchObject({status: 'completed', drift: {added: 0, gone: 0, changed: 2}});
    expect(countsOf(run)).toEqual({inserted: 58, rows: 58});
    expect(bench.events.flatMap(event => (event.type === 'drift' ? event.keys : [])).toSorted()).toEqual(
      ['r00003', 'r00004'].map(rkey => `at://${bench.network.didOf('alice')}/${note}/${rkey}`),
    );
    await expectTable(bench);
  });

  it('too many that changed pause the run before anything of their page is written', async () => {
    const bench = await makeWorld(hosted);
    const plan = await rehearsed(bench, scope);
    for (const rkey of Object.keys(numbered(20)))
      await bench.network.putRecord('alice', note, rkey, {$type: note, text: 'another'});
    await bench.network.putRecord('bob', note, 'r00000', {$type: note, text: 'another'});
    const run = await live(bench, plan);
    expect(run.record).toMatchObject({status: 'paused', stopReason: {by: 'drift'}});
    const table = await tableOf(bench);
    const rowsOf = (name: string) => [...table.keys()].filter(uri => uri.includes(bench.network.didOf(name)));
    expect(rowsOf('alice').length + rowsOf('bob').length).toBeLessThan(24);
    const rest = await resume(bench, run, {acceptDrift: true});
    expect(rest.record.status).toBe('completed');
    expect(countsOf(rest)).toEqual({inserted: 58, rows: 58});
    await expectTable(bench);
  });

  it('records and repositories that were added wait, until they are accepted', async () => {
    const bench = await makeWorld(hosted);
    const {network} = bench;
    network.setStatus('carol', 'deactivated');
    const plan = await rehearsed(bench, scope);
    expect(plan.record).toMatchObject({status: 'incomplete', partitions: {done: 8, failed: 1}});
    await network.putRecord('alice', note, 'r99999', {$type: note});
    network.setStatus('carol', 'active');
    const isPlanned = ({uri, account}: {readonly uri: string; readonly account: string}) =>
      account !== 'carol' && !uri.endsWith('/r99999');
    const run = await live(bench, plan);
    expect(run.record).toMatchObject({status: 'incomplete', drift: {added: 5, gone: 0, changed: 0}});
    expect(countsOf(run)).toEqual({inserted: 54, rows: 54, pending: 5});
    await expectTable(bench, isPlanned);

    const still = await resume(bench, run);
    expect([still.record.status, countsOf(still)]).toEqual([
      'incomplete',
      {inserted: 54, rows: 54, pending: 5},
    ]);
    await expectTable(bench, isPlanned);

    const accepted = await resume(bench, run, {acceptNew: true});
    expect([accepted.record.status, countsOf(accepted)]).toEqual(['completed', {inserted: 59, rows: 59}]);
    await expectTable(bench);
  });

  it('are written at once where that was accepted before', async () => {
    const bench = await makeWorld(hosted);
    const plan = await rehearsed(bench, scope);
    await bench.network.putRecord('crowd-0', like, 'zzz', {$type: like});
    const run = await live(bench, plan, {acceptNew: true});
    expect([run.record.status, countsOf(run)]).toEqual(['completed', {inserted: 59, rows: 59}]);
    await expectTable(bench);
  });

  it('records that are gone are skipped by that name, at the end of a repository and of a page too', async () => {
    const bench = await makeWorld(hosted);
    const plan = await rehearsed(bench, scope);
    for (const rkey of ['r00000', 'r00007', 'r00008', 'r00019'])
      await bench.network.deleteRecord('alice', note, rkey);
    for (const rkey of Object.keys(numbered(4))) await bench.network.deleteRecord('bob', note, rkey);
    const run = await live(bench, plan);
    expect(run.record).toMatchObject({status: 'completed', drift: {added: 0, gone: 8, changed: 0}});
    expect(countsOf(run)).toEqual({inserted: 50, skipped: 8, rows: 50});
    await expectTable(bench);
  });

  it('a repository that no relay lists any more is read all the same, and one that is gone fails by its name', async () => {
    const bench = await makeWorld(hosted);
    const {network} = bench;
    const plan = await rehearsed(bench, scope);
    network.setStatus('carol', 'deleted');
    // The first of every page, which is alice, has no DID any more.
    network.inject({type: 'missing-field', name: 'did', server: 'relay-0'});
    const run = await live(bench, plan);
    expect(run.record).toMatchObject({status: 'incomplete', drift: {added: 0, gone: 0, changed: 0}});
    expect(run.record.partitions).toEqual({done: 8, failed: 1, pending: 0});
    expect(await failuresOf(bench, run)).toEqual({carol: 'not-found'});
    expect(countsOf(run)).toEqual({inserted: 54, rows: 54});
    await expectTable(bench);
  });

  it('a row that somebody else wrote meanwhile decides anew, and is never overwritten blindly', async () => {
    const bench = await makeWorld(hosted);
    const {network, sql} = bench;
    const first = await unrehearsed(bench, {...scope, dids: [network.didOf('alice')]});
    expect(countsOf(first)).toEqual({inserted: 20, rows: 20});
    await network.putRecord('alice', note, 'r00001', {$type: note, text: 'new'});
    await network.putRecord('alice', note, 'r00002', {$type: note, text: 'new'});
    const plan = await rehearsed(bench, scope);
    expect(countsOf(plan)).toEqual({inserted: 38, updated: 2, unchanged: 18});
    // Somebody indexes both as they are now, and deletes a third.
    const uri = (rkey: string) => `at://${network.didOf('alice')}/${note}/${rkey}`;
    const cid = networkOf(bench).get(uri('r00001'));
    await sql(`UPDATE records SET cid = '${cid}' WHERE uri = '${uri('r00001')}'`);
    await sql(`DELETE FROM records WHERE uri = '${uri('r00005')}'`);
    const run = await live(bench, plan);
    expect(run.record).toMatchObject({status: 'completed', drift: {added: 0, gone: 0, changed: 2}});
    expect(countsOf(run)).toEqual({inserted: 39, updated: 1, unchanged: 18, rows: 40});
    expect(await tableOf(bench)).toEqual(networkOf(bench));
  });
});
