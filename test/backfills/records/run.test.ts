import {describe, expect, it} from 'vitest';
import type {NetworkRecord} from '../../../src/sandbox/network/network.ts';
import {
  countsOf,
  expectTable,
  live,
  makeRecords,
  networkOf,
  reachedBy,
  rehearsed,
  tableOf,
  unrehearsed,
  versionsOf,
} from '../../support/records.ts';
import {postgresHosts} from '../../support/target-host.ts';
import {like, note, noteDraft, numbered, ofWholeWorld, wholeWorld} from './worlds.ts';

const isWanted = ({collection}: NetworkRecord) => ofWholeWorld.collections.includes(collection);

describe.each(postgresHosts)('into $host', ({begin}) => {
  const hosted = begin();

  it('the table is what the network has, and a second run writes nothing', async () => {
    const bench = await makeRecords(hosted, wholeWorld);
    const first = await unrehearsed(bench, ofWholeWorld);
    expect(first.record).toMatchObject({status: 'completed', partitions: {done: 16, failed: 0, pending: 0}});
    const all = networkOf(bench, isWanted).size;
    expect(countsOf(first)).toEqual({inserted: all, rows: all});
    await expectTable(bench, isWanted);
    expect(await bench.sql('SELECT count(*) AS marks FROM headgate_marks')).toEqual([{marks: 0}]);

    const versions = await versionsOf(bench);
    const second = await unrehearsed(bench, ofWholeWorld);
    expect(second.record.status).toBe('completed');
    expect(countsOf(second)).toEqual({unchanged: all});
    expect(await versionsOf(bench)).toEqual(versions);
  });

  it('tells of every host and collection how far it came', async () => {
    const bench = await makeRecords(hosted, wholeWorld);
    const {hosts, groups} = await reachedBy(bench, await unrehearsed(bench, ofWholeWorld));
    const count = (isSo: (record: NetworkRecord) => boolean) =>
      networkOf(bench, record => isWanted(record) && isSo(record)).size;
    const atTwo = new Set(['awkward', 'web', ...[1, 3, 5, 7, 9, 11].map(number => `crowd-${number}`)]);
    expect(hosts.map(({host, done, items}) => ({host, done, items})).toSorted(byHost)).toEqual(
      [
        {
          host: hostOf(bench.network.hosts['one']?.origin),
          done: 8,
          items: count(({account}) => !atTwo.has(account)),
        },
        {
          host: hostOf(bench.network.hosts['two']?.origin),
          done: 8,
          items: count(({account}) => atTwo.has(account)),
        },
      ].toSorted(byHost),
    );
    expect(
      groups.map(({group, done, settled, settledDone}) => ({group, done, settled, settledDone})),
    ).toEqual(
      [like, note, noteDraft].map(group => {
        const items = count(({collection}) => collection === group);
        return {
          group,
          done: {[like]: 13, [note]: 16, [noteDraft]: 1}[group],
          settled: items,
          settledDone: items,
        };
      }),
    );
  });

  it('takes up what was changed, added and deleted, and leaves the rest as it is', async () => {
    const bench = await makeRecords(hosted, wholeWorld);
    const {network} = bench;
    await unrehearsed(bench, ofWholeWorld);
    const versions = await versionsOf(bench);
    const changed = `at://${network.didOf('alice')}/${note}/r00003`;
    const added = `at://${network.didOf('crowd-1')}/${like}/zzz`;
    const deleted = `at://${network.didOf('alice')}/${noteDraft}/r00001`;
    await network.putRecord('alice', note, 'r00003', {$type: note, text: 'another'});
    await network.putRecord('crowd-1', like, 'zzz', {$type: like});
    await network.deleteRecord('alice', noteDraft, 'r00001');
    const run = await unrehearsed(bench, ofWholeWorld);
    expect(run.record.status).toBe('completed');
    expect(countsOf(run)).toEqual({inserted: 1, updated: 1, unchanged: versions.size - 2, rows: 2});
    const table = await tableOf(bench);
    // Only a prune deletes.
    expect([...table.keys()].filter(uri => !networkOf(bench).has(uri))).toEqual([deleted]);
    expect(new Map([...table].filter(([uri]) => uri !== deleted))).toEqual(networkOf(bench, isWanted));
    const now = await versionsOf(bench);
    expect([...now].filter(([uri, version]) => versions.get(uri) !== version).map(([uri]) => uri)).toEqual(
      [changed, added].toSorted(),
    );
    expect(await bench.sql(`SELECT record::text AS record FROM records WHERE uri = '${changed}'`)).toEqual([
      {record: '{"text": "another", "$type": "app.example.note"}'},
    ]);
  });

  it('a dry run writes nothing, and its plan comes true; a plan without changes touches nothing', async () => {
    const bench = await makeRecords(hosted, wholeWorld);
    const plan = await rehearsed(bench, ofWholeWorld);
    const all = networkOf(bench, isWanted).size;
    expect(plan.record).toMatchObject({status: 'completed', mode: 'dry-run'});
    expect(countsOf(plan)).toEqual({inserted: all});
    expect(
      await bench.sql("SELECT tablename AS name FROM pg_tables WHERE tablename LIKE 'headgate%'"),
    ).toEqual([]);
    expect(await tableOf(bench)).toEqual(new Map());

    const run = await live(bench, plan);
    expect(run.record).toMatchObject({status: 'completed', drift: {added: 0, gone: 0, changed: 0}});
    expect(countsOf(run)).toEqual({inserted: all, rows: all});
    await expectTable(bench, isWanted);
    expect(run.checks.filter(({count}) => count > 0)).toEqual([]);
    expect(run.coverage.find(({group}) => group === '*')).toMatchObject({done: 16, total: 16, rows: all});

    const versions = await versionsOf(bench);
    const lease = await bench.sql('SELECT fence FROM headgate_lease');
    const idle = await live(bench, await rehearsed(bench, ofWholeWorld));
    expect(idle.record.status).toBe('completed');
    expect(countsOf(idle)).toEqual({unchanged: all});
    expect(await versionsOf(bench)).toEqual(versions);
    expect(await bench.sql('SELECT fence FROM headgate_lease')).toEqual(lease);
  });

  it('many collections are listed in the order of their paths, in as many pages as it takes', async () => {
    // Between a/ and a.b/ lies nothing; their names sort the other way round.
    const collections = [
      'app.example.a',
      'app.example.a.b',
      'app.example.a.b.c',
      'app.example.aa',
      'app.example.b',
    ];
    const records = Object.fromEntries(collections.map(name => [name, numbered(7, name)]));
    for (const fetch of ['pages', 'car'] as const) {
      const bench = await makeRecords(
        hosted,
        {hosts: {one: {pageMost: 3}}, accounts: [{name: 'alice', host: 'one', records}]},
        {options: {fetch}, settings: {page: {items: 4, bytes: 1e9, seconds: 60}}},
      );
      const run = await unrehearsed(bench, {collections});
      expect([run.record.status, countsOf(run)]).toEqual(['completed', {inserted: 35, rows: 35}]);
      await expectTable(bench);
      const asked = bench.network.calls.filter(({method}) => method === 'com.atproto.sync.getRepo');
      expect(asked).toHaveLength(fetch === 'car' ? 1 : 0);
    }
  });
});

function hostOf(origin = ''): string {
  return new URL(origin).host;
}

function byHost(a: {readonly host: string}, b: {readonly host: string}): number {
  return a.host < b.host ? -1 : 1;
}
