import {describe, expect, it} from 'vitest';
import {overheard} from '../../support/overheard-target.ts';
import {
  countsOf,
  expectTable,
  live,
  makeRecords,
  networkOf,
  type RecordsOptions,
  rehearsed,
  resume,
  tableOf,
  undo,
  unrehearsed,
} from '../../support/records.ts';
import {type MakeHosted, postgresHosts} from '../../support/target-host.ts';
import {accountAt, awkward, crowdOf, like, note} from './worlds.ts';

function makeWorld(hosted: MakeHosted, options: RecordsOptions = {}) {
  return makeRecords(
    hosted,
    {
      hosts: {one: {}, two: {}},
      accounts: [accountAt('one', 'alice', 9), {name: 'awkward', host: 'two', records: {[note]: awkward}}],
      crowds: [crowdOf(4, 'one', 'two')],
    },
    options,
  );
}

const scope = {collections: [note, like]};

/** Everything of every row, as text. */
const everything = 'SELECT to_jsonb(records)::text AS whole FROM records ORDER BY uri';

describe.each(postgresHosts)('in $host, an undo', ({begin}) => {
  const hosted = begin();

  it('takes away what was inserted, and puts back what was there', async () => {
    const bench = await makeWorld(hosted);
    const {network, sql} = bench;
    await unrehearsed(bench, {...scope, dids: [network.didOf('alice'), network.didOf('awkward')]});
    await sql("UPDATE records SET indexed_at = '2020-02-02 02:02:02.123456+00', created_at = '2019-01-01Z'");
    const before = await sql(everything);
    for (const [rkey, value] of Object.entries(awkward))
      await network.putRecord('awkward', note, rkey, {was: value, $type: note});
    await network.putRecord('alice', note, 'r00003', {$type: note, text: 'another'});
    const run = await live(bench, await rehearsed(bench, scope));
    expect(countsOf(run)).toEqual({inserted: 20, updated: 8, unchanged: 8, rows: 28});
    await expectTable(bench);

    const undone = await undo(bench, run);
    expect([undone.record.mode, undone.record.status]).toEqual(['undo', 'completed']);
    expect(countsOf(undone)).toEqual({deleted: 20, updated: 8, rows: 28});
    expect(await sql(everything)).toEqual(before);
    expect(countsOf(await undo(bench, run))).toEqual({unchanged: 28});
    expect(await sql(everything)).toEqual(before);
  });

  it('puts back small and large, however much of it small ones have replaced: a page keeps some of it', async () => {
    const bench = await makeRecords(hosted, {hosts: {one: {}}, accounts: [accountAt('one', 'alice', 40)]});
    await unrehearsed(bench, {collections: [note]});
    await bench.sql(
      `UPDATE records SET cid = 'bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a',
         record = jsonb_build_object('text', repeat('0123456789', 90000), 'of', rkey)`,
    );
    const before = await bench.sql(everything);
    const plan = await rehearsed(bench, {collections: [note]});
    const run = await live(bench, plan);
    expect([run.record.status, countsOf(run)]).toEqual(['completed', {updated: 40, rows: 40}]);
    expect(run.record.drift).toEqual({added: 0, gone: 0, changed: 0});
    await expectTable(bench);
    for (const [id, kind] of [
      [plan.record.id, 'plan'],
      [run.record.id, 'image'],
    ] as const)
      for await (const {entries} of bench.ledger.pages.all(id, kind))
        expect(JSON.stringify(entries).length).toBeLessThan(20_000_000);
    expect(countsOf(await undo(bench, run))).toEqual({updated: 40, rows: 40});
    expect(await bench.sql(everything)).toEqual(before);
  });

  it('leaves what somebody has written, deleted or put back since', async () => {
    const bench = await makeWorld(hosted);
    const {network, sql} = bench;
    await unrehearsed(bench, {...scope, dids: [network.didOf('alice')]});
    const uri = (rkey: string) => `at://${network.didOf('alice')}/${note}/${rkey}`;
    const before = await tableOf(bench);
    for (const rkey of ['r00000', 'r00001', 'r00002', 'r00003'])
      await network.putRecord('alice', note, rkey, {$type: note, text: 'another'});
    const run = await unrehearsed(bench, scope);
    expect(countsOf(run)).toEqual({inserted: 27, updated: 4, unchanged: 5, rows: 31});
    const inserted = [...(await tableOf(bench)).keys()].filter(each => !before.has(each));

    await network.putRecord('alice', note, 'r00000', {$type: note, text: 'a third'});
    await unrehearsed(bench, scope);
    const [first = '', second = '', third = ''] = inserted;
    await sql(`UPDATE records SET indexed_at = now() WHERE uri = '${first}'`);
    await sql(`DELETE FROM records WHERE uri IN ('${second}', '${uri('r00001')}')`);
    await sql(`UPDATE records SET cid = 'bafyelse' WHERE uri = '${third}'`);

    const undone = await undo(bench, run);
    expect(undone.record.status).toBe('incomplete');
    // r00000 (another version), r00001 (gone), and two of those that were inserted; the third is gone, as it should be.
    expect(countsOf(undone)).toEqual({deleted: 24, updated: 2, unchanged: 1, skipped: 4, rows: 26});
    const table = await tableOf(bench);
    expect([...table.keys()].toSorted()).toEqual(
      [...[...before.keys()].filter(each => each !== uri('r00001')), first, third].toSorted(),
    );
    expect(table.get(uri('r00000'))).toBe(networkOf(bench).get(uri('r00000')));
    for (const rkey of ['r00002', 'r00003']) expect(table.get(uri(rkey))).toBe(before.get(uri(rkey)));
  });

  it('of a row that is written between its decision and its write is a conflict, and the row stays', async () => {
    const by = {sent: [], meanwhile: null as (() => Promise<unknown>) | null};
    const bench = await makeWorld(hosted, {target: target => overheard(target, by)});
    const {sql} = bench;
    const run = await unrehearsed(bench, scope);
    const [uri = ''] = (await tableOf(bench)).keys();
    by.meanwhile = () => sql(`UPDATE records SET indexed_at = now() WHERE uri = '${uri}'`);
    const undone = await undo(bench, run);
    expect(countsOf(undone)).toEqual({deleted: 35, skipped: 1, rows: 35});
    expect([...(await tableOf(bench)).keys()]).toEqual([uri]);
    const again = await resume(bench, undone);
    expect(countsOf(again)).toEqual({deleted: 35, skipped: 1, rows: 35});
  });
});
